"""The SDK of Google's Gemini: text and images."""

import base64
import json
import warnings
from collections.abc import Callable

import httpx2
import pydantic
from cases import KEY, PROMPT, SYSTEM, Case
from google import genai
from google.genai import errors, types
from reading import Provider, Reading, Row, kinds, millis, show, usage

TEXT, IMAGE = "gemini-2.5-flash", "gemini-2.5-flash-image"
FILTER = "content_filter"
FINISH = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": FILTER,
    "RECITATION": FILTER,
    "BLOCKLIST": FILTER,
    "PROHIBITED_CONTENT": FILTER,
    "SPII": FILTER,
    "IMAGE_SAFETY": FILTER,
    "IMAGE_PROHIBITED_CONTENT": FILTER,
    "IMAGE_RECITATION": FILTER,
    "MODEL_ARMOR": FILTER,
    "ESCALATION": FILTER,
    "FINISH_REASON_UNSPECIFIED": "other",
    "LANGUAGE": "other",
    "OTHER": "other",
    "MALFORMED_FUNCTION_CALL": "other",
    "IMAGE_OTHER": "other",
    "NO_IMAGE": "other",
    "UNEXPECTED_TOOL_CALL": "other",
    "TOO_MANY_TOOL_CALLS": "other",
    "MISSING_THOUGHT_SIGNATURE": "other",
    "MALFORMED_RESPONSE": "other",
    "PUP_LIMITED_DISABLED": "other",
    "CONTINUATION": "other",
}
ERRORS: list[Row] = [
    (httpx2.ReadTimeout, set(), {"TIMEOUT"}),
    (errors.ClientError, {"API_KEY_INVALID", "UNAUTHENTICATED"}, {"AUTH"}),
    (errors.ClientError, {"PERMISSION_DENIED"}, {"PERMISSION"}),
    (errors.ClientError, {"NOT_FOUND"}, {"MODEL_NOT_FOUND"}),
    (errors.ClientError, {"PerDay"}, {"QUOTA_EXHAUSTED"}),
    (errors.ClientError, {"RESOURCE_EXHAUSTED"}, {"RATE_LIMITED"}),
    # Beyond this nothing but the message tells them apart.
    (errors.ClientError, {"FAILED_PRECONDITION"}, {"PERMISSION", "QUOTA_EXHAUSTED"}),
    (errors.ClientError, {"INVALID_ARGUMENT"}, {"INVALID_REQUEST", "CONTEXT_LENGTH"}),
    (errors.ServerError, {"UNAVAILABLE"}, {"OVERLOADED"}),
    (errors.ServerError, {"DEADLINE_EXCEEDED"}, {"TIMEOUT"}),
    (errors.ServerError, set(), {"SERVER_ERROR"}),
    (json.JSONDecodeError, set(), {"SERVER_ERROR"}),
    (UnicodeDecodeError, set(), {"SERVER_ERROR"}),
    (errors.UnknownApiResponseError, set(), {"SERVER_ERROR"}),
    (pydantic.ValidationError, set(), {"MALFORMED_OUTPUT"}),
]
RAISED = (errors.APIError, httpx2.HTTPError, ValueError)


def asking(model: str, read: Callable[[types.GenerateContentResponse], Reading], **more: object) -> Callable:
    """Asks, and reads the answer with `read`."""

    def ask(case: Case, origin: str, max_retries: int = 0) -> Reading:
        asked, limit = case.asked(model)
        options = types.HttpOptions(
            base_url=origin,
            api_version="v1beta",
            timeout=round(case.timeout * 1000),
            retry_options=types.HttpRetryOptions(attempts=max_retries + 1, initial_delay=0.01, jitter=0.01),
        )
        config = types.GenerateContentConfig(max_output_tokens=limit, **more)
        with genai.Client(api_key=KEY, http_options=options) as client, warnings.catch_warnings():
            # Of parts that are no text.
            warnings.simplefilter("ignore")
            try:
                return read(client.models.generate_content(model=asked, contents=PROMPT, config=config))
            except RAISED as error:
                return failed(error)

    return ask


def ending(response: types.GenerateContentResponse) -> tuple[str | None, list[str]]:
    """Why it ended, and the categories of what was withheld."""
    if response.candidates:
        rated = response.candidates[0]
        reason = rated.finish_reason.name
    elif response.prompt_feedback and response.prompt_feedback.block_reason:
        rated = response.prompt_feedback
        reason = rated.block_reason.name
    else:
        return None, []
    finish = FINISH[reason] if response.candidates else FILTER
    blocked = [rating.category.name for rating in rated.safety_ratings or [] if rating.blocked]
    short = sorted(name.removeprefix("HARM_CATEGORY_").lower() for name in blocked or [reason])
    return finish, short if finish == FILTER else []


def answered(response: types.GenerateContentResponse) -> Reading:
    finish, categories = ending(response)
    return Reading(
        finish=finish,
        kinds=frozenset() if finish else frozenset({"SERVER_ERROR"}),
        text=response.text or "",
        usage=tokens(response),
        categories=categories,
        model=response.model_version,
        request_id=response.response_id,
        shown=repr(response),
    )


def rendered(response: types.GenerateContentResponse) -> Reading:
    finish, _ = ending(response)
    drawn = (part.inline_data for part in response.parts or [] if part.inline_data and not part.thought)
    image = next((base64.b64encode(one.data).decode() for one in drawn), None)
    kind = {FILTER: "CONTENT_POLICY", None: "SERVER_ERROR"}.get(finish, "MALFORMED_OUTPUT")
    return Reading(
        kinds=frozenset() if image else frozenset({kind}),
        image=image,
        usage=tokens(response),
        request_id=response.response_id,
        shown=repr(response),
    )


def tokens(response: types.GenerateContentResponse) -> dict | None:
    """Thoughts are counted apart from the answer, and both were written."""
    told = response.usage_metadata
    if told is None:
        return None
    thought = told.thoughts_token_count or 0
    written = (told.candidates_token_count or 0) + thought
    return usage(told.prompt_token_count, written, told.cached_content_token_count, thought)


def failed(error: Exception) -> Reading:
    words, wait = [], None
    if isinstance(error, errors.APIError):
        whole = error.details if isinstance(error.details, dict) else {}
        details = whole.get("error", {}).get("details", [])
        quotas = [one["quotaId"] for detail in details for one in detail.get("violations", [])]
        words = [error.status, *(detail.get("reason") for detail in details)]
        words += ["PerDay" for quota in quotas if "PerDay" in quota]
        wait = next((delay(detail["retryDelay"]) for detail in details if "retryDelay" in detail), None)
    return Reading(kinds=kinds(error, words, ERRORS), retry_after_ms=wait, shown=show(error))


def delay(told: str) -> int | None:
    return millis(float(told.removesuffix("s")))


LINE = "POST /v1beta/models/{model}:generateContent"
GEMINI = Provider(
    name="gemini",
    folder="gemini",
    model=TEXT,
    line=LINE,
    key=("x-goog-api-key", ""),
    ask=asking(TEXT, answered, system_instruction=SYSTEM),
)
GEMINI_IMAGES = Provider(
    name="gemini-images",
    folder="gemini_images",
    model=IMAGE,
    line=LINE,
    key=("x-goog-api-key", ""),
    ask=asking(IMAGE, rendered, response_modalities=["TEXT", "IMAGE"]),
)
