"""Requests come twice while functions and workers are killed and the endpoint stands still: each is published once.

Sixty requests; `make chaos-aws` sends thousands and prints the figures.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from chaos.audit import Found, audit, finals
from chaos.calls import bought, numbered, stored
from chaos.traffic import Listener, Plan, Publisher, Resender
from chaos.trouble import (
    KilledFunctions,
    PausedEndpoint,
    RestartedWorkers,
    Trouble,
    carried_by_workers,
    short_leases,
)
from mesh import Mesh
from model_stub import ModelStub
from stack import Stack

REQUESTS = int(os.environ.get("MESH_CHAOS_REQUESTS", "60"))
SEED = int(os.environ.get("MESH_CHAOS_SEED", "1"))
REPORT = os.environ.get("MESH_CHAOS_REPORT")
BY_WORKERS = "publish"
# Nothing moved for so long: what is missing does not come. Longer than the lease of a worker that was killed.
PATIENCE_SECONDS = 120
LONGEST_PAUSE = 2.0


@pytest.fixture(scope="module")
def listener(mesh: Mesh) -> Iterator[Listener]:
    listening = Listener(mesh)
    listening.start()
    yield listening
    listening.stop()


def troubles(stack: Stack, mesh: Mesh, listener: Listener, folder: Path) -> list[Trouble]:
    assert "endpoint" in stack.started, "only an endpoint of our own may be disturbed; unset AWS_ENDPOINT_URL"
    endpoint = stack.started["endpoint"][0]
    return [
        KilledFunctions(endpoint, lambda: len(listener.events), SEED),
        PausedEndpoint(endpoint, SEED),
        RestartedWorkers(mesh, BY_WORKERS, folder, SEED),
    ]


def await_ends(plan: Plan, listener: Listener, publisher: Publisher) -> None:
    """Until every request has ended, or nothing moves any more."""
    last, moved = -1, time.monotonic()
    while time.monotonic() < moved + PATIENCE_SECONDS:
        ended, heard = len(finals(plan, listener)), len(listener.events)
        if publisher.failed:
            raise publisher.failed
        if ended == plan.count:
            return
        if heard != last:
            last, moved = heard, time.monotonic()
        time.sleep(1)


def await_quiet(plan: Plan) -> None:
    """Until no queue holds a message and no ledger anything that is not sent, or nothing becomes less any more."""
    mesh = plan.mesh

    def waiting() -> int:
        return sum(mesh.depth(mesh.queue_named(mesh.name(agent))) for agent in mesh.agents)

    def quiet() -> bool:
        return waiting() == 0 and not any("waiting" in row for row in mesh.rows("site-ledger"))

    least, until = waiting(), time.monotonic() + PATIENCE_SECONDS
    while not (quiet() and quiet()) and time.monotonic() < until:
        time.sleep(1)
        if (now := waiting()) < least:
            least, until = now, time.monotonic() + PATIENCE_SECONDS


def run(plan: Plan, listener: Listener, struck: list[Trouble]) -> dict[str, float]:
    """Everything at once; the answer says how much of it there was."""
    publisher, resender = Publisher(plan, LONGEST_PAUSE), Resender(plan.mesh, listener, SEED)
    began = time.monotonic()
    for thread in (publisher, resender, *struck):
        thread.start()
    try:
        await_ends(plan, listener, publisher)
        ended = time.monotonic()
    finally:
        resender.stop()
        for trouble in struck:
            trouble.stop()
    await_quiet(plan)
    functions, endpoint, workers = struck
    return {
        "requests": plan.count,
        "seed": SEED,
        "requests sent again": plan.sent_again,
        "messages delivered again": resender.sent,
        "functions killed": functions.times,
        "workers killed": workers.times,
        "workers asked to end": workers.asked,
        "pauses of the endpoint": endpoint.times,
        "seconds of pause": round(endpoint.seconds, 1),
        "seconds until all had ended": round(ended - began, 1),
        "articles a second": round(plan.count / (ended - began), 2),
        "further seconds until quiet": round(time.monotonic() - ended, 1),
    }


def report(found: Found) -> None:
    """For people, and as a file for those who ask for it."""
    lines = [f"{name:<32}{value:>12}" for name, value in found.figures.items()]
    print("\n".join([*lines, *found.wrong]))
    if REPORT:
        Path(REPORT).write_text(json.dumps({"figures": found.figures, "violations": found.wrong}, indent=2))


@pytest.mark.timeout(max(900, 6 * REQUESTS))
def test_each_request_is_published_once_whatever_is_killed(
    stack: Stack, mesh: Mesh, listener: Listener, stub: ModelStub, tmp_path: Path
) -> None:
    plan = Plan(mesh, REQUESTS, SEED)
    with ExitStack() as around:
        around.enter_context(short_leases(mesh))
        around.enter_context(carried_by_workers(mesh, BY_WORKERS))
        calls = around.enter_context(numbered(stub, plan.prefix))
        struck = troubles(stack, mesh, listener, tmp_path)
        around.callback(struck[-1].close)
        figures = run(plan, listener, struck)
        found = audit(plan, listener)
    asked = [call for call in calls if plan.number_of(call.topic) is not None]
    assert asked == calls, "somebody else asked the model"
    answers = stored(mesh, plan.prefix)
    lost, wrong = bought(calls, answers)
    found.wrong += wrong
    found.figures = figures | found.figures
    found.figures |= {"model calls": len(calls), "answers stored": len(answers), "calls lost to kills": lost}
    report(found)
    assert found.wrong == []
    assert min(trouble.times for trouble in struck) > 0, "nothing went wrong"
    assert lost <= figures["functions killed"], "more calls were lost than functions killed"
