"""`contracts/asyncapi.json`, read by the parser of the AsyncAPI project, and its page.

Of a document of version 3 the parser does not look at examples; `shared/contracts/tests/asyncapi` does.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from browser import MODES
from playwright.sync_api import Browser
from test_01_pages import check
from test_02_markup import checked

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "contracts" / "asyncapi.json"
PAGE = ROOT / "docs" / "contracts.html"
# What the parser finds, and what it understood: channel, action, messages of each operation.
PARSE = """
const { Parser, fromFile } = require('@asyncapi/parser');
fromFile(new Parser(), process.argv[1]).parse().then(({ document, diagnostics }) => {
  const operations = document ? document.operations().all() : [];
  console.log(JSON.stringify({
    found: diagnostics.map(one => (
      { code: one.code, severity: one.severity, at: one.path.join('.'), message: one.message })),
    operations: operations.map(one => ({
      action: one.action(),
      channels: one.channels().all().map(channel => channel.address()),
      messages: one.messages().all().map(message => message.name()),
    })),
    fields: document ? Object.fromEntries(document.messages().all().map(
      message => [message.name(), Object.keys(message.payload().properties() || {})])) : {},
  }));
});
"""
# Of the parser's findings (errors, warnings and advice) these are meant so:
MEANT = {
    # 3.0.0 is what the tools around AsyncAPI read.
    "asyncapi-latest-version",
}


def parsed(document: Path) -> dict[str, Any]:
    modules = Path(os.environ["MESH_TEST_NODE_MODULES"])
    command = ["node", "-e", PARSE, str(document)]
    done = subprocess.run(command, cwd=modules.parent, capture_output=True, text=True, timeout=100, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def read() -> dict[str, Any]:
    return parsed(DOCUMENT)


def test_the_parser_finds_what_is_wrong(tmp_path: Path) -> None:
    """One fault at a time: were one not seen, the next test would mean nothing."""
    contracts = tmp_path / "contracts"
    shutil.copytree(DOCUMENT.parent, contracts, ignore=shutil.ignore_patterns("examples", "errors", "records"))
    file = contracts / DOCUMENT.name
    request = ["components", "messages", "ContentRequest"]
    faults = [
        ([*request, "payload"], {"type": "words"}),
        ([*request, "payload", "$ref"], "./content-request-v9.json"),
        (["operations", "reviewReceivesContentReady", "channel", "$ref"], "#/channels/nowhere"),
        (["channels", "contentRequest", "bindings", "sns", "name"], 7),
    ]
    for path, value in faults:
        broken = json.loads(DOCUMENT.read_text())
        place = broken
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        file.write_text(json.dumps(broken))
        found = [one for one in parsed(file)["found"] if one["code"] not in MEANT]
        assert found, f"{path} may be {value}"


def test_the_parser_finds_nothing(read: dict[str, Any]) -> None:
    found = [one for one in read["found"] if one["code"] not in MEANT]
    assert not found, json.dumps(found, indent=1)


def test_the_parser_understands_every_agent_and_event(read: dict[str, Any]) -> None:
    table = json.loads(DOCUMENT.with_name("channels.json").read_text())
    assert set(read["fields"]) == {row["event"] for row in table}
    for row in table:
        schema = json.loads(DOCUMENT.with_name(f"{row['contract']}.json").read_text())
        assert set(read["fields"][row["event"]]) == set(schema["properties"]), row["event"]
    received = [one for one in read["operations"] if one["action"] == "receive"]
    heard = {(channel, event) for one in received for channel in one["channels"] for event in one["messages"]}
    for manifest in (ROOT / "agents").glob("*/agent.json"):
        for subscription in json.loads(manifest.read_text())["subscribes"]:
            for event in subscription["types"]:
                assert (subscription["channel"], event) in heard, f"{manifest.parent.name} hears {event}"


def test_the_page_is_valid() -> None:
    errors = checked(PAGE)
    assert not errors, "\n".join(errors)


@pytest.mark.parametrize(("size", "scheme"), MODES)
def test_the_page_is_accessible_and_whole(browser: Browser, size: str, scheme: str) -> None:
    check(browser, PAGE.as_uri(), size, scheme)
