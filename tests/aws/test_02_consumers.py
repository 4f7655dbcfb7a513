"""Who listens and is no agent: queues, a function, a web hook, another account."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import consumers
import pytest
from events import Event, Recorder, assert_payload, assert_valid
from mesh import Mesh, eventually

READY = "/content/ready"


@pytest.fixture(scope="module")
def hook(mesh: Mesh) -> Iterator["Hook"]:
    """A web hook that is subscribed and confirms it."""
    listening = Hook()
    listening.start()
    subscribe = ("sns", "subscribe", "--topic-arn", mesh.topic(READY), "--protocol", "http")
    mesh.aws(*subscribe, "--notification-endpoint", listening.url)
    yield listening
    listening.server.shutdown()


@pytest.fixture(scope="module")
def request_id(mesh: Mesh, recorder: Recorder, hook: "Hook", abroad: str) -> str:
    """One request that all of them hear of."""
    eventually(lambda: hook.confirmed, "the subscription of the web hook is confirmed")
    sent = mesh.request("Consumers of articles")
    recorder.await_event(sent, "ContentReady", 60)
    return sent


@pytest.fixture(scope="module")
def abroad(mesh: Mesh) -> str:
    """A queue of another account, subscribed from there."""
    queue = mesh.queue("partner-ready", [mesh.topic(READY)], key=consumers.OTHER_ACCOUNT)
    arguments = ("--topic-arn", mesh.topic(READY), "--protocol", "sqs", "--notification-endpoint", queue.arn)
    mesh.aws("sns", "subscribe", *arguments, key=consumers.OTHER_ACCOUNT)
    return queue.url


def test_a_queue_gets_the_notification(mesh: Mesh, request_id: str) -> None:
    message = mesh.queue_named(consumers.ENVELOPED).await_message(request_id)
    assert_valid(Event.of_notification(message["Body"], mesh.prefix), "content-ready-v1")


def test_a_raw_queue_gets_the_payload_itself(mesh: Mesh, request_id: str) -> None:
    message = mesh.queue_named(consumers.RAW).await_message(request_id)
    assert_payload(json.loads(message["Body"]), "content-ready-v1")
    attributes = {name: entry["StringValue"] for name, entry in message["MessageAttributes"].items()}
    assert attributes["ce-type"] == "ContentReady" and attributes["ce-specversion"] == "1.0"


def test_a_function_is_invoked(mesh: Mesh, request_id: str) -> None:
    def heard() -> list[Event]:
        lines = [line for line in mesh.log_lines(consumers.FUNCTION) if request_id in line]
        records = [json.loads(line)["Records"][0]["Sns"] for line in lines]
        return [Event.of_notification(json.dumps(record), mesh.prefix) for record in records]

    assert_valid(eventually(heard, "the function logs the event")[0], "content-ready-v1")


def test_a_web_hook_confirms_and_is_called(mesh: Mesh, hook: "Hook", request_id: str) -> None:
    def heard() -> list[Event]:
        return [Event.of_notification(body, mesh.prefix) for body in hook.bodies if request_id in body]

    assert_valid(eventually(heard, "the web hook is called")[0], "content-ready-v1")


def test_another_account_listens_and_reads_the_draft(mesh: Mesh, abroad: str, request_id: str) -> None:
    sqs = mesh.client("sqs", consumers.OTHER_ACCOUNT)

    def heard() -> list[Event]:
        seen = sqs.receive_message(QueueUrl=abroad, MaxNumberOfMessages=10).get("Messages", [])
        return [Event.of_notification(one["Body"], mesh.prefix) for one in seen if request_id in one["Body"]]

    event = eventually(heard, "the other account's queue has the event")[0]
    assert_valid(event, "content-ready-v1")
    bucket, key = event.payload["draft"]["uri"].removeprefix("s3://").split("/", 1)
    s3 = mesh.client("s3", consumers.OTHER_ACCOUNT)
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read().startswith(b"# ")
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied|403|Forbidden"):
        s3.list_objects_v2(Bucket=bucket)


def test_an_unlisted_account_is_refused(mesh: Mesh) -> None:
    queue = mesh.queue("stranger-ready", [mesh.topic(READY)], key=consumers.UNLISTED_ACCOUNT)
    arguments = ("--topic-arn", mesh.topic(READY), "--protocol", "sqs", "--notification-endpoint", queue.arn)
    refused = mesh.aws("sns", "subscribe", *arguments, key=consumers.UNLISTED_ACCOUNT, check=False)
    assert refused.returncode != 0 and "AuthorizationError" in refused.stderr


def test_a_listed_account_may_not_listen_to_other_channels(mesh: Mesh, abroad: str) -> None:
    arn = f"arn:aws:sqs:{mesh.region}:{consumers.OTHER_ACCOUNT}:partner-ready"
    arguments = ("--topic-arn", mesh.topic("/content/errors"), "--protocol", "sqs", "--notification-endpoint", arn)
    refused = mesh.aws("sns", "subscribe", *arguments, key=consumers.OTHER_ACCOUNT, check=False)
    assert refused.returncode != 0 and "AuthorizationError" in refused.stderr


class Hook(threading.Thread):
    """An HTTP endpoint as the documentation of SNS wants it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.confirmed = False
        self.bodies: list[str] = []
        self.server = HTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/events"

    def run(self) -> None:
        self.server.serve_forever()

    def take(self, kind: str, body: str) -> None:
        if kind == "SubscriptionConfirmation":
            with urllib.request.urlopen(json.loads(body)["SubscribeURL"], timeout=10) as reply:
                self.confirmed = reply.status == 200
        else:
            self.bodies.append(body)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                self.send_response(200)
                self.end_headers()
                kind = self.headers["x-amz-sns-message-type"]
                threading.Thread(target=hook.take, args=(kind, body), daemon=True).start()

            def log_message(self, *_: object) -> None:
                pass

        return Handler
