"""No case is left out silently: the tables name files, cover all that is there, and hold nothing else."""

from typing import get_args

import pytest
from anthropic.types import StopReason
from anthropic_sdk import FINISH as ANTHROPIC_FINISH
from bedrock_sdk import CLIENT as BEDROCK_CLIENT
from bedrock_sdk import FINISH as BEDROCK_FINISH
from cases import FIXTURES, cases
from compare import COMPARED, compared, expected, firsts
from gemini_sdk import FINISH as GEMINI_FINISH
from google.genai.types import FinishReason
from openai.types.chat.chat_completion import Choice
from openai_sdk import FINISH as OPENAI_FINISH
from providers import PROVIDERS
from reading import Provider
from tables import DIFFERS, FIRST, KEY_SENT, OURS, SKIPPED

# The cases of each folder, to which more may come.
AT_LEAST = {"openai": 37, "azure": 36, "azure_images": 5, "anthropic": 46, "gemini": 50, "gemini_images": 21}
AT_LEAST |= {"bedrock": 62, "bedrock_images": 22}

# Two of each provider but Azure's images, which have neither; Azure twice.
NOT_READ = 16


def test_every_folder_has_its_sdk() -> None:
    folders = {folder.name for folder in FIXTURES.iterdir() if folder.is_dir()}
    assert folders == {provider.folder for provider in PROVIDERS} == set(AT_LEAST)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_every_case_is_read_or_named(provider: Provider) -> None:
    there = [case.name for case in cases(provider.folder)]
    read = [case.name for case in compared(provider)]
    assert len(there) >= AT_LEAST[provider.folder]
    assert set(there) - set(read) <= set(SKIPPED)
    assert not set(read) & set(SKIPPED)


def test_what_is_not_read_is_little() -> None:
    skipped = [case for provider in PROVIDERS for case in cases(provider.folder) if case.name in SKIPPED]
    assert {case.name for case in skipped} == set(SKIPPED)
    assert len(skipped) == NOT_READ


def test_every_member_is_compared_or_ours() -> None:
    named = {member for provider in PROVIDERS for case in cases(provider.folder) for member in case.expect}
    assert named == set(COMPARED) | set(OURS)
    assert not set(COMPARED) & set(OURS)


def test_every_error_before_an_answer_is_known() -> None:
    again = [case for provider in PROVIDERS for case in compared(provider) if case.calls > 1]
    assert {firsts(case) for case in again} == set(FIRST)
    assert all(len(case.answers) == case.calls for case in again)


def test_the_differences_are_of_cases_that_are_there() -> None:
    read = {
        (provider.name, case.name, member)
        for provider in PROVIDERS
        for case in compared(provider)
        for at in range(case.calls)
        for member in expected(case, at)
    }
    assert set(DIFFERS) <= read
    assert set(KEY_SENT) <= {provider.name for provider in PROVIDERS}


def test_every_end_the_sdks_know_has_its_place() -> None:
    assert set(OPENAI_FINISH) == set(get_args(Choice.model_fields["finish_reason"].annotation))
    assert set(ANTHROPIC_FINISH) == set(get_args(StopReason))
    assert set(GEMINI_FINISH) == {reason.name for reason in FinishReason}
    assert set(BEDROCK_FINISH) == set(BEDROCK_CLIENT.meta.service_model.shape_for("StopReason").enum)
