"""What is sent, and what goes wrong: everything drawn from a seed, and the same for every system.

Requests are named `r<seed>-<number>`, and the name is in the topic: every message, prompt, object and row holds it.
"""

import json
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

NAME = re.compile(r"r\d+-\d{4}")
SUBJECTS = ("Garden tools", "City bicycles", "Kitchen knives", "Running shoes", "Office chairs", "Winter coats")
# Sites share nothing; on one alone every article would be compared with 200 others.
SITES = 50
WORDS = 300
# Seconds after the call of a model or the receive of an answer within which a process is killed.
KILL_WITHIN = 0.15
# So many calls for an article fail before one succeeds. Three are made in a row; four need a redelivery as well.
FAILING_CALLS = (1, 2, 4)


@dataclass(frozen=True)
class Shares:
    """How much of what goes wrong, as shares of one."""

    invalid: float = 0.01
    twice: float = 0.02
    model: float = 0.05
    killed: float = 0.02
    lost: float = 0.01
    throttled: float = 0.01

    @classmethod
    def none(cls) -> "Shares":
        return cls(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Request:
    """One request: the message, and what happens to it on its way."""

    name: str
    body: str
    valid: bool
    # A kind of failure of the model, and how many calls it takes.
    failure: tuple[str, int] | None = None
    # Seconds after the first call of the model, or the first receive of its answer, at which the process dies.
    kill_writer: float | None = None
    kill_reviewer: float | None = None


@dataclass(frozen=True)
class Plan:
    """One run."""

    seed: int
    shares: Shares
    requests: dict[str, Request]
    # Names in the order they are sent; some twice.
    order: list[str]

    @property
    def valid(self) -> set[str]:
        return {name for name, request in self.requests.items() if request.valid}

    @property
    def invalid(self) -> set[str]:
        return set(self.requests) - self.valid


def plan(seed: int, count: int, shares: Shares) -> Plan:
    """The run of a seed."""
    rng = random.Random(f"requests {seed}")
    names = [f"r{seed}-{number:04}" for number in range(count)]
    drawn = {what: set(draw(rng, names, share)) for what, share in vars(shares).items() if what in ("invalid", "twice")}
    good = [name for name in names if name not in drawn["invalid"]]
    failing = {name: (kind, calls) for name, kind, calls in failures(rng, draw(rng, good, shares.model))}
    writer, reviewer = (set(draw(rng, good, shares.killed)) for _ in range(2))
    requests = {}
    for number, name in enumerate(names):
        valid = name not in drawn["invalid"]
        body = json.dumps(request(name, number)) if valid else spoilt(name, number)
        deaths = [rng.uniform(0, KILL_WITHIN) if name in killed else None for killed in (writer, reviewer)]
        requests[name] = Request(name, body, valid, failing.get(name), *deaths)
    return Plan(seed, shares, requests, sending(rng, names, drawn["twice"]))


def draw(rng: random.Random, names: list[str], share: float) -> list[str]:
    return rng.sample(names, round(share * len(names)))


def failures(rng: random.Random, names: Iterable[str]) -> Iterable[tuple[str, str, int]]:
    """Each kind with each number of calls, in turn."""
    each = [(kind, calls) for kind in ("server", "rate", "silent") for calls in FAILING_CALLS]
    rng.shuffle(each)
    return [(name, *each[index % len(each)]) for index, name in enumerate(names)]


def sending(rng: random.Random, names: list[str], twice: set[str]) -> list[str]:
    """The order of sending: what is sent twice comes again up to a hundred messages later."""
    placed = [(float(index), name) for index, name in enumerate(names)]
    placed += [(index + rng.uniform(0, 100), name) for index, name in enumerate(names) if name in twice]
    return [name for _, name in sorted(placed)]


def request(name: str, number: int) -> dict:
    """What the contract `content-request-v1` asks for."""
    topic = f"{SUBJECTS[number % len(SUBJECTS)]} {name}"
    return {
        "content_topic": topic,
        "word_count": WORDS,
        "request_id": name,
        "website_id": f"site-{number % SITES:02}",
    }


def spoilt(name: str, number: int) -> str:
    """A message that breaks the contract, in one of four ways."""
    body = request(name, number)
    match number % 4:
        case 0:
            return json.dumps(body)[:-2]
        case 1:
            return json.dumps(body | {"word_count": 2001})
        case 2:
            return json.dumps(body | {"word_count": "three hundred"})
    return json.dumps({field: value for field, value in body.items() if field != "content_topic"})


def call_fault(shares: Shares, seed: int, operation: str, number: int) -> str | None:
    """What happens to the `number`th call of an operation: `lost` (it takes effect, its reply does not arrive),
    `throttled` (it does not), or nothing."""
    drawn = random.Random(f"{seed} {operation} {number}").random()
    if drawn < shares.lost:
        return "lost"
    return "throttled" if drawn < shares.lost + shares.throttled else None


def named(text: str) -> list[str]:
    """The requests that a text names, each once."""
    return list(dict.fromkeys(NAME.findall(text)))
