"""A provider on loopback that answers as a case says and remembers who asked."""

import contextlib
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cases import Answer


@dataclass(frozen=True)
class Received:
    """The head of a request; names of headers are in lower case."""

    line: str
    headers: dict[str, str]


@dataclass
class Server:
    """Answers one request after the other with what it was given."""

    answers: list[Answer] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        # Some are still waiting to answer a client that has gone.
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> "Server":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def play(self, answers: list[Answer]) -> None:
        """Forgets what was, and answers with these."""
        self.answers, self.received = list(answers), []


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.received.append(Received(f"{self.command} {self.path}", headers))
            answer = server.answers.pop(0)
            with contextlib.suppress(ConnectionError):
                self._reply(answer)

        def _reply(self, answer: Answer) -> None:
            time.sleep(answer.delay)
            self.send_response_only(answer.status)
            for name, value in {**answer.headers, "content-length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            time.sleep(answer.body_delay)
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Says nothing: tests tell what they received."""

    return Handler
