"""The HTTP interface as its callers see it: plain HTTP, a key, JSON."""

import http.client
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from mesh import Mesh, eventually

ORDER = ("pending", "processing", "generating_images", "complete")


@dataclass(frozen=True)
class Answer:
    """An answer."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> dict:
        return json.loads(self.text)

    def problem(self, status: int, code: str) -> dict:
        """The body of a refusal, which must be this one, in the form of RFC 9457."""
        assert self.status == status, self
        assert self.headers["content-type"] == "application/problem+json", self
        body = self.body
        assert (body["status"], body["code"]) == (status, code), body
        assert body["type"].endswith(f"/problems/{code}") and body["title"] and body["detail"], body
        assert body["instance"].endswith(self.headers["x-request-id"]), body
        return body


class Api:
    """One caller with one key."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url, self.key = url, key

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request. Text is sent as it is, anything else as JSON."""
        parts = urlsplit(self.url)
        # A little more than API Gateway waits.
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=40)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            given.setdefault("x-api-key", self.key)
        if body is not None:
            given.setdefault("content-type", "application/json")
        sent = body if isinstance(body, str) or body is None else json.dumps(body)
        try:
            connection.request(method, parts.path + path, sent, given)
            reply = connection.getresponse()
            text = reply.read().decode()
        finally:
            connection.close()
        return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, text)

    def put_site(self, site: str, **fields: object) -> None:
        """Stores a site. What is not said is as cheap as it can be: one draft, and nothing beside it."""
        settings = {"websiteName": site.title(), "refine": False, "metadata": False, "imagesPerArticle": 0}
        settings |= {"articleLengthMin": 300, "articleLengthMax": 320}
        answer = self.call("PUT", f"/sites/{site}", settings | fields)
        assert answer.status in (200, 201), answer

    def put_post(self, site: str, title: str, **fields: object) -> str:
        """Stores a new post and gives back its id."""
        post = f"post-{uuid.uuid4().hex[:10]}"
        answer = self.call("PUT", f"/posts/{post}", {"websiteId": site, "title": title} | fields)
        assert answer.status == 201, answer
        return post

    def generate(self, post: str, **headers: str) -> str:
        """Starts the run of a post and gives back its id."""
        answer = self.call("POST", "/generate", {"postId": post}, **headers)
        assert answer.status == 202, answer
        assert answer.headers["location"] == f"/generate/status/{answer.body['trackingId']}", answer
        return answer.body["trackingId"]

    def status(self, run: str) -> dict:
        answer = self.call("GET", f"/generate/status/{run}")
        assert answer.status == 200, answer
        return answer.body

    def follow(self, run: str, seconds: float = 90) -> list[dict]:
        """Every status that was seen until the run ended."""
        seen: list[dict] = []

        def ended() -> bool:
            seen.append(self.status(run))
            return "endedAt" in seen[-1]

        eventually(ended, f"run {run} ends", seconds)
        return seen


def assert_never_back(seen: list[dict]) -> None:
    """Neither the status of a post nor its progress falls."""
    for what, value in (("status", lambda one: ORDER.index(one["status"])), ("progress", lambda one: one["progress"])):
        values = [value(one) for one in seen]
        assert values == sorted(values), f"{what} went back: {[one[what] for one in seen]}"


def new_key(mesh: Mesh, url: str) -> Callable[..., Api]:
    """Makes callers with keys of their own."""

    def make(*scopes: str, per_minute: int = 100_000, site: str | None = None) -> Api:
        chosen = [part for scope in scopes or ("read", "generate", "write") for part in ("--scope", scope)]
        chosen += ["--site", site] if site else []
        made = mesh.cli("key", "create", "tests", *chosen, "--per-minute", str(per_minute))
        return Api(url, made["key"])

    return make
