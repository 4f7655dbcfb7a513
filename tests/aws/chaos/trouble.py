"""What goes wrong: functions and workers are killed, the endpoint stands still. Only processes the tests started."""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mesh import ROOT, Mesh

# A function that is killed leaves its message hidden and its lease taken; on AWS for minutes, here for seconds.
FUNCTION_SECONDS, HIDDEN_SECONDS = 20, 20
DRAIN_SECONDS = 60
EVENTS_BETWEEN_KILLS = 3


class Trouble(threading.Thread):
    """Does something again and again, at random times, until it is told to stop."""

    def __init__(self, least: float, most: float, seed: int) -> None:
        super().__init__(daemon=True)
        self.least, self.most = least, most
        self.chance = random.Random(seed)
        self.over = threading.Event()
        self.times = 0
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.over.wait(self.chance.uniform(self.least, self.most)):
                self.strike()
        except BaseException as error:  # noqa: BLE001: who stops us is told
            self.failed = error

    def strike(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        self.over.set()
        self.join()
        if self.failed:
            raise self.failed


class KilledFunctions(Trouble):
    """SIGKILL for functions: programs called `bootstrap` that the endpoint started. Some events are heard between two
    strikes: on a machine so slow that nobody gets anything done, nothing is tested."""

    def __init__(self, endpoint: int, heard: Callable[[], int], seed: int) -> None:
        super().__init__(0.5, 2.0, seed + 2)
        self.endpoint, self.heard = endpoint, heard
        self.last = 0

    def strike(self) -> None:
        if self.heard() < self.last + EVENTS_BETWEEN_KILLS:
            return
        self.last = self.heard()
        running = children(self.endpoint, "bootstrap")
        count = min(len(running), self.chance.choice([1, 1, 1, 3]))
        for pid in self.chance.sample(running, count):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.times += 1


class PausedEndpoint(Trouble):
    """The endpoint stands still for some seconds: nothing is answered, nothing is lost."""

    def __init__(self, endpoint: int, seed: int) -> None:
        super().__init__(8.0, 20.0, seed + 3)
        self.endpoint = endpoint
        self.seconds = 0.0

    def strike(self) -> None:
        pause = self.chance.uniform(1.0, 4.0)
        os.kill(self.endpoint, signal.SIGSTOP)
        try:
            time.sleep(pause)
        finally:
            os.kill(self.endpoint, signal.SIGCONT)
        self.times += 1
        self.seconds += pause


class RestartedWorkers(Trouble):
    """Two workers carry an agent in place of its function; one is asked to end, or killed, and started again."""

    def __init__(self, mesh: Mesh, agent: str, folder: Path, seed: int) -> None:
        super().__init__(2.0, 5.0, seed + 4)
        self.settings = self._settings(mesh, agent)
        with zipfile.ZipFile(ROOT / "target" / "package" / f"{agent}.zip") as package:
            self.program = Path(package.extract("bootstrap", folder))
        self.program.chmod(0o755)
        self.log = (folder / "workers.log").open("ab")
        self.workers = [self._start() for _ in range(2)]
        self.asked = 0

    @staticmethod
    def _settings(mesh: Mesh, agent: str) -> dict[str, str]:
        configuration = mesh.lambda_.get_function_configuration(FunctionName=mesh.name(agent), Qualifier="live")
        return configuration["Environment"]["Variables"] | mesh.credentials

    def _start(self) -> subprocess.Popen:
        folder = self.program.parent
        return subprocess.Popen([self.program], env=self.settings, cwd=folder, stdout=self.log, stderr=self.log)

    def strike(self) -> None:
        at = self.chance.randrange(len(self.workers))
        worker = self.workers[at]
        assert worker.poll() is None, f"a worker ended by itself: {worker.returncode}"
        if self.chance.random() < 0.5:
            self._end(worker)
            self.asked += 1
        else:
            worker.kill()
            worker.wait()
            self.times += 1
        self.workers[at] = self._start()

    @staticmethod
    def _end(worker: subprocess.Popen) -> None:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(DRAIN_SECONDS) == 0, "a worker that was asked to end did not end well"

    def close(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
                worker.wait()
        self.log.close()


def children(parent: int, name: str) -> list[int]:
    """Processes of this name that `parent` started."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            head, _, rest = (entry / "stat").read_text().rpartition(")")
            if rest.split()[1] == str(parent) and head.partition("(")[2] == name:
                found.append(int(entry.name))
    return found


@contextmanager
def short_leases(mesh: Mesh) -> Iterator[None]:
    """For a while functions may take seconds only, and what a killed one had received comes back after seconds."""
    queues = {name: mesh.queue_named(mesh.name(name)).url for name in mesh.agents}
    read = mesh.sqs.get_queue_attributes
    hidden = {
        name: read(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]["VisibilityTimeout"]
        for name, url in queues.items()
    }
    undo: list[Callable[[], object]] = []
    try:
        for name, url in queues.items():
            undo.append(_visibility(mesh, url, hidden[name]))
            _visibility(mesh, url, str(HIDDEN_SECONDS))()
            undo.append(_hurry(mesh, mesh.name(name)))
        yield
    finally:
        for step in reversed(undo):
            step()


def _visibility(mesh: Mesh, url: str, seconds: str) -> Callable[[], object]:
    return lambda: mesh.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": seconds})


def _hurry(mesh: Mesh, function: str) -> Callable[[], None]:
    """A version with a short time-out behind the alias; the answer puts the old one back."""
    client = mesh.lambda_
    before = client.get_alias(FunctionName=function, Name="live")["FunctionVersion"]
    seconds = client.get_function_configuration(FunctionName=function)["Timeout"]

    def change(timeout: int) -> None:
        client.update_function_configuration(FunctionName=function, Timeout=timeout)
        client.get_waiter("function_updated_v2").wait(FunctionName=function)

    def back() -> None:
        change(seconds)
        client.update_alias(FunctionName=function, Name="live", FunctionVersion=before)

    change(FUNCTION_SECONDS)
    version = client.publish_version(FunctionName=function)["Version"]
    client.update_alias(FunctionName=function, Name="live", FunctionVersion=version)
    return back


@contextmanager
def carried_by_workers(mesh: Mesh, agent: str) -> Iterator[None]:
    """The function of an agent hears nothing for a while."""
    mappings = mesh.lambda_.list_event_source_mappings()["EventSourceMappings"]
    own = [one for one in mappings if one["EventSourceArn"].endswith(f":{mesh.name(agent)}")]
    assert len(own) == 1, own
    mesh.switch(own, on=False)
    try:
        yield
    finally:
        mesh.switch(own, on=True)
