"""Each function's role allows what its agent declares, and nothing of another agent's."""

import json

import consumers
import pytest
from mesh import ROOT, Mesh

# Tries calls as the role it runs as, and says what became of them.
PROBE = """
import os
import botocore.exceptions
import botocore.session
from botocore.config import Config

def handler(event, context):
    session = botocore.session.get_session()
    return [attempt(session, **call) for call in event]

def attempt(session, service, operation, arguments):
    client = session.create_client(service, region_name=os.environ["AWS_REGION"],
                                   config=Config(s3={"addressing_style": "path"}))
    try:
        getattr(client, operation)(**arguments)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return "done"
"""
REFUSALS = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException")
SECRET = "/va/local/openai-api-key"
NOBODY = {"partition": {"S": "nobody"}, "id": {"S": "nobody"}}


@pytest.fixture(scope="module", autouse=True)
def probes(mesh: Mesh) -> None:
    """For each agent a function of ours that runs as its role."""
    for agent in mesh.agents:
        role = mesh.lambda_.get_function(FunctionName=mesh.name(agent))["Configuration"]["Role"]
        consumers.function(mesh, f"probe-{agent}", PROBE, role)


@pytest.fixture(scope="module")
def published_by(mesh: Mesh) -> dict[str, set[str]]:
    """Agent -> channels it may publish to."""
    table = json.loads((ROOT / "contracts" / "channels.json").read_text())
    channel_of = {row["event"]: row["channel"] for row in table}
    return {
        name: {channel_of[event] for event in [*agent["publishes"], agent["failure"]["event"], "ValidationError"]}
        for name, agent in mesh.agents.items()
    }


def attempts(mesh: Mesh, agent: str, calls: list[dict]) -> list[tuple[dict, str]]:
    """What became of calls that a function with the agent's role made."""
    answer = mesh.lambda_.invoke(FunctionName=f"probe-{agent}", Payload=json.dumps(calls))
    results = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer and len(results) == len(calls), results
    return list(zip(calls, results, strict=True))


def call(service: str, operation: str, **arguments: object) -> dict:
    return {"service": service, "operation": operation, "arguments": arguments}


def put(bucket: str, key: str) -> dict:
    return call("s3", "put_object", Bucket=bucket, Key=key, Body="intrusion")


MANIFESTS = {path.parent.name: json.loads(path.read_text()) for path in ROOT.glob("agents/*/agent.json")}
AGENTS = sorted(name for name, agent in MANIFESTS.items() if agent.get("deploy", True))


@pytest.mark.parametrize("agent", AGENTS)
def test_its_own_is_allowed(mesh: Mesh, agent: str) -> None:
    """What is refused below is not refused because nothing works."""
    ledger = mesh.name(f"{agent}-ledger")
    calls = [call("dynamodb", "get_item", TableName=ledger, Key={"event_id": {"S": "nobody"}})]
    for kind in mesh.agents[agent].get("writes", []):
        calls.append(call("dynamodb", "get_item", TableName=table(mesh, kind), Key=NOBODY))
    queue = mesh.queue_named(mesh.name(agent))
    calls.append(call("sqs", "get_queue_attributes", QueueUrl=queue.url, AttributeNames=["QueueArn"]))
    if "@models" in mesh.agents[agent].get("settings", []):
        calls.append(call("secretsmanager", "get_secret_value", SecretId=SECRET))
    for tried, result in attempts(mesh, agent, calls):
        assert result == "done", (tried, result)


@pytest.mark.parametrize("agent", AGENTS)
def test_topics_of_others_are_refused(mesh: Mesh, agent: str, published_by: dict[str, set[str]]) -> None:
    foreign = sorted(set(mesh.topics) - published_by[agent])
    assert foreign
    check_refused(mesh, agent, [call("sns", "publish", TopicArn=mesh.topic(one), Message="{}") for one in foreign])


@pytest.mark.parametrize("agent", AGENTS)
def test_tables_of_others_are_refused(mesh: Mesh, agent: str) -> None:
    own = mesh.agents[agent]
    calls = []
    for other, declared in mesh.agents.items():
        if other == agent:
            continue
        key = {"event_id": {"S": "nobody"}}
        calls.append(call("dynamodb", "get_item", TableName=mesh.name(f"{other}-ledger"), Key=key))
        calls.append(call("dynamodb", "put_item", TableName=mesh.name(f"{other}-ledger"), Item=key))
        for kind in declared.get("writes", []):
            calls.append(call("dynamodb", "put_item", TableName=table(mesh, kind), Item=NOBODY))
            if kind not in own.get("reads", []):
                calls.append(call("dynamodb", "get_item", TableName=table(mesh, kind), Key=NOBODY))
    check_refused(mesh, agent, calls)


@pytest.mark.parametrize("agent", AGENTS)
def test_prefixes_of_others_are_refused(mesh: Mesh, agent: str) -> None:
    blobs = mesh.agents[agent].get("blobs", {})
    own = set(blobs.get("writes", []))
    calls = []
    for other, declared in mesh.agents.items():
        if other == agent:
            continue
        foreign = set(declared.get("blobs", {}).get("writes", [])) - own
        foreign |= {f"answers/{other}/", f"quarantine/{other}/"}
        for prefix in sorted(foreign):
            bucket = mesh.site if prefix.startswith(("site/", "sites/")) else mesh.objects
            calls.append(put(bucket, f"{prefix}intrusion"))
        calls.append(call("s3", "get_object", Bucket=mesh.objects, Key=f"quarantine/{other}/x.json"))
    check_refused(mesh, agent, calls)


@pytest.mark.parametrize("agent", AGENTS)
def test_queues_and_the_secret_of_others_are_refused(mesh: Mesh, agent: str) -> None:
    calls = []
    for other in sorted(set(mesh.agents) - {agent}):
        for suffix in ("", "-dlq"):
            url = mesh.queue_named(mesh.name(other) + suffix).url
            calls.append(call("sqs", "receive_message", QueueUrl=url))
            calls.append(call("sqs", "send_message", QueueUrl=url, MessageBody="{}"))
    if "@models" not in mesh.agents[agent].get("settings", []):
        calls.append(call("secretsmanager", "get_secret_value", SecretId=SECRET))
    calls.append(call("secretsmanager", "put_secret_value", SecretId=SECRET, SecretString="intrusion"))
    check_refused(mesh, agent, calls)


def table(mesh: Mesh, kind: str) -> str:
    return mesh.name(kind.replace("_", "-"))


def check_refused(mesh: Mesh, agent: str, calls: list[dict]) -> None:
    assert calls
    got_through = [(tried, result) for tried, result in attempts(mesh, agent, calls) if result not in REFUSALS]
    assert got_through == []
