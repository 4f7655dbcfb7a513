"""What is wrong is said on /content/errors; how soon depends on whether it may heal."""

import uuid

import pytest
from events import Event, Recorder, assert_valid
from mesh import Mesh, eventually, never
from model_stub import ModelStub

VALID = {"content_topic": "Invalid requests", "word_count": 300}
VIOLATIONS = {
    "299 words": {"word_count": 299},
    "2001 words": {"word_count": 2001},
    "words as text": {"word_count": "300"},
    "blank topic": {"content_topic": "  "},
    "long context": {"prompt_context": "x" * 2000},
}
REFUSED = [
    *(pytest.param(VALID | wrong, "CONTRACT_VIOLATION", id=what) for what, wrong in VIOLATIONS.items()),
    pytest.param({"content_topic": "Invalid requests"}, "CONTRACT_VIOLATION", id="no words"),
    pytest.param('{"content_topic": "Invalid requests", ', "INVALID_JSON", id="broken JSON"),
]


@pytest.mark.parametrize(("body", "code"), REFUSED)
def test_an_invalid_request_is_refused(mesh: Mesh, recorder: Recorder, body: object, code: str) -> None:
    seen = len(refusals(recorder))
    mesh.publish(body)
    eventually(lambda: len(refusals(recorder)) > seen, "a ValidationError")
    event = refusals(recorder)[-1]
    assert_valid(event, "validation-error-v1")
    assert event.payload["code"] == code and event.payload["agent"] == "content-gen"
    assert event.channel == "/content/errors"
    assert mesh.read(event.payload["request"]["uri"]), "the whole message is kept in quarantine"


def refusals(recorder: Recorder) -> list[Event]:
    return recorder.where(lambda event: event.type == "ValidationError")


def test_a_rejected_key_fails_at_once(mesh: Mesh, recorder: Recorder, stub: ModelStub) -> None:
    failed = provoke(mesh, recorder, stub, "unauthorized")
    check_failure(failed, "MODEL_AUTH", final=True, attempts=1)


def test_no_credit_fails_at_once(mesh: Mesh, recorder: Recorder, stub: ModelStub) -> None:
    failed = provoke(mesh, recorder, stub, "quota")
    check_failure(failed, "MODEL_QUOTA_EXHAUSTED", final=True, attempts=1)
    assert stub.calls_about(failed.payload["content_topic"]) == 1


def test_a_server_error_fails_when_attempts_are_spent(mesh: Mesh, recorder: Recorder, stub: ModelStub) -> None:
    failed = provoke(mesh, recorder, stub, "server")
    check_failure(failed, "MODEL_SERVER_ERROR", final=False, attempts=5)
    assert failed.payload["dead_lettered"] is True
    letter = mesh.queue_named(mesh.name("content-gen-dlq")).await_message(failed.payload["request_id"])
    assert failed.payload["request_id"] in letter["Body"]


def test_with_one_attempt_a_server_error_fails_at_once(mesh: Mesh, recorder: Recorder, stub: ModelStub) -> None:
    with mesh.settings("content-gen", MESH_ATTEMPTS="1"):
        failed = provoke(mesh, recorder, stub, "server")
        check_failure(failed, "MODEL_SERVER_ERROR", final=False, attempts=1)
        mesh.queue_named(mesh.name("content-gen-dlq")).await_message(failed.payload["request_id"])


def test_a_rate_limit_and_a_short_outage_heal(mesh: Mesh, recorder: Recorder, stub: ModelStub) -> None:
    for fault in ("rate", "server"):
        topic = f"Healing {fault} {uuid.uuid4().hex[:6]}"
        stub.fail(topic, fault, times=2)
        published = recorder.await_event(mesh.request(topic), "ContentPublished", 60)
        assert published.final and stub.calls_about(topic) == 3


def provoke(mesh: Mesh, recorder: Recorder, stub: ModelStub, fault: str) -> Event:
    """The GenFailure of a request whose calls all end in `fault`."""
    topic = f"Failing {fault} {uuid.uuid4().hex[:6]}"
    stub.fail(topic, fault)
    try:
        failed = recorder.await_event(mesh.request(topic), "GenFailure", 120)
    finally:
        stub.heal(topic)
    never(lambda: len(recorder.of_request(failed.payload["request_id"], "GenFailure")) > 1, "a second failure event", 1)
    return failed


def check_failure(failed: Event, code: str, final: bool, attempts: int) -> None:
    assert_valid(failed, "gen-failure-v1")
    assert failed.channel == "/content/errors"
    payload = failed.payload
    assert (payload["code"], payload["final"], payload["attempts"]) == (code, final, attempts)
