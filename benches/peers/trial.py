"""One system through one plan: all is started, requests are sent, faults happen, until nothing is left to do."""

import json
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cloud import VISIBILITY, Cloud, Endpoint, arn, client
from host import Mapping, Runtime
from model import Model
from plan import Plan
from process import Program, Supervised
from systems import BUCKET, ERRORS, READY, REQUEST, REVIEWED, REVIEWER, WRITER, Place, System

HERE = Path(__file__).resolve().parent
# Queues of ours that hear what is published.
HEARD = {READY: "heard-ready", REVIEWED: "heard-reviewed", ERRORS: "heard-errors"}
# A run is over when its queues were empty at so many looks in a row, and given up after so many seconds.
QUIET_LOOKS, LONGEST = 8, 420.0
# A start may take so long; after it, processes get a moment to come to rest, so that it can be told what it cost.
START, IDLE = 30.0, 2.0


@dataclass
class Trial:
    """What is kept of a run; `measure` reads it."""

    plan: Plan
    system: System
    cloud: Cloud
    log: Path
    model: Model
    processes: list[Supervised] = field(default_factory=list)
    mappings: list[Mapping] = field(default_factory=list)
    # Bodies and attributes of what was heard, by topic; those of dead-letter queues, by stage.
    heard: dict[str, list[dict]] = field(default_factory=dict)
    dead: dict[str, list[dict]] = field(default_factory=dict)
    pending: int = 0
    seconds: float = 0


class Killer:
    """Kills processes where the plan says so: each request's first time in each stage, once."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.done = plan, set()
        self.processes: dict[str, Supervised] = {}

    def called(self, process: str, name: str, number: int) -> None:
        """A writer has asked the model."""
        if number == 1:
            self.schedule(WRITER, process, name, self.plan.requests[name].kill_writer)

    def received(self, process: str, names: list[str]) -> None:
        """A reviewer has received answers."""
        if process.startswith(REVIEWER):
            for name in names:
                self.schedule(REVIEWER, process, name, self.plan.requests[name].kill_reviewer)

    def schedule(self, stage: str, process: str, name: str, after: float | None) -> None:
        if after is not None and (stage, name) not in self.done:
            self.done.add((stage, name))
            threading.Timer(after, self.processes[process].kill).start()


def run(system: System, plan: Plan, binaries: Path, folder: Path) -> Trial:
    """Runs it. What is started here is stopped here."""
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        endpoint = Endpoint.start(binaries, folder / "endpoint", AUTH="false")
        stack.callback(endpoint.stop)
        killer = Killer(plan)
        model = Model(plan, killer.called)
        stack.callback(model.stop)
        cloud = Cloud(endpoint.url)
        system.prepare(cloud)
        trial = Trial(plan, system, cloud, folder / "calls.jsonl", model)
        proxy = start_proxy(trial, endpoint.port, killer, stack)
        start_processes(trial, proxy, killer, folder, stack)
        listen(cloud)
        begun = time.monotonic()
        cloud.publish(REQUEST, [plan.requests[name].body for name in plan.order])
        trial.pending = wait(trial)
        trial.seconds = time.monotonic() - begun
        for mapping in trial.mappings:
            mapping.stopped.set()
        for process in trial.processes:
            process.stop()
        collect(trial)
    return trial


def start_proxy(trial: Trial, upstream: int, killer: Killer, stack: ExitStack) -> str:
    """The proxy's address. What it says is read by a thread of ours."""
    shares = json.dumps(asdict(trial.plan.shares))
    command = [sys.executable, HERE / "proxy.py", "--upstream", str(upstream), "--seed", str(trial.plan.seed)]
    command += ["--shares", shares, "--log", trial.log]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)

    def stop() -> None:
        process.terminate()
        process.wait()

    stack.callback(stop)
    port = process.stdout.readline().strip()

    def read() -> None:
        for line in process.stdout:
            said = json.loads(line)
            killer.received(said["caller"].removeprefix("host-"), said["names"])

    threading.Thread(target=read, daemon=True).start()
    return f"http://127.0.0.1:{port}"


