"""The SDK of OpenAI: OpenAI itself, and Azure in both styles of address."""

import json
from collections.abc import Callable

import openai
from cases import KEY, PROMPT, SYSTEM, Case
from openai.types import ImagesResponse
from openai.types.chat import ChatCompletion
from reading import Provider, Reading, Row, kinds, millis, show, usage

DEPLOYMENT = "writer"
FINISH = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "other",
    "function_call": "other",
}
ERRORS: list[Row] = [
    (openai.APITimeoutError, set(), {"TIMEOUT"}),
    (openai.AuthenticationError, set(), {"AUTH"}),
    (openai.PermissionDeniedError, set(), {"PERMISSION"}),
    (openai.NotFoundError, set(), {"MODEL_NOT_FOUND"}),
    (openai.RateLimitError, {"insufficient_quota"}, {"QUOTA_EXHAUSTED"}),
    (openai.RateLimitError, set(), {"RATE_LIMITED"}),
    (openai.BadRequestError, {"context_length_exceeded"}, {"CONTEXT_LENGTH"}),
    (openai.BadRequestError, {"content_filter", "invalid_prompt", "moderation_blocked"}, {"CONTENT_POLICY"}),
    (openai.BadRequestError, {"ResponsibleAIPolicyViolation"}, {"CONTENT_POLICY"}),
    (openai.BadRequestError, set(), {"INVALID_REQUEST"}),
    (openai.InternalServerError, {"server_is_overloaded"}, {"OVERLOADED"}),
    (openai.InternalServerError, set(), {"SERVER_ERROR"}),
    # The SDK has no class for it.
    (openai.APIStatusError, {"413"}, {"CONTEXT_LENGTH"}),
    (json.JSONDecodeError, set(), {"SERVER_ERROR"}),
    (UnicodeDecodeError, set(), {"SERVER_ERROR"}),
]
# Azure's own name of a request, which its logs have too; the SDK reads `x-request-id` alone.
AZURE_REQUEST_ID = "apim-request-id"

Client = Callable[..., openai.OpenAI]


def of_openai(origin: str, **settings: object) -> openai.OpenAI:
    return openai.OpenAI(api_key=KEY, base_url=f"{origin}/v1", **settings)


def of_azure(version: str) -> Client:
    """Azure by deployment."""

    def make(origin: str, **settings: object) -> openai.OpenAI:
        return openai.AzureOpenAI(api_key=KEY, azure_endpoint=origin, api_version=version, **settings)

    return make


def of_azure_v1(origin: str, **settings: object) -> openai.OpenAI:
    """For this style Azure's documentation uses the client of OpenAI."""
    return openai.OpenAI(api_key=KEY, base_url=f"{origin}/openai/v1/", **settings)


def chat(make: Client, model: str, deployment: str | None = None) -> Callable[..., Reading]:
    """Reads text."""

    def ask(case: Case, origin: str, **settings: object) -> Reading:
        asked, limit = case.asked(model)
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": PROMPT}]
        with make(origin, timeout=case.timeout, **settings) as client:
            try:
                raw = client.chat.completions.with_raw_response.create(
                    model=deployment or asked, messages=messages, max_completion_tokens=limit
                )
                return answered(raw.parse(), raw.headers.get(AZURE_REQUEST_ID))
            except (openai.OpenAIError, ValueError) as error:
                return failed(client, error)

    return ask


def images(make: Client, deployment: str) -> Callable[..., Reading]:
    """Reads an image."""

    def ask(case: Case, origin: str, **settings: object) -> Reading:
        with make(origin, timeout=case.timeout, **settings) as client:
            try:
                raw = client.images.with_raw_response.generate(
                    model=deployment, prompt=PROMPT, size="1536x1024", quality="medium", output_format="png"
                )
                return rendered(raw.parse(), raw.headers.get(AZURE_REQUEST_ID))
            except (openai.OpenAIError, ValueError) as error:
                return failed(client, error)

    return ask


def answered(completion: ChatCompletion, azures: str | None) -> Reading:
    # Without validation a body that is no answer comes out as a text, or as an answer without choices.
    if not isinstance(completion, ChatCompletion) or not completion.choices:
        return Reading(kinds=frozenset({"SERVER_ERROR"}), shown=f"no answer: {completion!r}")
    choice = completion.choices[0]
    finish = FINISH[choice.finish_reason]
    refused = finish != "content_filter" and bool(choice.message.refusal)
    return Reading(
        finish="refusal" if refused else finish,
        text=choice.message.content or "",
        usage=tokens(completion),
        categories=filtered(choice.model_extra),
        model=completion.model,
        request_id=completion._request_id or azures,
        shown=repr(completion),
        parsed=completion,
    )


def tokens(completion: ChatCompletion) -> dict | None:
    """All that was read and all that was written; what was cached is part of the one, thoughts of the other."""
    told = completion.usage
    if told is None:
        return None
    cached = told.prompt_tokens_details and told.prompt_tokens_details.cached_tokens
    thought = told.completion_tokens_details and told.completion_tokens_details.reasoning_tokens
    return usage(told.prompt_tokens, told.completion_tokens, cached, thought)


def filtered(extra: dict | None) -> list[str]:
    """What Azure's filters found in an answer; the SDK hands it out as it came."""
    results = (extra or {}).get("content_filter_results", {})
    return sorted(name for name, result in results.items() if result["filtered"])


def rendered(response: ImagesResponse, azures: str | None) -> Reading:
    image = response.data[0].b64_json if response.data else None
    told = response.usage and usage(response.usage.input_tokens, response.usage.output_tokens)
    named = response._request_id or azures
    return Reading(image=image, usage=told, request_id=named, shown=repr(response), parsed=response)


def failed(client: openai.OpenAI, error: Exception) -> Reading:
    words, wait, named = [], None, None
    if isinstance(error, openai.APIStatusError):
        body = error.body if isinstance(error.body, dict) else {}
        words = [error.code, error.type, body.get("innererror", {}).get("code"), str(error.status_code)]
        wait = millis(client._parse_retry_after_header(error.response.headers))
        named = error.request_id or error.response.headers.get(AZURE_REQUEST_ID)
    return Reading(kinds=kinds(error, words, ERRORS), request_id=named, retry_after_ms=wait, shown=show(error))


OPENAI = Provider(
    name="openai",
    folder="openai",
    model="gpt-4o-mini",
    line="POST /v1/chat/completions",
    key=("authorization", "Bearer "),
    ask=chat(of_openai, "gpt-4o-mini"),
)
AZURE_CLASSIC = Provider(
    name="azure-classic",
    folder="azure",
    model="gpt-4o-mini",
    line="POST /openai/deployments/writer/chat/completions?api-version=2024-10-21",
    key=("api-key", ""),
    ask=chat(of_azure("2024-10-21"), "gpt-4o-mini", DEPLOYMENT),
)
AZURE_V1 = Provider(
    name="azure-v1",
    folder="azure",
    model="gpt-4o-mini",
    line="POST /openai/v1/chat/completions",
    key=("api-key", ""),
    ask=chat(of_azure_v1, "gpt-4o-mini", DEPLOYMENT),
)
AZURE_IMAGES = Provider(
    name="azure-images",
    folder="azure_images",
    model="gpt-image-1",
    line="POST /openai/deployments/writer/images/generations?api-version=2025-04-01-preview",
    key=("api-key", ""),
    ask=images(of_azure("2025-04-01-preview"), DEPLOYMENT),
)
