"""The SDKs try again what we try again, no sooner than they are asked to; and nothing else."""

import time

import pytest
from cases import Case
from compare import broken, compared, names
from openai_sdk import AZURE_V1
from providers import PROVIDERS
from reading import Provider
from server import Server
from tables import OTHER_TRIES, OWN_WAIT

# What no time heals.
PERMANENT = {
    "AUTH",
    "PERMISSION",
    "MODEL_NOT_FOUND",
    "INVALID_REQUEST",
    "CONTEXT_LENGTH",
    "CONTENT_POLICY",
    "QUOTA_EXHAUSTED",
}


def tried(provider: Provider) -> list[tuple[Provider, Case]]:
    """The cases where it is about the failure, and not about our deadlines, whether another try is made."""
    cases = [case for case in compared(provider) if case.calls > 1 or case.expect.get("kind") in PERMANENT]
    return [(provider, case) for case in cases if not any(goes_by(case, one) for one in OTHER_TRIES)]


def goes_by(case: Case, other: str) -> bool:
    return case.name.startswith(other) or f"{case.answers[0].status} {case.expect.get('kind')}" == other


# The second style of Azure goes by the client of OpenAI.
ALL = [pair for provider in PROVIDERS if provider is not AZURE_V1 for pair in tried(provider)]


@pytest.mark.parametrize(("provider", "case"), ALL, ids=names(ALL))
def test_the_sdk_tries_as_often_as_we_do(provider: Provider, case: Case, provider_server: Server) -> None:
    provider_server.play(case.answers)
    began = time.monotonic()
    reading = provider.ask(case, provider_server.origin, max_retries=2)
    took = (time.monotonic() - began) * 1000
    assert len(provider_server.received) == case.calls, reading
    assert not broken(provider, case, case.expect, reading)
    if provider.name not in OWN_WAIT:
        assert took >= case.expect.get("least_ms", 0)


def test_every_other_try_is_of_cases_that_are_there() -> None:
    there = [case for provider in PROVIDERS for case in compared(provider)]
    assert {one for one in OTHER_TRIES for case in there if goes_by(case, one)} == set(OTHER_TRIES)
    assert len(ALL) >= 60
