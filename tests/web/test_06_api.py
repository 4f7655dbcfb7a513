"""The HTTP interface keeps to its OpenAPI document, by Schemathesis; and says what is wrong as RFC 9457 has it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from gateway import DOCUMENT, Answer, Gateway

CONFIGURATION = Path(__file__).parent / "schemathesis.toml"
# For each operation.
EXAMPLES = "20"
SECONDS = 100
JSON = {"Content_Type": "application/json"}
# Sites, posts and routes nobody made.
NOWHERE = [("GET", "/sites/nobody"), ("GET", "/posts/nobody"), ("GET", "/no/such/route")]


def conforms(gateway: Gateway, folder: Path, **parameters: str) -> None:
    """Runs Schemathesis; parameters of paths that are named have these values and no others."""
    configuration = folder / "schemathesis.toml"
    named = "".join(f'"path.{name}" = "{value}"\n' for name, value in parameters.items())
    # Nobody waits for the articles.
    configuration.write_text(f'[parameters]\n"header.Prefer" = "wait=0"\n{named}\n{CONFIGURATION.read_text()}')
    options = {
        "--header": f"Authorization: Bearer {gateway.key}",
        "--checks": "all",
        "--max-examples": EXAMPLES,
        "--seed": "1",
        "--request-timeout": "10",
        "--generation-database": "none",
    }
    words = [word for option in options.items() for word in option]
    program = Path(sys.executable).parent / "schemathesis"
    command = [program, "--config-file", configuration, "--no-color", "run", gateway.address + DOCUMENT, *words]
    command.append("--continue-on-failure")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    status, said = done.returncode, (done.stdout + done.stderr).replace(gateway.key, "[key]")
    assert status == 0, said[-20_000:]


def test_the_interface_keeps_to_its_document(gateway: Gateway, tmp_path: Path) -> None:
    conforms(gateway, tmp_path)


def test_it_does_so_for_what_is_there(gateway: Gateway, tmp_path: Path) -> None:
    there = {"websiteId": "demo", "postId": "demo", "contentId": gateway.content, "trackingId": gateway.run}
    conforms(gateway, tmp_path, **there)


def problem(answer: Answer, status: int, gateway: Gateway) -> dict:
    """The problem document of an answer."""
    assert answer.status == status, answer.body
    assert answer.headers.get_content_type() == "application/problem+json"
    found = answer.json
    assert found["status"] == status
    assert found["title"].strip() and found["detail"].strip() and found["code"].strip()
    path = found["type"].removeprefix(gateway.address)
    assert gateway.ask("GET", path, Authorization="").status == 200, f"{found['type']} does not explain it"
    return found


def test_a_key_is_needed(gateway: Gateway) -> None:
    for key in ("", "Bearer wrong", "Basic dXNlcjpwYXNz"):
        answer = gateway.ask("GET", "/sites", Authorization=key)
        problem(answer, 401, gateway)
        assert answer.headers["WWW-Authenticate"]


def test_an_article_is_asked_for_and_followed(gateway: Gateway) -> None:
    site = {"websiteName": "Followed", "imagesPerArticle": 0, "refine": False}
    assert gateway.ask("PUT", "/sites/followed", json.dumps(site).encode(), **JSON).status == 201
    post = {"websiteId": "followed", "title": "What a run can be asked"}
    assert gateway.ask("PUT", "/posts/followed", json.dumps(post).encode(), **JSON).status == 201
    once = JSON | {"Idempotency_Key": "once"}
    started = gateway.ask("POST", "/generate", b'{"postId": "followed"}', **once)
    assert started.status == 202, started.body
    run = started.json["trackingId"]
    again = gateway.ask("POST", "/generate", b'{"postId": "followed"}', **once)
    assert (again.status, again.json["trackingId"]) == (202, run)
    problem(gateway.ask("POST", "/generate", b'{"postId": "demo"}', **once), 422, gateway)
    ended = gateway.ask("GET", started.headers["Location"], Prefer="wait=9")
    assert (ended.status, ended.json["trackingId"], ended.json["status"]) == (200, run, "complete"), ended.body


def test_either_header_takes_the_key(gateway: Gateway) -> None:
    assert gateway.ask("GET", "/sites").status == 200
    assert gateway.ask("GET", "/sites", Authorization="", X_Api_Key=gateway.key).status == 200


@pytest.mark.parametrize(("method", "path"), NOWHERE)
def test_what_is_not_there_is_said(gateway: Gateway, method: str, path: str) -> None:
    assert problem(gateway.ask(method, path), 404, gateway)["code"] == "NOT_FOUND"


def test_other_methods_are_named(gateway: Gateway) -> None:
    answer = gateway.ask("DELETE", DOCUMENT)
    problem(answer, 405, gateway)
    assert "GET" in answer.headers["Allow"]


def test_a_body_that_is_no_json(gateway: Gateway) -> None:
    for body in (b"{", b'{"a": 1, "a": 2}', b"\xff"):
        assert problem(gateway.ask("PUT", "/sites/one", body, **JSON), 400, gateway)["code"] == "INVALID_JSON"


def test_a_body_of_another_type(gateway: Gateway) -> None:
    problem(gateway.ask("PUT", "/sites/one", b"<a/>", Content_Type="application/xml"), 415, gateway)


def test_what_is_wrong_with_a_field_is_said(gateway: Gateway) -> None:
    body = json.dumps({"websiteId": "one", "websiteName": "One", "imagesPerArticle": 11}).encode()
    found = problem(gateway.ask("PUT", "/sites/one", body, **JSON), 400, gateway)
    assert found["code"] == "CONTRACT_VIOLATION"
    assert any(error["field"].endswith("imagesPerArticle") for error in found["errors"]), found


def test_the_document_names_every_problem_it_answers_with(gateway: Gateway) -> None:
    document = gateway.ask("GET", DOCUMENT, Authorization="").json
    assert document["openapi"].startswith("3.")
    operations = [one for path in document["paths"].values() for one in path.values() if "responses" in one]
    assert operations
    for operation in operations:
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")) and "$ref" not in answer:
                assert "application/problem+json" in answer["content"], f"{operation['operationId']}: {status}"
