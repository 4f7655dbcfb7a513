"""The HTTP interface of a running mesh."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mesh import Mesh

DOCUMENT = "/openapi.json"
DOCS = "/docs"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Gateway:
    """Where it listens, a key with all scopes, and the article that is there: of the post `demo` of the site `demo`."""

    address: str
    key: str = field(repr=False)
    content: str
    # The run it came of.
    run: str

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request, with the key unless `Authorization` says otherwise; an empty header is left out."""
        sent = {"Authorization": f"Bearer {self.key}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        sent = {name: value for name, value in sent.items() if value}
        request = urllib.request.Request(self.address + path, data=body, method=method, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())


@contextmanager
def served(home: Path) -> Iterator[Gateway]:
    mesh = Mesh(home)
    made = mesh.run("demo", "--post")
    with mesh.up("--listen", "127.0.0.1:0") as started:
        yield Gateway(started["url"], started["key"], made["content_id"], made["event_id"])
