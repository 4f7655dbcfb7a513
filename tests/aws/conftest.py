"""One deployment for all tests: an endpoint of our own, Terraform's real apply, the functions' real packages."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import consumers
import pytest
from events import Recorder
from inventory import inventory
from mesh import ROOT, Mesh
from model_stub import ModelStub

sys.path.insert(0, str(ROOT / "localstack"))
from stack import REGION, Stack, endpoint_binaries, stub_settings  # noqa: E402

KEY = "key-of-the-first-hour"
# Back-off of milliseconds in place of half a minute to an hour.
QUICK = {"MESH_BACKOFF_SCALE": "0.001"}
# A folder whose deployment is kept, and used again by the next run: for work on the tests themselves.
KEPT = os.environ.get("MESH_TEST_KEEP")


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Mesh]]:
    """The stack and the mesh on it, before Terraform's apply."""
    stack = Stack(Path(KEPT or os.environ.get("MESH_TEST_HOME") or tmp_path_factory.mktemp("mesh")).resolve())
    if not stack.started:
        stack.start(endpoint_binaries())
    yield stack, Mesh(stack.url, REGION, stack.prefix)
    if not KEPT:
        stack.stop()


@pytest.fixture(scope="session")
def stub(deployment: tuple[Stack, Mesh]) -> Iterator[ModelStub]:
    """The provider that the agents ask."""
    stack, _ = deployment
    model = ModelStub(stack.started.get("model_port", 0), KEY).start()
    stack.remember(model_port=model.port)
    yield model
    model.stop()


@pytest.fixture(scope="session")
def before(deployment: tuple[Stack, Mesh]) -> dict[str, set[str]]:
    """What was there before Terraform's apply, the subscribers of other teams included."""
    stack, mesh = deployment
    if "before" not in stack.started:
        consumers.create(mesh)
        stack.remember(before={what: sorted(names) for what, names in inventory(mesh).items()})
    return {what: set(names) for what, names in stack.started["before"].items()}


@pytest.fixture(scope="session")
def stack(deployment: tuple[Stack, Mesh], before: dict, stub: ModelStub) -> Stack:
    """The stack after Terraform's apply."""
    stack, mesh = deployment
    variables = stub_settings(stub.base_url) | consumers.variables(mesh) | {"alarms": True}
    for agent in mesh.agents:
        variables["settings"].setdefault(agent, {}).update(QUICK)
    stack.variables = variables
    if not stack.started.get("applied"):
        stack.apply()
        stack.remember(applied=True)
    secret = f"/{mesh.prefix.split('-')[0]}/local/openai-api-key"
    mesh.secretsmanager.put_secret_value(SecretId=secret, SecretString=KEY)
    return stack


@pytest.fixture(scope="session")
def mesh(stack: Stack, deployment: tuple[Stack, Mesh]) -> Mesh:
    """The deployed mesh."""
    return deployment[1]


@pytest.fixture(scope="session")
def recorder(mesh: Mesh) -> Iterator[Recorder]:
    """Hears all channels."""
    listening = Recorder(mesh)
    listening.start()
    yield listening
    listening.stop()
