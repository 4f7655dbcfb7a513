"""The pages are valid HTML, by the Nu HTML checker."""

import json
import os
import subprocess
from pathlib import Path

from gateway import DOCS, Gateway
from website import Website

JAR = Path("vnu-jar") / "build" / "dist" / "vnu.jar"


def checked(*files: Path) -> list[str]:
    """The errors in HTML files; warnings are printed."""
    jar = Path(os.environ["MESH_TEST_NODE_MODULES"]) / JAR
    command = ["java", "-jar", str(jar), "--format", "json", "--exit-zero-always", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    found = {"error": [], "info": [], "non-document-error": []}
    for message in json.loads(done.stderr)["messages"]:
        line = f"{message.get('url', '')}:{message.get('lastLine', '')}: {message['message']}"
        found[message["type"]].append(line)
    print(*found["info"], sep="\n")
    return found["error"] + found["non-document-error"]


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text("<!doctype html><html lang=en><title>T</title><p><img src=a.png></p></html>")
    [error] = checked(broken)
    assert "alt" in error


def test_the_pages_are_valid(website: Website) -> None:
    errors = checked(*(page.file for page in website.all()))
    assert not errors, "\n".join(errors)


def test_the_reference_is_valid(gateway: Gateway, tmp_path: Path) -> None:
    file = tmp_path / "docs.html"
    file.write_bytes(gateway.ask("GET", DOCS).body)
    errors = checked(file)
    assert not errors, "\n".join(errors)
