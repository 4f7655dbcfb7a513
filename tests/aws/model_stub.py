"""A model provider on loopback: OpenAI's chat completions on the wire, articles that pass review, faults on demand.

It answers drafts, rewritings (`refine`), plans of images (`image_plan`) and `metadata`, and counts each kind by itself.
Started by a test it is an object; `python model_stub.py --port 8099` runs it for a local mesh.
"""

import argparse
import json
import re
import threading
import time
from collections import Counter, deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from article import article

PROMPT = re.compile(r"Write an? (\d+)-word article on (.+?)\.(?:\s|$)", re.DOTALL)
ARTICLE = re.compile(r"--- article (\w+) begins ---\n(.*)\n--- article \1 ends ---", re.DOTALL)
DRAFT, REFINE, PLAN, METADATA = "draft", "refine", "image_plan", "metadata"
FAULTS = {
    "unauthorized": (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    "quota": (429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
    "rate": (429, "requests", "rate_limit_exceeded", "Rate limit reached."),
    "server": (500, "server_error", "server_error", "The server had an error."),
}


class ModelStub:
    """Answers on `base_url`; what it saw and how it answers are its attributes."""

    def __init__(self, port: int = 0, key: str = "local-key") -> None:
        self.accepted = {key}
        self.delay = 0.05
        # So many calls in so many seconds.
        self.limit: tuple[int, float] | None = None
        # Calls open now, and the most that ever were, by kind.
        self.open: Counter[str] = Counter()
        self.most_open: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.keys: Counter[str] = Counter()
        self.asked: Counter[tuple[str, str]] = Counter()
        self.answered: Counter[tuple[str, str]] = Counter()
        self._faults: list[tuple[str, str, int]] = []
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.base_url = f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> "ModelStub":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def serve(self) -> None:
        self._server.serve_forever()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fail(self, topic: str, fault: str, times: int = 1_000_000) -> None:
        """The next `times` calls whose topic holds `topic` end in `fault`, a key of `FAULTS`."""
        with self._lock:
            self._faults.append((topic, fault, times))

    def heal(self, topic: str) -> None:
        """No faults for `topic` any more."""
        with self._lock:
            self._faults = [entry for entry in self._faults if entry[0] != topic]

    def calls_about(self, topic: str, kind: str = DRAFT) -> int:
        """How often this kind was asked for on a topic that holds `topic`."""
        return self._count(self.asked, topic, kind)

    def articles_about(self, topic: str, kind: str = DRAFT) -> int:
        """How often this kind was answered on a topic that holds `topic`."""
        return self._count(self.answered, topic, kind)

    def _count(self, counted: Counter[tuple[str, str]], topic: str, kind: str) -> int:
        with self._lock:
            return sum(count for (of, about), count in counted.items() if of == kind and topic in about)

    def watch(self) -> None:
        """Counts the calls open at once anew."""
        with self._lock:
            self.most_open = Counter(self.open)

    def answer(self, key: str, body: dict) -> tuple[int, dict, dict]:
        """Status, headers and body of one call."""
        kind, topic, text = asked(body)
        with self._lock:
            self.open[kind] += 1
            self.most_open[kind] = max(self.most_open[kind], self.open[kind])
            self.asked[kind, topic] += 1
            self.keys[key] += 1
            fault, headers = self._fault(key, topic)
        try:
            time.sleep(self.delay)
            reply = error(fault) if fault else (200, completion(body.get("model", "stub"), text))
        finally:
            with self._lock:
                self.open[kind] -= 1
                self.statuses[reply[0]] += 1
                self.answered[kind, topic] += reply[0] == 200
        return reply[0], headers, reply[1]

    def _fault(self, key: str, topic: str) -> tuple[str | None, dict]:
        if key not in self.accepted:
            return "unauthorized", {}
        for index, (part, fault, times) in enumerate(self._faults):
            if part in topic and times > 0:
                self._faults[index] = (part, fault, times - 1)
                return fault, {"retry-after": "1"} if fault == "rate" else {}
        return self._limited()

    def _limited(self) -> tuple[str | None, dict]:
        if self.limit is None:
            return None, {}
        most, seconds = self.limit
        now = time.monotonic()
        while self._recent and now - self._recent[0] > seconds:
            self._recent.popleft()
        if len(self._recent) >= most:
            wait = seconds - (now - self._recent[0])
            return "rate", {"retry-after": str(int(wait) + 1)}
        self._recent.append(now)
        return None, {}


def asked(body: dict) -> tuple[str, str, str]:
    """Kind and topic of a call, and what to answer."""
    messages = {message["role"]: message["content"] for message in reversed(body["messages"])}
    prompt, system = messages.get("user", ""), messages.get("system", "")
    kind = body.get("response_format", {}).get("json_schema", {}).get("name", DRAFT)
    if kind in (PLAN, METADATA):
        material = json.loads(prompt[prompt.index("\n{") :])
        made = plan(material) if kind == PLAN else metadata(material)
        return kind, material["topic"], json.dumps(made)
    if system.startswith("You edit articles"):
        text = ARTICLE.search(prompt)[2]
        # The heading of our drafts is their topic.
        return REFINE, text.partition("\n")[0].removeprefix("# "), text + "\n"
    found = PROMPT.search(prompt)
    words, topic = (int(found[1]), found[2]) if found else (300, "an unknown topic")
    return DRAFT, topic, article(topic, words)


def plan(material: dict) -> dict:
    """So many images, each in a section of its own as far as there are."""
    places = len(material["sections"]) + 1
    return {
        "images": [
            {
                "prompt": f"Scene {at} on {material['topic']}: a table with papers, seen from above, soft light",
                "alt_text": f"Table number {at} with papers, seen from above",
                "section": at % places,
            }
            for at in range(material["count"])
        ]
    }


def metadata(material: dict) -> dict:
    """Within the limits of the contract; `rules had to change` some of it all the same, as with real models."""
    keyphrase = " ".join(material["topic"].split()[:4])
    description = f"{keyphrase}: what it is, where it helps, and what to look at first. "
    description += "A short guide with plain steps that can be tried out today, one after the other."
    return {
        "title": material["title"][:60].strip(),
        "description": description[:156],
        "slug": re.sub(r"[^a-z0-9]+", "-", material["title"].lower()).strip("-")[:75].strip("-"),
        "keyphrase": keyphrase,
        "keywords": [keyphrase],
        "og_title": material["title"][:95].strip(),
        "og_description": description[:200],
    }


def completion(model: str, text: str) -> dict:
    tokens = len(text) // 4
    return {
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 120, "completion_tokens": tokens, "total_tokens": 120 + tokens},
    }


def error(fault: str) -> tuple[int, dict]:
    status, kind, code, message = FAULTS[fault]
    return status, {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _handler(stub: ModelStub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path != "/v1/chat/completions":
                return self._reply(404, {}, {"error": {"message": "Unknown path.", "code": "not_found"}})
            key = (self.headers.get("authorization") or "").removeprefix("Bearer ")
            self._reply(*stub.answer(key, body))

        def _reply(self, status: int, headers: dict, body: dict) -> None:
            payload = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "content-type": "application/json", "x-request-id": "stub"}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            """Says nothing: requests hold prompts."""

    return Handler


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=8099)
    arguments.add_argument("--key", default="local-key")
    chosen = arguments.parse_args()
    stub = ModelStub(chosen.port, chosen.key)
    print(stub.base_url, flush=True)
    stub.serve()


if __name__ == "__main__":
    main()
