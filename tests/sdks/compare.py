"""A reading beside what a case expects."""

import json
from collections.abc import Callable

from cases import Case, cases
from reading import NOTHING, Provider, Reading
from tables import DIFFERS, FIRST, OURS, SKIPPED


def compared(provider: Provider) -> list[Case]:
    """The cases that the SDK reads."""
    return [case for case in cases(provider.folder) if case.name not in SKIPPED]


def names(pairs: list[tuple[Provider, Case]]) -> list[str]:
    """What pytest calls them."""
    return [f"{provider.name}-{case.name}" for provider, case in pairs]


def expected(case: Case, at: int) -> dict:
    """What the answer is, counted from 0; all but the last are errors."""
    return case.expect if at == case.calls - 1 else {"kind": first(case)}


def first(case: Case) -> str:
    """The kind of the error before the answer."""
    return FIRST[firsts(case)]


def firsts(case: Case) -> str:
    """The entry of that table that a case goes by."""
    called = (case.name, f"{case.folder}/{case.name}")
    return next(beginning for beginning in FIRST if any(name.startswith(beginning) for name in called))


def without_nulls(text: str) -> object:
    """Our adapters leave out what a strict schema can only say by null."""
    members = json.loads(text)
    return {name: value for name, value in members.items() if value is not None}


def same_text(case: Case, reading: Reading, text: str) -> bool:
    if case.wants_json:
        return without_nulls(reading.text) == without_nulls(text)
    return reading.text == text


COMPARED: dict[str, Callable[[Case, Reading, object], bool]] = {
    "finish": lambda _, reading, finish: not reading.kinds and reading.finish == finish,
    "kind": lambda _, reading, kind: kind in reading.kinds,
    "text": same_text,
    "image": lambda _, reading, image: not reading.kinds and reading.image == image,
    "usage": lambda _, reading, usage: reading.usage == NOTHING | usage,
    # Estimated by us is: not counted by them.
    "estimated": lambda _, reading, estimated: (reading.usage is None) == estimated,
    "model": lambda _, reading, model: reading.model == model,
    "request_id": lambda _, reading, named: reading.request_id == named,
    "categories": lambda _, reading, categories: reading.categories == categories,
    "retry_after_ms": lambda _, reading, wait: reading.retry_after_ms == wait,
}


def broken(provider: Provider, case: Case, expected: dict, reading: Reading) -> list[str]:
    """What the SDK reads otherwise; a difference that is known must be there."""
    lines = []
    for member, value in expected.items():
        if member in OURS:
            continue
        same = COMPARED[member](case, reading, value)
        known = (provider.name, case.name, member) in DIFFERS
        if same and known:
            lines.append(f"{member} is read as we read it: take it out of the table")
        elif not same and not known:
            lines.append(f"{member} is expected to be {value!r}")
    return [f"{line}; the SDK has {reading}" for line in lines]
