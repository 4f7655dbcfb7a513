"""What is not compared, and why. Everything else is; `test_02_tables.py` keeps these tables short and true."""

# Members of `expect` that are about our adapter and no answer.
OURS = {
    "calls": "how often our adapter asks",
    "least_ms": "how long our adapter waits",
    "sent": "what our adapter sends",
    "message_has": "what our errors say",
    "cost_micro_usd": "our price table",
}

# Cases about our own limits.
SKIPPED = {
    "huge_body": "our cap on bodies; the SDKs have none",
    "redirect": "ours are refused; the SDKs follow them",
}

# What comes before the answer in the cases that are asked again, by the beginning of folder and name, or of the name.
FIRST = {
    "anthropic/server_error_then_ok": "SERVER_ERROR",
    "gemini/server_error_then_ok": "SERVER_ERROR",
    "bedrock/server_error_then_ok": "SERVER_ERROR",
    "rate_limit_": "RATE_LIMITED",
    "unsupported_": "INVALID_REQUEST",
    "server_error_then_ok": "OVERLOADED",
    "overloaded_then_ok": "OVERLOADED",
    "conflict_then_ok": "SERVER_ERROR",
    "hidden_error": "RATE_LIMITED",
    "not_ready_then_ok": "OVERLOADED",
    "agreement_then_ok": "OVERLOADED",
    "model_error_": "SERVER_ERROR",
    "inference_error_then_ok": "SERVER_ERROR",
}

# (provider, case, member): why the SDK reads it otherwise.
DIFFERS = {
    ("openai", "hidden_error", "kind"): "an error with status 200 is an answer without choices to the SDK",
    ("gemini", "rate_limit_past_deadline", "retry_after_ms"): "the SDK hands out the body, and no header",
}

# Providers whose SDK sends the key otherwise than we do: the header, what comes before the key, and why.
KEY_SENT = {
    "azure-v1": ("authorization", "Bearer ", "it is OpenAI's client; `api-key` is what AzureOpenAI sends"),
}

# (folder, case): what a good answer lacks that the SDK's types require, on purpose.
INCOMPLETE = {
    ("anthropic", "usage_missing"): "it is about usage that is missing",
    ("bedrock", "usage_missing"): "it is about usage that is missing",
}

# Folder: members of its good answers that the SDK's types do not have, and where they come from.
UNKNOWN = {
    "azure": {
        "content_filter_results": "Azure's documentation; OpenAI has none",
        "prompt_filter_results": "Azure's documentation; OpenAI has none",
    },
}

# What the SDKs' own tries are not compared in, by the beginning of names or by status and kind.
OTHER_TRIES = {
    "unsupported_": "we ask again without the field; the SDKs do not",
    "hidden_error": "an answer to the SDK",
    "rate_limit_date": "the date is past by the clock of the SDK",
    "agreement_": "to the SDK of AWS a refusal like any other",
    "model_error_": "the SDK of AWS does not try again",
    "rate_limit_service_quota": "the SDK of AWS does not try again",
    "inference_error_": "an answer to the SDK",
    "429 QUOTA_EXHAUSTED": "the SDKs go by the status and try again; to us waiting does not help",
}

# Providers whose SDK waits as long as it likes, whatever it is asked for.
OWN_WAIT = {
    "gemini": "neither header nor body is looked at",
    "gemini-images": "neither header nor body is looked at",
    "bedrock": "Retry-After is not looked at",
    "bedrock-images": "Retry-After is not looked at",
}
