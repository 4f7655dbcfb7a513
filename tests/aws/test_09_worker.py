"""The same binaries as workers in place of functions: the same events, no function involved. And the key is rotated."""

import signal
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from events import Recorder, assert_valid
from mesh import ROOT, Mesh, eventually
from model_stub import DRAFT, ModelStub

SECRET = "/va/local/openai-api-key"


def rotate(mesh: Mesh, stub: ModelStub, key: str) -> None:
    """A new key, and a moment in which both are good."""
    stub.accepted.add(key)
    mesh.secretsmanager.put_secret_value(SecretId=SECRET, SecretString=key)
    stub.accepted.intersection_update({key})


def check_rotation(mesh: Mesh, recorder: Recorder, stub: ModelStub, host: str) -> None:
    topic, key = f"Rotation in a {host}", f"key-for-{host}"
    sent = set()
    for at in range(12):
        if at == 5:
            rotate(mesh, stub, key)
        sent |= {mesh.request(f"{topic} number {at}")}
        time.sleep(0.1)
    eventually(lambda: len(recorder.finals(sent)) == len(sent), f"{len(sent)} runs end", 60)
    assert {event.type for event in recorder.finals(sent)} == {"ContentPublished"}
    assert stub.keys[key] > 0


def test_functions_pick_up_a_rotated_key(mesh: Mesh, recorder: Recorder, stub: ModelStub) -> None:
    check_rotation(mesh, recorder, stub, "function")


@pytest.fixture(scope="module")
def workers(mesh: Mesh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, subprocess.Popen]]:
    """A worker for each agent; the mappings of the functions rest meanwhile."""
    mappings = mesh.lambda_.list_event_source_mappings()["EventSourceMappings"]
    mesh.switch(mappings, on=False)
    folder = tmp_path_factory.mktemp("workers")
    running = {agent: start(mesh, agent, folder / agent) for agent in mesh.agents}
    yield running
    for process in running.values():
        if process.poll() is None:
            process.kill()
            process.wait()
    mesh.switch(mappings, on=True)


def start(mesh: Mesh, agent: str, folder: Path) -> subprocess.Popen:
    """The function's own package with the function's own settings, as a plain program."""
    configuration = mesh.lambda_.get_function_configuration(FunctionName=mesh.name(agent), Qualifier="live")
    with zipfile.ZipFile(ROOT / "target" / "package" / f"{agent}.zip") as package:
        program = Path(package.extract("bootstrap", folder))
    program.chmod(0o755)
    settings = configuration["Environment"]["Variables"] | mesh.credentials
    log = (folder / "log").open("wb")
    return subprocess.Popen([program], env=settings, cwd=folder, stdout=log, stderr=subprocess.STDOUT)


def test_workers_publish_an_article(mesh: Mesh, recorder: Recorder, workers: dict[str, subprocess.Popen]) -> None:
    runs = len([line for line in mesh.log_lines(mesh.name("content-gen")) if line.startswith("START")])
    request_id = mesh.request("Workers in place of functions")
    published = recorder.await_event(request_id, "ContentPublished", 60)
    assert_valid(recorder.of_request(request_id, "ContentReady")[0], "content-ready-v1")
    assert_valid(published, "content-published-v1")
    assert mesh.read(published.payload["page"]["uri"])
    assert all(process.poll() is None for process in workers.values())
    started = [line for line in mesh.log_lines(mesh.name("content-gen")) if line.startswith("START")]
    # Sweeps go on; they are one a minute.
    assert len(started) - runs <= 1


def test_workers_hold_the_concurrency_of_the_manifest(
    mesh: Mesh, recorder: Recorder, stub: ModelStub, workers: dict[str, subprocess.Popen]
) -> None:
    stub.watch()
    sent = mesh.burst("Burst for workers", 10)
    eventually(lambda: len(recorder.finals(sent)) == len(sent), "10 runs end", 60)
    assert stub.most_open[DRAFT] == 2
    assert {event.type for event in recorder.finals(sent)} == {"ContentPublished"}


def test_workers_pick_up_a_rotated_key(
    mesh: Mesh, recorder: Recorder, stub: ModelStub, workers: dict[str, subprocess.Popen]
) -> None:
    check_rotation(mesh, recorder, stub, "worker")


def test_workers_drain_and_end(
    mesh: Mesh, recorder: Recorder, stub: ModelStub, workers: dict[str, subprocess.Popen]
) -> None:
    """What is being handled is finished; what is not comes to the functions."""
    delay, stub.delay = stub.delay, 1.5
    try:
        sent = mesh.burst("Drained", 4)
        eventually(lambda: stub.open[DRAFT] == 2, "two calls are open")
        for process in workers.values():
            process.send_signal(signal.SIGTERM)
        assert [process.wait(30) for process in workers.values()] == [0] * len(workers)
        assert stub.open.total() == 0
    finally:
        stub.delay = delay
    mappings = mesh.lambda_.list_event_source_mappings()["EventSourceMappings"]
    mesh.switch(mappings, on=True)
    eventually(lambda: len(recorder.finals(sent)) == len(sent), "the runs end", 60)
    assert stub.articles_about("Drained") == len(sent), "an article is paid for twice"
