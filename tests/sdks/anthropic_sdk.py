"""The SDK of Anthropic, of the major version that speaks the version of the API that our adapter speaks."""

import json

import anthropic
from anthropic._exceptions import OverloadedError, RequestTooLargeError
from anthropic.types import Message
from cases import KEY, PROMPT, SYSTEM, Case
from reading import Provider, Reading, Row, kinds, millis, show, usage

MODEL = "claude-sonnet-4-6"
FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "refusal": "refusal",
    "tool_use": "other",
    "pause_turn": "other",
    # An error to us: the answer cannot be continued.
    "model_context_window_exceeded": None,
}
ERRORS: list[Row] = [
    (anthropic.APITimeoutError, set(), {"TIMEOUT"}),
    (anthropic.AuthenticationError, {"authentication_error"}, {"AUTH"}),
    (anthropic.PermissionDeniedError, {"permission_error"}, {"PERMISSION"}),
    (anthropic.NotFoundError, {"not_found_error"}, {"MODEL_NOT_FOUND"}),
    (anthropic.ConflictError, {"conflict_error"}, {"SERVER_ERROR"}),
    (RequestTooLargeError, {"request_too_large"}, {"CONTEXT_LENGTH"}),
    (anthropic.RateLimitError, {"enforced_spend_limit_reached"}, {"QUOTA_EXHAUSTED"}),
    (anthropic.RateLimitError, {"rate_limit_error"}, {"RATE_LIMITED"}),
    # The SDK has no class for 402.
    (anthropic.APIStatusError, {"billing_error"}, {"QUOTA_EXHAUSTED"}),
    # Beyond this nothing but the message tells them apart.
    (
        anthropic.BadRequestError,
        {"invalid_request_error"},
        {"INVALID_REQUEST", "CONTEXT_LENGTH", "CONTENT_POLICY", "QUOTA_EXHAUSTED"},
    ),
    (OverloadedError, {"overloaded_error"}, {"OVERLOADED"}),
    (anthropic.InternalServerError, {"timeout_error"}, {"TIMEOUT"}),
    (anthropic.InternalServerError, set(), {"SERVER_ERROR"}),
    (json.JSONDecodeError, set(), {"SERVER_ERROR"}),
    (UnicodeDecodeError, set(), {"SERVER_ERROR"}),
]


def ask(case: Case, origin: str, **settings: object) -> Reading:
    """Reads text."""
    model, limit = case.asked(MODEL)
    messages = [{"role": "user", "content": PROMPT}]
    with anthropic.Anthropic(api_key=KEY, base_url=origin, timeout=case.timeout, **settings) as client:
        try:
            return answered(client.messages.create(model=model, max_tokens=limit, system=SYSTEM, messages=messages))
        except (anthropic.AnthropicError, ValueError) as error:
            return failed(client, error)


def answered(message: Message) -> Reading:
    # Without validation a body that is no answer comes out as a text, or as an answer without content.
    if not isinstance(message, Message) or message.content is None:
        return Reading(kinds=frozenset({"SERVER_ERROR"}), shown=f"no answer: {message!r}")
    finish = FINISH[message.stop_reason]
    return Reading(
        finish=finish,
        kinds=frozenset() if finish else frozenset({"CONTEXT_LENGTH"}),
        text="".join(block.text for block in message.content if block.type == "text"),
        usage=tokens(message),
        model=message.model,
        request_id=message._request_id,
        shown=repr(message),
        parsed=message,
    )


def tokens(message: Message) -> dict | None:
    """What was read is the sum of what was new, what came from the cache and what was put into it."""
    told = message.usage
    if told is None:
        return None
    cached, put = told.cache_read_input_tokens or 0, told.cache_creation_input_tokens or 0
    thought = told.output_tokens_details and told.output_tokens_details.thinking_tokens
    hour = told.cache_creation and told.cache_creation.ephemeral_1h_input_tokens
    read = told.input_tokens + cached + put
    return usage(read, told.output_tokens, cached, thought, cache_write_tokens=put, cache_write_hour_tokens=hour)


def failed(client: anthropic.Anthropic, error: Exception) -> Reading:
    words, wait, named = [], None, None
    if isinstance(error, anthropic.APIStatusError):
        body = error.body if isinstance(error.body, dict) else {}
        words = [error.type, body.get("error", {}).get("details", {}).get("error_code")]
        wait = millis(client._parse_retry_after_header(error.response.headers))
        named = error.request_id or body.get("request_id")
    return Reading(kinds=kinds(error, words, ERRORS), request_id=named, retry_after_ms=wait, shown=show(error))


ANTHROPIC = Provider(
    name="anthropic",
    folder="anthropic",
    model=MODEL,
    line="POST /v1/messages",
    key=("x-api-key", ""),
    ask=ask,
    header=("anthropic-version", "2023-06-01"),
)
