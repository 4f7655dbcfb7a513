"""The cases of `shared/models/tests/fixtures`, as their README says."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "shared" / "models" / "tests" / "fixtures"
# What stands in the fixtures' README.
KEY = "test-key-A1B2C3D4E5F6"
SYSTEM = "You are a careful writer."
PROMPT = "Write about the confidential merger of Acme and Initech."
MAX_OUTPUT_TOKENS = 321
# For whatever is not about time; and for what is: far below the delays in the cases, whatever our deadline there.
PATIENCE_SECONDS, SLOW_SECONDS = 10.0, 0.5


@dataclass(frozen=True)
class Answer:
    """One answer of a provider; times in seconds."""

    status: int
    headers: dict[str, str]
    body: bytes
    delay: float
    body_delay: float


@dataclass(frozen=True)
class Case:
    """One file."""

    folder: str
    name: str
    whole: dict

    @property
    def answers(self) -> list[Answer]:
        return [answer(one) for one in (self.whole, *self.whole.get("then", []))]

    @property
    def expect(self) -> dict:
        return self.whole["expect"]

    @property
    def calls(self) -> int:
        """How many answers our adapter reads; those before the last one are errors."""
        return self.expect["calls"]

    @property
    def wants_json(self) -> bool:
        return self.whole.get("ask", {}).get("json_schema", False)

    def asked(self, model: str) -> tuple[str, int]:
        """The model and the bound on the answer."""
        ask = self.whole.get("ask", {})
        return ask.get("model", model), ask.get("max_output_tokens", MAX_OUTPUT_TOKENS)

    @property
    def timeout(self) -> float:
        """How long the SDK is to wait, in seconds."""
        slow = any(one.delay or one.body_delay for one in self.answers)
        return SLOW_SECONDS if slow else PATIENCE_SECONDS


def cases(folder: str) -> list[Case]:
    """All cases of a folder."""
    files = sorted((FIXTURES / folder).glob("*.json"))
    return [Case(folder, file.stem, json.loads(file.read_text())) for file in files]


def answer(one: dict) -> Answer:
    times = (one.get(name, 0) / 1000 for name in ("delay_ms", "body_delay_ms"))
    return Answer(one["status"], one["headers"], body(one), *times)


def body(one: dict) -> bytes:
    if "body" in one:
        return json.dumps(one["body"]).encode()
    if "body_text" in one:
        return one["body_text"].encode()
    if "body_base64" in one:
        return base64.b64decode(one["body_base64"])
    return b" " * one["body_blanks"]
