"""The systems that are compared: what each finds in its account, and how its processes are started.

All of them: SNS topic `content-request` -> queue -> writer -> topic `content-ready` -> queue -> reviewer -> topic
`content-reviewed`. The writer validates, asks the model, stores the draft, publishes. The reviewer reads the draft,
stores a row, publishes.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cloud import ACCOUNT, ATTEMPTS, PREFIX, REGION, Cloud

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "target" / "bench-peers"
WRITER, REVIEWER = "writer", "reviewer"
BUCKET = f"{PREFIX}-content-objects"
SECRET = f"/{PREFIX}/local/openai-api-key"
READY, REVIEWED = f"{PREFIX}-content-ready", f"{PREFIX}-content-reviewed"
REQUEST, ERRORS = f"{PREFIX}-content-request", f"{PREFIX}-content-errors"
# Seconds for the calls of an attempt: the mesh bounds them together, the peers each of three.
PATIENCE, PATIENCE_EACH = "4", "1.3"
# Waits between attempts become 0.6, 2.4, 12 and 72 seconds; shove's are 1, 3, 12 and 72, Powertools has the queue's.
BACKOFF = "0.02"
KINDS = ("content", "review", "signature", "fates", "budgets", "website-settings", "posts")


@dataclass(frozen=True)
class Place:
    """Where a process finds what it needs."""

    stage: str
    proxy: str
    model: str
    # Its access key; the proxy knows it by that.
    key: str
    # Its Runtime API when it is a function.
    runtime: str | None = None


@dataclass(frozen=True)
class System:
    """One of the systems."""

    name: str
    queues: dict[str, str]
    # Table whose rows are the effects of reviews.
    effects: str
    # Processes of each stage, and records of an invocation when they are functions.
    processes: int
    batch: dict[str, int] | None
    sweeps: bool
    prepare: Callable[[Cloud], None]
    command: Callable[[Place], tuple[list[str], dict[str, str]]]
    # It makes its queues itself when it starts.
    declares: bool = False

    def environment(self, place: Place) -> dict[str, str]:
        """The whole environment of a process."""
        common = {
            "PATH": "/usr/bin:/bin",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": place.key,
            "AWS_SECRET_ACCESS_KEY": "peer",
            "AWS_ENDPOINT_URL": place.proxy,
            "TZ": ":UTC",
        }
        if place.runtime:
            common |= {
                "AWS_LAMBDA_RUNTIME_API": place.runtime,
                "AWS_LAMBDA_FUNCTION_NAME": f"{PREFIX}-{place.stage}",
                "AWS_LAMBDA_FUNCTION_VERSION": "1",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{PREFIX}-{place.stage}",
                "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/21/[1]peer",
                "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
                "LAMBDA_TASK_ROOT": ".",
            }
        return common | self.command(place)[1]


def common(cloud: Cloud) -> None:
    """Topics, and the bucket."""
    for name in (REQUEST, READY, REVIEWED, ERRORS, f"{PREFIX}-content-rejected", f"{PREFIX}-content-revise"):
        cloud.topic(name)
    cloud.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})


def prepare_mesh(cloud: Cloud) -> None:
    """What Terraform makes for content-gen and review; the redrive is below the mesh's own count of attempts."""
    common(cloud)
    cloud.s3.create_bucket(Bucket=f"{PREFIX}-site", CreateBucketConfiguration={"LocationConstraint": REGION})
    cloud.secretsmanager.create_secret(Name=SECRET, SecretString="key")
    for kind in KINDS:
        indexes = {"by-owner": ["owner", "sort"], "by-index": ["index", "sort"]}
        cloud.table(f"{PREFIX}-{kind}", ["partition", "id"], indexes)
    for agent, topic in (("content-gen", REQUEST), ("review", READY)):
        indexes = {"due": ["pending", "due_at"], "by-run": ["correlation_id", "begun_at"]}
        cloud.table(f"{PREFIX}-{agent}-ledger", ["event_id"], indexes, ("due_at", "begun_at"))
        cloud.queue(f"{PREFIX}-{agent}", 20)
        cloud.subscribe(topic, f"{PREFIX}-{agent}")


