"""A bucket is away: messages become dead letters. It comes back: each way back publishes every article once."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from events import Recorder, assert_valid
from mesh import Mesh, eventually, never

LETTERS = 24
BY_HAND = 4


@pytest.fixture(scope="module")
def sent(mesh: Mesh, recorder: Recorder) -> set[str]:
    """Requests whose articles could not be published, because the bucket of the site was gone."""
    remove(mesh, mesh.site)
    try:
        requests = mesh.burst("Dead letters", LETTERS)
        eventually(lambda: depth(mesh) == LETTERS, f"{LETTERS} dead letters", 120, every=0.5)
    finally:
        mesh.s3.create_bucket(Bucket=mesh.site, CreateBucketConfiguration={"LocationConstraint": mesh.region})
    return requests


def remove(mesh: Mesh, bucket: str) -> None:
    """Empties and deletes the bucket."""
    for page in mesh.s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
            mesh.s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    mesh.s3.delete_bucket(Bucket=bucket)


def depth(mesh: Mesh) -> int:
    return mesh.depth(mesh.queue_named(mesh.name("publish-dlq")))


def test_the_failure_was_said_after_five_attempts(recorder: Recorder, sent: set[str]) -> None:
    def failures() -> list:
        return recorder.where(lambda event: event.type == "PublishFailure" and event.payload["request_id"] in sent)

    eventually(lambda: len(failures()) >= LETTERS, f"{LETTERS} failure events", 30)
    for event in failures():
        assert_valid(event, "publish-failure-v1")
        assert event.channel == "/content/errors"
        payload = event.payload
        assert (payload["attempts"], payload["final"], payload["dead_lettered"]) == (5, False, True)
    assert {event.payload["request_id"] for event in failures()} == sent
    assert recorder.finals(sent) == []


def test_letters_are_moved_back_as_the_console_does(mesh: Mesh, recorder: Recorder, sent: set[str]) -> None:
    queue, letters = (mesh.queue_named(mesh.name(name)).url for name in ("publish", "publish-dlq"))
    for _ in range(BY_HAND):
        received = json.loads(
            mesh.aws("sqs", "receive-message", "--queue-url", letters, "--wait-time-seconds", "5").stdout
        )
        message = received["Messages"][0]
        mesh.aws("sqs", "send-message", "--queue-url", queue, "--message-body", message["Body"])
        handle = message["ReceiptHandle"]
        mesh.aws("sqs", "delete-message", "--queue-url", letters, "--receipt-handle", handle)
    eventually(lambda: len(recorder.finals(sent)) >= BY_HAND, f"{BY_HAND} articles are published", 60)


def test_a_plan_comes_true_and_touches_nothing_else(
    mesh: Mesh, recorder: Recorder, sent: set[str], tmp_path: Path
) -> None:
    before, ended = depth(mesh), len(recorder.finals(sent))
    entries = planned(mesh, tmp_path / "all.json")
    assert len(entries) == before
    assert {(entry["predicted"], entry["code"]) for entry in entries} == {("will_complete", "RESOURCE_MISSING")}
    file = tmp_path / "one.json"
    assert [one["event_id"] for one in planned(mesh, file, "--event-id", entries[0]["event_id"])] == [
        entries[0]["event_id"]
    ]

    assert mesh.cli("replay", "apply", str(file))["done"] is False
    assert depth(mesh) == before, "a dry run sends nothing"
    applied = mesh.cli("replay", "apply", str(file), "--wait", "60", "--yes")
    assert (applied["done"], applied["stopped"]) == (True, False)
    mesh.cli("replay", "verify", str(file))
    eventually(lambda: len(recorder.finals(sent)) == ended + 1, "the one article is published", 30)
    assert depth(mesh) == before - 1
    again = mesh.cli("replay", "apply", str(file), "--yes")
    assert [(row["before"], row["sent"]) for row in again["groups"]] == [(1, 0)], "applied once"


def planned(mesh: Mesh, file: Path, *only: str) -> list[dict]:
    """The entries of a plan for publish's dead letters."""
    mesh.cli("replay", "plan", "--agent", "publish", "--from", "dlq", "--out", str(file), *only)
    return json.loads(file.read_text())["entries"]


def test_a_replay_that_is_killed_loses_nothing(mesh: Mesh, sent: set[str]) -> None:
    before = depth(mesh)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(replay(mesh), env=environment(mesh), **quiet)
    try:
        eventually(lambda: depth(mesh) < before or process.poll() is not None, "the replay begins", 30, every=0.001)
    finally:
        process.kill()
        process.wait()
    assert 0 < depth(mesh) < before, "it was not killed half-way"


def test_a_replay_publishes_the_rest_and_none_twice(mesh: Mesh, recorder: Recorder, sent: set[str]) -> None:
    def done() -> bool:
        finished = subprocess.run(replay(mesh), env=environment(mesh), capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stderr
        return depth(mesh) == 0

    # What the killed replay had received is hidden for a while.
    eventually(done, "no letter is left", 90, every=1)
    eventually(lambda: len(recorder.finals(sent)) >= LETTERS, "every article is published", 90)
    never(lambda: len(recorder.finals(sent)) > LETTERS, "an article is published twice", 3)
    finals = recorder.finals(sent)
    assert {event.payload["request_id"] for event in finals} == sent
    assert {event.type for event in finals} == {"ContentPublished"}
    pages = [key for key in mesh.keys(mesh.site, "site/posts/") if "dead-letters-number" in key]
    assert len(pages) == LETTERS


def replay(mesh: Mesh) -> list[str]:
    return [*mesh.program, "dlq", "replay", "publish", "--yes"]


def environment(mesh: Mesh) -> dict[str, str]:
    return mesh.credentials | {"HOME": os.environ["HOME"]}