def start_processes(trial: Trial, proxy: str, killer: Killer, folder: Path, stack: ExitStack) -> None:
    """Starts all processes of the system, and waits until they have nothing to do."""
    runtimes = []
    for stage in (WRITER, REVIEWER):
        for number in range(trial.system.processes):
            runtime = Runtime() if trial.system.batch else None
            process = start_process(trial, f"{stage}-{number}", proxy, runtime, folder)
            stack.callback(process.stop)
            killer.processes[process.name] = process
            if runtime:
                stack.callback(runtime.stop)
                runtimes.append(runtime)
                trial.mappings.append(mapping(trial, process, number == 0, proxy, runtime))
    if trial.system.declares:
        for queue in trial.system.queues.values():
            address = trial.cloud.await_queue(queue, START)
            trial.cloud.sqs.set_queue_attributes(QueueUrl=address, Attributes={"VisibilityTimeout": str(VISIBILITY)})
    until = time.monotonic() + START
    while not all(runtime.ready() for runtime in runtimes):
        if time.monotonic() > until:
            raise RuntimeError(f"{trial.system.name} did not start; see {folder}")
        time.sleep(0.05)
    time.sleep(IDLE)
    for process in trial.processes:
        process.settled()
    for one in trial.mappings:
        one.start()


def start_process(trial: Trial, name: str, proxy: str, runtime: Runtime | None, folder: Path) -> Supervised:
    place = Place(name.split("-")[0], proxy, trial.model.url(name), name, runtime.address if runtime else None)
    program = Program(trial.system.command(place)[0], trial.system.environment(place), folder)
    process = Supervised(name, program, folder / f"{name}.log", runtime.died if runtime else lambda: None)
    trial.processes.append(process)
    process.start()
    return process


def mapping(trial: Trial, process: Supervised, first: bool, proxy: str, runtime: Runtime) -> Mapping:
    """The event source mapping of a process; its calls are signed as the host's."""
    system, stage = trial.system, process.name.split("-")[0]
    queue = system.queues[stage]
    sqs = client("sqs", proxy, f"host-{process.name}")
    address = trial.cloud.url_of(queue).replace(trial.cloud.url, proxy)
    sweeps = system.sweeps and first
    return Mapping(sqs, address, arn("sqs", queue), system.batch[stage], sweeps, runtime, process.kill)


def listen(cloud: Cloud) -> None:
    for topic, queue in HEARD.items():
        cloud.queue(queue)
        cloud.subscribe(topic, queue)


def wait(trial: Trial) -> int:
    """Waits until no message is left in the work queues; answers how many are, when it takes too long.

    Looks are counted, not seconds: on a machine that stands still, time passes without a look.
    """
    until, empty = time.monotonic() + LONGEST, 0
    while empty < QUIET_LOOKS:
        left = sum(trial.cloud.depth(queue) for queue in trial.system.queues.values())
        if left and time.monotonic() > until:
            return left
        empty = 0 if left else empty + 1
        time.sleep(0.5)
    return 0


def collect(trial: Trial) -> None:
    """Takes what was heard and what was set aside out of their queues."""
    for topic, queue in HEARD.items():
        trial.heard[topic] = [notification(message) for message in trial.cloud.drain(queue)]
    for stage, queue in trial.system.queues.items():
        trial.dead[stage] = [dead_letter(message) for message in trial.cloud.drain(f"{queue}-dlq")]
    for event in trial.heard[ERRORS]:
        event["message"] = quarantined(trial.cloud, event["text"])


def notification(message: dict) -> dict:
    """Text and attributes of what SNS delivered."""
    said = json.loads(message["Body"])
    attributes = {name: value["Value"] for name, value in said.get("MessageAttributes", {}).items()}
    return {"text": said["Message"], "attributes": attributes}


def dead_letter(message: dict) -> dict:
    attributes = {name: value.get("StringValue") for name, value in message.get("MessageAttributes", {}).items()}
    return {"text": message["Body"], "attributes": attributes}


def quarantined(cloud: Cloud, text: str) -> str:
    """The message an error event points at, which was kept whole."""
    kept = (json.loads(text).get("request") or {}).get("uri", "")
    key = kept.removeprefix(f"s3://{BUCKET}/")
    return cloud.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode(errors="replace") if key else ""
