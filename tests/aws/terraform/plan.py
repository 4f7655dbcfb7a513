"""A Terraform plan as tests want to read it, and what the declarations say it must hold."""

import json
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ACCOUNT = "123456789012"
REGION = "eu-central-1"
FOURTEEN_DAYS = 14 * 24 * 3600


class Plan:
    """The planned resources of one environment."""

    def __init__(self, document):
        self.variables = {name: value.get("value") for name, value in document["variables"].items()}
        self.prefix = self.variables["prefix"]
        # What is not known before an apply is left out of its values, or of what holds it.
        self.outputs = {name: change.get("after") for name, change in document["output_changes"].items()}
        self.resources = list(_resources(document["planned_values"]["root_module"]))

    def of(self, kind):
        """Address -> values of every resource of a type; there must be one."""
        found = {r["address"]: r.get("values", {}) for r in self.resources if r["type"] == kind}
        assert found, f"the plan has no {kind}"
        return found

    def agent(self, name, kind):
        """Values of the only resource of a type in an agent's module."""
        inside = f'module.agent["{name}"].{kind}.'
        found = [values for address, values in self.of(kind).items() if address.startswith(inside)]
        assert len(found) == 1, f"{name} has {len(found)} of {kind}"
        return found[0]

    def queue(self, name):
        """Values of the queue with this name behind the prefix."""
        found = [q for q in self.of("aws_sqs_queue").values() if q["name"] == f"{self.prefix}-{name}"]
        assert len(found) == 1, f"{len(found)} queues are called {self.prefix}-{name}"
        return found[0]


def _resources(module):
    yield from (r for r in module.get("resources", []) if r["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from _resources(child)


def make(folder, environments, *variables):
    """Plans environments/<name>.tfvars, one over the other, with nobody to ask: no account, no network, an endpoint where nothing listens."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_VAR_"))}
    env |= {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

    def terraform(*arguments):
        command = [ROOT / "scripts/terraform.sh", "--local", folder, *arguments]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, f"terraform {arguments[0]} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    files = [f"-var-file={ROOT}/terraform/environments/{name}.tfvars" for name in environments]
    given = [f"-var={pair}" for pair in ("local_endpoint=true", f"account={ACCOUNT}", *variables)]
    terraform("init", "-input=false", "-no-color")
    terraform("plan", "-input=false", "-no-color", "-out=plan.tfplan", *files, *given)
    return Plan(json.loads(terraform("show", "-json", "plan.tfplan")))


def agents(plan):
    """Name -> declaration of every agent that is deployed, with the plan's overrides."""
    declared = (json.loads(path.read_text()) for path in sorted(ROOT.glob("agents/*/agent.json")))
    deployed = {agent["name"]: agent for agent in declared if agent.get("deploy", True)}
    for name, override in (plan.variables.get("overrides") or {}).items():
        deployed[name] |= {field: value for field, value in override.items() if value is not None}
    return deployed


# What the routes of the HTTP interface submit, write and read: gateway/src.
GATEWAY = {
    "channels": ["/content/request", "/content/withdraw"],
    "writes": ["api_keys", "posts", "website_settings"],
    "reads": ["content", "fates", "generation", "publication", "timeline"],
}


def asks(agent):
    """Whether it asks a model."""
    return any(subscription.get("asks") for subscription in agent["subscribes"])


def channels():
    """Event type -> channel."""
    rows = json.loads((ROOT / "contracts/channels.json").read_text())
    return {row["event"]: row["channel"] for row in rows}


def publishes(agent):
    """Every event type an agent may publish."""
    return [*agent["publishes"], agent["failure"]["event"], "ValidationError"]


def setting_names():
    """Every name of a setting that the agents read."""
    source = (ROOT / "shared/mesh/src/env.rs").read_text()
    names = set(re.findall(r'pub const \w+: &str = "(\w+)";', source))
    assert "MESH_PREFIX" in names
    return names


def pascal(name):
    """`ContentGen` of `content-gen`."""
    return "".join(word.capitalize() for word in name.split("-"))


def as_list(value):
    """A policy writes one thing with or without brackets."""
    return value if isinstance(value, list) else [value]
