"""The SDK of AWS: text by Converse, images by InvokeModel, whose body is the model's own and comes out as it is."""

import base64
import json
from collections.abc import Callable

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.parsers import ResponseParserError
from cases import KEY, PROMPT, SYSTEM, Case
from reading import Provider, Reading, Row, kinds, millis, show, usage

TEXT, IMAGE = "eu.anthropic.claude-sonnet-4-6", "amazon.nova-canvas-v1:0"
REGION, ACCESS_KEY = "eu-central-1", "AKIDA1B2C3EXAMPLE"
FILTER = "content_filter"
FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "guardrail_intervened": FILTER,
    "content_filtered": FILTER,
    "tool_use": "other",
    "malformed_model_output": "other",
    "malformed_tool_use": "other",
    # An error to us: the answer cannot be continued.
    "model_context_window_exceeded": None,
}
# The SDK passes words on that it does not know.
UNKNOWN_TO_THE_SDK = {"refusal": "refusal"}

SESSION = boto3.Session(aws_access_key_id=ACCESS_KEY, aws_secret_access_key=KEY, region_name=REGION)


def make(origin: str, timeout: float = 1.0, max_retries: int = 0) -> object:
    retries = {"total_max_attempts": max_retries + 1, "mode": "standard"}
    config = Config(read_timeout=timeout, connect_timeout=timeout, retries=retries)
    return SESSION.client("bedrock-runtime", endpoint_url=origin, config=config)


CLIENT = make("http://127.0.0.1:1")
RAISED = CLIENT.exceptions
SIGNATURES = {"UnrecognizedClientException", "ExpiredTokenException", "InvalidSignatureException"}
ERRORS: list[Row] = [
    (ReadTimeoutError, set(), {"TIMEOUT"}),
    # Exceptions of all of AWS, which have no class.
    (ClientError, SIGNATURES, {"AUTH"}),
    (ClientError, {"MPAgreementBeingCreated"}, {"OVERLOADED"}),
    (ClientError, {"413"}, {"CONTEXT_LENGTH"}),
    (ClientError, {"529"}, {"OVERLOADED"}),
    (ClientError, {"502"}, {"SERVER_ERROR"}),
    (RAISED.ModelTimeoutException, set(), {"TIMEOUT"}),
    (RAISED.ModelNotReadyException, set(), {"OVERLOADED"}),
    (RAISED.ServiceUnavailableException, set(), {"OVERLOADED"}),
    (RAISED.InternalServerException, set(), {"SERVER_ERROR"}),
    (RAISED.ModelErrorException, set(), {"SERVER_ERROR"}),
    (RAISED.ServiceQuotaExceededException, set(), {"RATE_LIMITED"}),
    # Beyond this nothing but the message tells them apart.
    (RAISED.AccessDeniedException, set(), {"PERMISSION", "QUOTA_EXHAUSTED"}),
    (RAISED.ThrottlingException, set(), {"RATE_LIMITED", "QUOTA_EXHAUSTED"}),
    (RAISED.ResourceNotFoundException, set(), {"MODEL_NOT_FOUND", "PERMISSION"}),
    (
        RAISED.ValidationException,
        set(),
        {"INVALID_REQUEST", "CONTEXT_LENGTH", "CONTENT_POLICY", "MODEL_NOT_FOUND"},
    ),
    (ResponseParserError, set(), {"SERVER_ERROR"}),
    (json.JSONDecodeError, set(), {"SERVER_ERROR"}),
    (UnicodeDecodeError, set(), {"SERVER_ERROR"}),
]


def asking(read: Callable[..., Reading], model: str) -> Callable[..., Reading]:
    """Asks, and reads the answer with `read`."""

    def ask(case: Case, origin: str, max_retries: int = 0) -> Reading:
        asked, limit = case.asked(model)
        try:
            return read(make(origin, case.timeout, max_retries), asked, limit)
        except (ClientError, ReadTimeoutError, ResponseParserError, ValueError) as error:
            return failed(error)

    return ask


def converse(client: object, model: str, limit: int) -> Reading:
    response = client.converse(
        modelId=model,
        system=[{"text": SYSTEM}],
        messages=[{"role": "user", "content": [{"text": PROMPT}]}],
        inferenceConfig={"maxTokens": limit},
    )
    if "output" not in response:
        return Reading(kinds=frozenset({"SERVER_ERROR"}), shown=f"no answer: {response!r}")
    reason = response["stopReason"]
    finish = (FINISH | UNKNOWN_TO_THE_SDK)[reason]
    return Reading(
        finish=finish,
        kinds=frozenset() if finish else frozenset({"CONTEXT_LENGTH"}),
        text="".join(block.get("text", "") for block in response["output"]["message"]["content"]),
        usage=tokens(response.get("usage")),
        categories=[reason] if finish == FILTER else [],
        # No answer names one.
        model=model,
        request_id=response["ResponseMetadata"].get("RequestId"),
        shown=repr(response),
    )


def tokens(told: dict | None) -> dict | None:
    """What was read is the sum of what was new, what came from the cache and what was put into it."""
    if told is None:
        return None
    cached, put = told.get("cacheReadInputTokens", 0), told.get("cacheWriteInputTokens", 0)
    details = told.get("cacheDetails")
    hour = details and sum(one["inputTokens"] for one in details if one["ttl"] == "1h")
    read = told["inputTokens"] + cached + put
    return usage(read, told["outputTokens"], cached, cache_write_tokens=put, cache_write_hour_tokens=hour)


def invoke(client: object, model: str, _: int) -> Reading:
    asked = {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": PROMPT}}
    response = client.invoke_model(modelId=model, contentType="application/json", body=json.dumps(asked))
    named = response["ResponseMetadata"].get("RequestId")
    answer = json.loads(response["body"].read())
    ended = answer.get("error") or next(iter(answer.get("finish_reasons", [])), None)
    image = next(iter(answer.get("images", [])), None)
    if ended:
        kind = "CONTENT_POLICY" if "filter" in ended.lower() else "SERVER_ERROR"
    elif image is None:
        kind = "MALFORMED_OUTPUT" if "images" in answer else "SERVER_ERROR"
    else:
        kind = None if is_base64(image) else "MALFORMED_OUTPUT"
    return Reading(
        kinds=frozenset({kind} if kind else ()),
        image=None if kind else image,
        request_id=named,
        shown=repr(answer),
    )


def is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False


def failed(error: Exception) -> Reading:
    words, wait, named = [], None, None
    if isinstance(error, ClientError):
        told = error.response["ResponseMetadata"]
        words = [error.response["Error"]["Code"], str(told["HTTPStatusCode"])]
        # The SDK hands headers out as they came.
        seconds = told["HTTPHeaders"].get("retry-after", "")
        wait = millis(float(seconds)) if seconds.isdigit() else None
        named = told.get("RequestId")
    return Reading(kinds=kinds(error, words, ERRORS), request_id=named, retry_after_ms=wait, shown=show(error))


SIGNATURE = f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/"
BEDROCK = Provider(
    name="bedrock",
    folder="bedrock",
    model=TEXT,
    line="POST /model/{model}/converse",
    key=("authorization", SIGNATURE),
    signed=True,
    ask=asking(converse, TEXT),
)
BEDROCK_IMAGES = Provider(
    name="bedrock-images",
    folder="bedrock_images",
    model=IMAGE,
    line="POST /model/{model}/invoke",
    key=("authorization", SIGNATURE),
    signed=True,
    ask=asking(invoke, IMAGE),
)
