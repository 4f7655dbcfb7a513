"""The good answers hold what the SDKs' types require, and nothing those types have never heard of.

The SDKs of OpenAI and Anthropic check types when they are told to, and keep members they do not know. That of Gemini
checks types whenever it reads, and takes such members away before; its types refuse them. That of AWS takes away what the
model of the service does not have; what images are made of is no part of that model.
"""

import json
from collections.abc import Iterator

import pydantic
import pytest
from anthropic_sdk import ANTHROPIC
from bedrock_sdk import BEDROCK, CLIENT
from botocore.model import Shape
from cases import Case
from compare import compared, names
from gemini_sdk import GEMINI, GEMINI_IMAGES
from google.genai.types import GenerateContentResponse
from openai_sdk import AZURE_CLASSIC, AZURE_IMAGES, OPENAI
from reading import Provider, Reading
from server import Server
from tables import INCOMPLETE, UNKNOWN

STRICT = (OPENAI, AZURE_CLASSIC, AZURE_IMAGES, ANTHROPIC)


def good(provider: Provider) -> list[tuple[Provider, Case]]:
    """The cases that end in an answer; in the others the answer may be anything."""
    ends = ("finish", "image")
    return [(provider, case) for case in compared(provider) if any(end in case.expect for end in ends)]


ALL = [pair for provider in STRICT for pair in good(provider)]
GEMINIS = [pair for provider in (GEMINI, GEMINI_IMAGES) for pair in good(provider)]


def last(provider: Provider, case: Case, server: Server, **settings: object) -> Reading:
    """The answer after the errors."""
    server.play(case.answers[case.calls - 1 :])
    return provider.ask(case, server.origin, max_retries=0, **settings)


@pytest.mark.parametrize(("provider", "case"), ALL, ids=names(ALL))
def test_nothing_is_missing(provider: Provider, case: Case, provider_server: Server) -> None:
    reading = last(provider, case, provider_server, _strict_response_validation=True)
    complete = reading.parsed is not None
    assert complete == ((case.folder, case.name) not in INCOMPLETE), reading.shown


def test_what_is_missing_is_of_cases_that_are_there() -> None:
    assert set(INCOMPLETE) <= {(case.folder, case.name) for _, case in ALL + BEDROCKS}


@pytest.mark.parametrize("provider", STRICT, ids=lambda provider: provider.folder)
def test_nothing_is_made_up(provider: Provider, provider_server: Server) -> None:
    found: set[str] = set()
    for _, case in good(provider):
        parsed = last(provider, case, provider_server).parsed
        assert isinstance(parsed, pydantic.BaseModel), case.name
        found |= set(unknown(parsed))
    assert found == set(UNKNOWN.get(provider.folder, {}))


@pytest.mark.parametrize(("_", "case"), GEMINIS, ids=names(GEMINIS))
def test_nothing_is_made_up_of_gemini(_: Provider, case: Case) -> None:
    GenerateContentResponse.model_validate(json.loads(case.answers[case.calls - 1].body))


BEDROCKS = good(BEDROCK)


@pytest.mark.parametrize(("_", "case"), BEDROCKS, ids=names(BEDROCKS))
def test_nothing_is_missing_or_made_up_of_bedrock(_: Provider, case: Case) -> None:
    shape = CLIENT.meta.service_model.operation_model("Converse").output_shape
    complete = not list(unlike(shape, json.loads(case.answers[case.calls - 1].body)))
    assert complete == ((case.folder, case.name) not in INCOMPLETE)


def unlike(shape: Shape, value: object) -> Iterator[str]:
    """The members, at any depth, that the model of the service does not have, or that it requires and are not there."""
    if shape.type_name == "list":
        for one in value:
            yield from unlike(shape.member, one)
    elif shape.type_name == "structure":
        yield from set(value) - set(shape.members)
        yield from set(shape.required_members) - set(value)
        for name in set(value) & set(shape.members):
            yield from unlike(shape.members[name], value[name])


def unknown(model: object) -> Iterator[str]:
    """The members, at any depth, that the type of the SDK does not have."""
    if isinstance(model, list):
        for one in model:
            yield from unknown(one)
    elif isinstance(model, pydantic.BaseModel):
        yield from model.model_extra or {}
        for name in type(model).model_fields:
            yield from unknown(getattr(model, name))
