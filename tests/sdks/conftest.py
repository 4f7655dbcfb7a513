"""One server for all tests."""

from collections.abc import Iterator

import pytest
from server import Server


@pytest.fixture(scope="session")
def provider_server() -> Iterator[Server]:
    """A provider on loopback."""
    server = Server().start()
    yield server
    server.stop()
