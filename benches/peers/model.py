"""The provider of the model: OpenAI's chat completions on loopback. Every answer differs from every other.

The article and the wire are those of `tests/aws`; what fails, and how often, is the plan's.
"""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from plan import Plan, named

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "aws"))
from article import article  # noqa: E402
from model_stub import asked, completion, error  # noqa: E402

LATENCY = 0.03
# Longer than any caller waits.
SILENCE = 6.0


class Model:
    """Answers under `http://127.0.0.1:<port>/<process>/v1`, so that it knows which process asks."""

    def __init__(self, plan: Plan, on_call: Callable[[str, str, int], None]) -> None:
        self.plan, self.on_call = plan, on_call
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler(self))
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, process: str) -> str:
        return f"http://127.0.0.1:{self.port}/{process}/v1"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, process: str, body: dict) -> tuple[int, dict]:
        """Status and body of one call. An answer counts as given, whether its caller lives to read it or not."""
        _, topic, _ = asked(body)
        (name,) = named(topic)
        with self.lock:
            self.asked[name] += 1
            number = self.asked[name]
        self.on_call(process, name, number)
        kind, failing = self.plan.requests[name].failure or ("", 0)
        if number <= failing:
            time.sleep(SILENCE if kind == "silent" else LATENCY)
            return error("server" if kind == "silent" else kind)
        time.sleep(LATENCY)
        with self.lock:
            self.answered[name] += 1
        text = f"{article(topic, 300)}\nThis is answer {number} of the provider.\n"
        return 200, completion("stub", text)


def handler(model: Model) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, said = model.answer(self.path.split("/")[1], body)
            payload = json.dumps(said).encode()
            self.send_response(status)
            if status == 429:
                self.send_header("retry-after", "1")
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            try:
                self.end_headers()
                self.wfile.write(payload)
            except ConnectionError:
                # Whoever asked was killed, or waits no longer.
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
