"""One website for all tests, one browser, one gateway."""

from collections.abc import Iterator

import pytest
import website as site
from browser import chromium
from gateway import Gateway, served
from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def website(tmp_path_factory: pytest.TempPathFactory) -> Iterator[site.Website]:
    """The published pages."""
    with site.published(tmp_path_factory.mktemp("website")) as published:
        yield published


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The HTTP interface, on a mesh of its own: what is sent to it leaves nothing behind in the website."""
    with served(tmp_path_factory.mktemp("gateway")) as running:
        yield running