def mesh(place: Place) -> tuple[list[str], dict[str, str]]:
    agent = {WRITER: "content-gen", REVIEWER: "review"}[place.stage]
    settings = {
        "MESH_PREFIX": PREFIX,
        "MESH_ENVIRONMENT": "local",
        "MESH_ACCOUNT": ACCOUNT,
        "MESH_QUEUE_URL": f"{place.proxy}/{ACCOUNT}/{PREFIX}-{agent}",
        "MESH_DLQ_URL": f"{place.proxy}/{ACCOUNT}/{PREFIX}-{agent}-dlq",
        "MESH_ATTEMPTS": str(ATTEMPTS),
        "MESH_BACKOFF_SCALE": BACKOFF,
    }
    if place.stage == WRITER:
        settings |= {
            "MESH_TEXT_MODEL": "openai/stub",
            "OPENAI_BASE_URL": place.model,
            "OPENAI_API_KEY_SECRET": SECRET,
            "TIMEOUT_SECONDS": PATIENCE,
        }
    return [str(OUT / "agents" / agent)], settings


def prepare_powertools(cloud: Cloud) -> None:
    common(cloud)
    for stage, topic in ((WRITER, REQUEST), (REVIEWER, READY)):
        cloud.table(f"{PREFIX}-{stage}-idempotency", ["id"], {})
        cloud.queue(f"{PREFIX}-{stage}", ATTEMPTS)
        cloud.subscribe(topic, f"{PREFIX}-{stage}")
    cloud.table(f"{PREFIX}-effects", ["id"], {})


def peer_settings(place: Place) -> dict[str, str]:
    """What both peers are told."""
    return {
        "PEER_PREFIX": PREFIX,
        "PEER_ACCOUNT": ACCOUNT,
        "PEER_MODEL": place.model,
        "PEER_PATIENCE": PATIENCE_EACH,
        "PEER_CONTRACTS": str(ROOT / "contracts"),
    }


def powertools(place: Place) -> tuple[list[str], dict[str, str]]:
    handler = f"{place.stage}.lambda_handler"
    settings = peer_settings(place) | {
        "_HANDLER": handler,
        "POWERTOOLS_SERVICE_NAME": place.stage,
        "POWERTOOLS_METRICS_NAMESPACE": "Peers",
        "PYTHONPATH": str(OUT / "powertools"),
    }
    return [sys.executable, "-m", "awslambdaric", handler], settings


def prepare_shove(cloud: Cloud) -> None:
    common(cloud)
    cloud.table(f"{PREFIX}-effects", ["id"], {})


def shove(place: Place) -> tuple[list[str], dict[str, str]]:
    return [str(OUT / "shove" / "release" / "mesh-bench-shove"), place.stage], peer_settings(place)


MESH_QUEUES = {WRITER: f"{PREFIX}-content-gen", REVIEWER: f"{PREFIX}-review"}
SYSTEMS = {
    system.name: system
    for system in (
        # As Terraform deploys them: one record for an agent that asks a model, ten for another.
        System(
            "mesh, functions",
            MESH_QUEUES,
            f"{PREFIX}-review",
            2,
            {WRITER: 1, REVIEWER: 10},
            True,
            prepare_mesh,
            mesh,
        ),
        System(
            "Powertools",
            {WRITER: f"{PREFIX}-{WRITER}", REVIEWER: f"{PREFIX}-{REVIEWER}"},
            f"{PREFIX}-effects",
            2,
            {WRITER: 10, REVIEWER: 10},
            False,
            prepare_powertools,
            powertools,
        ),
        System("mesh, workers", MESH_QUEUES, f"{PREFIX}-review", 1, None, False, prepare_mesh, mesh),
        System(
            "shove",
            {WRITER: REQUEST, REVIEWER: READY},
            f"{PREFIX}-effects",
            1,
            None,
            False,
            prepare_shove,
            shove,
            declares=True,
        ),
    )
}
