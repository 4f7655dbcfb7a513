"""Events as subscribers get them, held against their contracts."""

import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jsonschema
from mesh import ROOT, Mesh, eventually

FINAL = ("ContentPublished", "ContentRejected", "ContentWithdrawn")


@dataclass(frozen=True)
class Event:
    """An event as a subscriber gets it."""

    channel: str
    payload: Any
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return self.attributes.get("ce-type", "")

    @property
    def run(self) -> str:
        return self.attributes.get("ce-correlationid", "")

    @property
    def final(self) -> bool:
        return self.type in FINAL or (isinstance(self.payload, dict) and self.payload.get("final") is True)

    @classmethod
    def of_notification(cls, body: str, prefix: str) -> "Event":
        """From an SNS notification, as queues without raw delivery, HTTP endpoints and functions get it."""
        note = json.loads(body)
        topic = note["TopicArn"].rsplit(":", 1)[1].removeprefix(f"{prefix}-")
        attributes = {name: entry["Value"] for name, entry in note.get("MessageAttributes", {}).items()}
        try:
            payload = json.loads(note["Message"])
        except json.JSONDecodeError:
            payload = note["Message"]
        return cls("/" + topic.replace("-", "/", 1), payload, attributes)


def send(mesh: Mesh, channel: str, kind: str, payload: dict, run: str, event: str = "") -> str:
    """Publishes an event as an agent would, and gives back its id."""
    event = event or str(uuid.uuid4())
    attributes = {"ce-type": kind, "ce-id": event, "ce-source": "urn:test", "ce-correlationid": run}
    values = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    mesh.sns.publish(TopicArn=mesh.topic(channel), Message=json.dumps(payload), MessageAttributes=values)
    return event


def contract(name: str) -> dict:
    return json.loads((ROOT / "contracts" / f"{name}.json").read_text())


def assert_valid(event: Event, name: str) -> None:
    """The event is what the contract says, and says so."""
    assert event.attributes["ce-dataschema"].endswith(name), event
    assert_payload(event.payload, name)


def assert_payload(payload: Any, name: str) -> None:
    schema = contract(name)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    validator.validate(payload)


class Recorder(threading.Thread):
    """Everything published on all channels from its start on, read from a queue of its own."""

    def __init__(self, mesh: Mesh) -> None:
        super().__init__(daemon=True)
        self.mesh = mesh
        self.stopped = threading.Event()
        self.events: list[Event] = []
        self.queue = mesh.queue(f"recorder-{uuid.uuid4().hex[:8]}", mesh.topics.values())
        for topic in mesh.topics.values():
            mesh.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self.queue.arn)

    def run(self) -> None:
        while not self.stopped.is_set():
            for message in self.queue.take():
                self.events.append(Event.of_notification(message["Body"], self.mesh.prefix))

    def stop(self) -> None:
        self.stopped.set()
        self.join()

    def where(self, condition: Callable[[Event], bool]) -> list[Event]:
        return [event for event in list(self.events) if condition(event)]

    def of_request(self, request_id: str, kind: str = "") -> list[Event]:
        """The events that name the request, perhaps of one type only."""
        return self.where(
            lambda event: (
                isinstance(event.payload, dict)
                and event.payload.get("request_id") == request_id
                and (not kind or event.type == kind)
            )
        )

    def of_run(self, run: str, kind: str = "") -> list[Event]:
        """The events of a run, perhaps of one type only."""
        return self.where(lambda event: event.run == run and (not kind or event.type == kind))

    def finals_of(self, run: str) -> list[Event]:
        """The events that end a run; there should be one. One that is delivered again, with its id, is the same."""
        finals = self.where(lambda event: event.run == run and event.final)
        return list({(event.attributes.get("ce-id"), json.dumps(event.payload, sort_keys=True)): event for event in finals}.values())

    def end_of(self, run: str, seconds: float = 30) -> Event:
        """The one event that ended a run."""
        found = eventually(lambda: self.finals_of(run), f"run {run} ends", seconds)
        assert len(found) == 1, found
        return found[0]

    def await_event(self, request_id: str, kind: str, seconds: float = 30) -> Event:
        what = f"{kind} of request {request_id}"
        return eventually(lambda: self.of_request(request_id, kind), what, seconds)[0]

    def finals(self, request_ids: set[str]) -> list[Event]:
        return self.where(lambda event: event.final and event.payload.get("request_id") in request_ids)
