"""What a client makes of an answer, in the words of the cases."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

# What an SDK's exception may mean to us: its class, the words that tell it apart (none: whatever it says), our kinds.
Row = tuple[type[Exception], set[str], set[str]]
# Of the fixtures' usage, what is zero or absent unless it is named.
NOTHING = {
    "input_tokens": 0,
    "output_tokens": 0,
    "cached_tokens": 0,
    "reasoning_tokens": 0,
    "cache_write_tokens": None,
    "cache_write_hour_tokens": None,
}


@dataclass(frozen=True)
class Reading:
    """An answer, or an error where `kinds` are ours that the SDK's own reading allows."""

    finish: str | None = None
    kinds: frozenset[str] = frozenset()
    text: str = ""
    # Base64.
    image: str | None = None
    # None where nothing was counted.
    usage: dict | None = None
    categories: list[str] = field(default_factory=list)
    model: str | None = None
    request_id: str | None = None
    retry_after_ms: int | None = None
    # What to show when it is another than expected.
    shown: str = ""
    # What the SDK made of the body, where it has a type for that.
    parsed: object = None


@dataclass(frozen=True)
class Provider:
    """An SDK under test, and what our adapter sends to the same provider."""

    name: str
    # The folder of its cases.
    folder: str
    model: str
    # The first line of a request; `{model}` is the model.
    line: str
    # The header of the key, and what comes before it.
    key: tuple[str, str]
    # Reads the next answer of the server at an origin.
    ask: Callable[..., Reading]
    # Another header that we send.
    header: tuple[str, str] = ("content-type", "application/json")
    # Whether the key signs the request, so that the header has no more than the beginning above.
    signed: bool = False


def usage(read: int, written: int, cached: int | None = 0, thought: int | None = 0, **more: int | None) -> dict:
    known = {"input_tokens": read, "output_tokens": written}
    return NOTHING | known | {"cached_tokens": cached or 0, "reasoning_tokens": thought or 0} | more


def kinds(error: Exception, words: Iterable[str | None], rows: list[Row]) -> frozenset[str]:
    """Our kinds by the first row that fits; classes fit exactly, not their subclasses."""
    told = set(words)
    for of, telling, ours in rows:
        if type(error) is of and (not telling or telling & told):
            return frozenset(ours)
    return frozenset()


def show(error: Exception) -> str:
    return f"{type(error).__module__}.{type(error).__name__}: {error}"


def millis(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
