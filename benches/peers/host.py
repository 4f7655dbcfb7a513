"""Lambda as far as a function behind a queue sees it: a Runtime API for each process, and an event source mapping.

The mapping polls the queue through the proxy like everything else, runs one invocation at a time, deletes what was
handled, and leaves `batchItemFailures`, and all of an invocation that failed, to the visibility time-out.
"""

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.exceptions import BotoCoreError, ClientError

# The time-out of functions, in seconds. The queue's visibility time-out is a little longer.
TIMEOUT = 12
# A sweep a minute, as the schedule does in a deployment; for functions that have one.
SWEEP_EVERY = 60
PREFIX = "/2018-06-01/runtime/"


@dataclass
class Invocation:
    """One event on its way."""

    event: dict
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    ends_at: float = field(default_factory=lambda: time.time() + TIMEOUT)
    # The answer; `None` while there is none, and when the function failed.
    answer: dict | None = None
    done: bool = False


class Runtime:
    """The Runtime API of one process. Everything waits on one condition, and nothing here outlives a process."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.generation = 0
        self.asking = False
        self.waiting: Invocation | None = None
        self.running: Invocation | None = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler(self))
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.died()
        self.server.shutdown()
        self.server.server_close()

    def died(self) -> None:
        """The process has ended: what it was doing has failed."""
        with self.changed:
            self.generation += 1
            self.asking = False
            self._finish(None)
            self.changed.notify_all()

    def ready(self) -> bool:
        return self.asking

    def next(self) -> Invocation | None:
        """What the process is to do next; nothing when it ended while it was asking."""
        with self.changed:
            generation, self.asking = self.generation, True
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.waiting or self.generation != generation)
            if self.generation != generation:
                return None
            self.asking = False
            self.running, self.waiting = self.waiting, None
            return self.running

    def finished(self, id: str, answer: dict | None) -> None:
        with self.changed:
            if self.running and self.running.id == id:
                self._finish(answer)
                self.changed.notify_all()

    def _finish(self, answer: dict | None) -> None:
        if self.running:
            self.running.answer, self.running.done = answer, True
            self.running = None

    def invoke(self, event: dict, on_timeout: Callable[[], None]) -> dict | None:
        """Runs the function. Waits for a process that can; none is an invocation that failed."""
        with self.changed:
            self.changed.wait_for(lambda: self.asking, TIMEOUT)
            if not self.asking:
                return None
            invocation = self.waiting = Invocation(event)
            self.changed.notify_all()
            self.changed.wait_for(lambda: invocation.done, TIMEOUT)
            if self.waiting is invocation:
                self.waiting = None
        if not invocation.done:
            on_timeout()
        return invocation.answer


def handler(runtime: Runtime) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if (invocation := runtime.next()) is None:
                self.close_connection = True
                return
            headers = {
                "Lambda-Runtime-Aws-Request-Id": invocation.id,
                "Lambda-Runtime-Deadline-Ms": str(int(invocation.ends_at * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:000000000000:function:peer",
            }
            self.reply(200, json.dumps(invocation.event).encode(), headers)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            *_, id, what = self.path.removeprefix(PREFIX).split("/")
            runtime.finished(id, (json.loads(body or b"null") or {}) if what == "response" else None)
            self.reply(202, b"{}", {})

        def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            try:
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler


class Mapping(threading.Thread):
    """The event source mapping of one process."""

    def __init__(self, sqs, url: str, arn: str, batch: int, sweeps: bool, runtime: Runtime, kill: Callable) -> None:
        super().__init__(daemon=True)
        self.sqs, self.url, self.arn, self.batch, self.sweeps = sqs, url, arn, batch, sweeps
        self.runtime, self.kill = runtime, kill
        self.stopped = threading.Event()
        self.timeouts = 0

    def run(self) -> None:
        swept = time.monotonic()
        while not self.stopped.is_set():
            if self.sweeps and time.monotonic() - swept > SWEEP_EVERY:
                swept = time.monotonic()
                self.runtime.invoke({"sweep": True}, self.timed_out)
            try:
                self.once()
            except (BotoCoreError, ClientError):
                # What was received comes again; Lambda's own pollers go on as well.
                time.sleep(0.2)

    def once(self) -> None:
        """One batch."""
        messages = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=self.batch,
            WaitTimeSeconds=5,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not messages or self.stopped.is_set():
            return
        answer = self.runtime.invoke({"Records": [record(message, self.arn) for message in messages]}, self.timed_out)
        if answer is None:
            return
        failed = {one["itemIdentifier"] for one in answer.get("batchItemFailures", [])}
        handled = [message for message in messages if message["MessageId"] not in failed]
        if handled:
            entries = [{"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]} for at, one in enumerate(handled)]
            self.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)

    def timed_out(self) -> None:
        self.timeouts += 1
        self.kill()


def record(message: dict, arn: str) -> dict:
    """A message as Lambda hands it over."""
    attributes = {
        name: {"stringValue": value.get("StringValue"), "dataType": value["DataType"]}
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": "eu-central-1",
    }
