"""Calls of the model, each with a number that the stored answer keeps."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from mesh import Mesh
from model_stub import ModelStub, asked

# How exactly the bucket tells when an object was stored.
CLOCK_SECONDS = 1.0


@dataclass(frozen=True)
class Call:
    """One call, and when it came."""

    number: int
    kind: str
    topic: str
    at: float


@contextmanager
def numbered(stub: ModelStub, name: str) -> Iterator[list[Call]]:
    """Notes each call for a while; the answer names its number, after `name`, as the model that answered."""
    calls: list[Call] = []
    usual = stub.answer

    def answer(key: str, body: dict) -> tuple[int, dict, dict]:
        kind, topic, _ = asked(body)
        call = Call(len(calls), kind, topic, time.time())
        calls.append(call)
        # Two threads may have taken the same place; the list keeps both, and the place of each is its own.
        number = next(at for at in range(len(calls) - 1, -1, -1) if calls[at] is call)
        return usual(key, body | {"model": f"{name}{number}"})

    stub.answer = answer
    try:
        yield calls
    finally:
        del stub.answer


def stored(mesh: Mesh, name: str) -> dict[int, tuple[str, float]]:
    """Number of a call -> key of the answer that came from it, and when it was stored."""
    pages = mesh.s3.get_paginator("list_objects_v2").paginate(Bucket=mesh.objects, Prefix="answers/")
    objects = [(one["Key"], one["LastModified"].timestamp()) for page in pages for one in page.get("Contents", [])]

    def read(found: tuple[str, float]) -> tuple[str, str, float]:
        key, at = found
        answer = json.loads(mesh.s3.get_object(Bucket=mesh.objects, Key=key)["Body"].read())
        return answer["response"]["model"], key, at

    with ThreadPoolExecutor(8) as readers:
        answers = list(readers.map(read, objects))
    # Recorded as provider/model.
    named = f"openai/{name}"
    ours = ((model.removeprefix(named), key, at) for model, key, at in answers if model.startswith(named))
    return {int(number): (key, at) for number, key, at in ours}


def bought(calls: list[Call], answers: dict[int, tuple[str, float]]) -> tuple[int, list[str]]:
    """How many calls were made whose answer was not stored, and which were made although an answer was there."""
    of_article: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, call in enumerate(calls):
        of_article[call.kind, call.topic].append(number)
    lost, wrong = 0, []
    for (kind, topic), numbers in of_article.items():
        kept = [number for number in numbers if number in answers]
        lost += len(numbers) - len(kept)
        if len(kept) != 1:
            wrong.append(f"{len(kept)} answers are stored of the {len(numbers)} calls for the {kind} of {topic!r}")
            continue
        key, at = answers[kept[0]]
        late = [number for number in numbers if calls[number].at > at + CLOCK_SECONDS]
        wrong += [f"{key} was stored, and call {number} bought it again" for number in late]
    return lost, wrong
