"""Every case, read by the provider's own SDK: the answer, the errors before it, and the way to it."""

from urllib.parse import quote

import pytest
from cases import KEY, Case
from compare import broken, compared, expected, names
from providers import PROVIDERS
from reading import Provider
from server import Received, Server
from tables import KEY_SENT

ALL = [(provider, case) for provider in PROVIDERS for case in compared(provider)]


@pytest.mark.parametrize(("provider", "case"), ALL, ids=names(ALL))
def test_the_sdk_reads_what_we_read(provider: Provider, case: Case, provider_server: Server) -> None:
    provider_server.play(case.answers)
    lines = []
    for at in range(case.calls):
        # One answer at a time: the SDK tries once.
        reading = provider.ask(case, provider_server.origin, max_retries=0)
        lines += broken(provider, case, expected(case, at), reading)
    assert not lines, "\n".join([case.whole["about"], *lines])
    assert len(provider_server.received) == case.calls
    for received in provider_server.received:
        goes_our_way(provider, case, received)


def goes_our_way(provider: Provider, case: Case, received: Received) -> None:
    """The SDK asks where our adapter asks, with the key in the same header."""
    model, _ = case.asked(provider.model)
    assert received.line == provider.line.replace("{model}", quote(model, safe=""))
    header, prefix, *_ = KEY_SENT.get(provider.name, provider.key)
    if provider.signed:
        assert received.headers[header].startswith(prefix)
        assert KEY not in str(received)
    else:
        assert received.headers.get(header) == f"{prefix}{KEY}"
    name, value = provider.header
    assert received.headers.get(name) == value
