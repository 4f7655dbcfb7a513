//! The page of every error code: cause, fate of the message, cure. The texts are kept under `contracts/errors/`.

macro_rules! pages {
    ($($code:ident)*) => {
        /// Every code with its page (Markdown), by code.
        pub const CODES: &[(&str, &str)] = &[
            $((stringify!($code), include_str!(concat!("../../../contracts/errors/", stringify!($code), ".md")))),*
        ];
    };
}

pages! {
    BUDGET_BUSY
    BUDGET_EXCEEDED
    CONFLICT
    CONTENT_POLICY
    CONTRACT_VIOLATION
    FEED_INVALID
    HANDLER_DIED
    HANDLER_PANICKED
    IDEMPOTENCY_KEY_REUSED
    IMAGE_INVALID
    IMAGE_RESIZED
    INTERNAL
    INVALID_JSON
    LIMIT_EXCEEDED
    METADATA_MENDED
    MISSING_EVENT_ID
    MODEL_AUTH
    MODEL_CONTEXT_LENGTH
    MODEL_INVALID_REQUEST
    MODEL_MALFORMED_OUTPUT
    MODEL_NOT_CONFIGURED
    MODEL_NOT_FOUND
    MODEL_OVERLOADED
    MODEL_PERMISSION
    MODEL_QUOTA_EXHAUSTED
    MODEL_RATE_LIMITED
    MODEL_SERVER_ERROR
    MODEL_TIMEOUT
    MODEL_TRUNCATED
    MODEL_UNREACHABLE
    NOT_DECLARED
    NOT_PUBLISHED
    OUTCOME_INVALID
    PART_FAILED
    PART_MISSING
    PAYLOAD_CORRUPT
    PAYLOAD_GONE
    PAYLOAD_TOO_LARGE
    POINTER_FOREIGN
    PRICE_UNKNOWN
    RENDER_FAILED
    RESOURCE_MISSING
    SITE_INACTIVE
    SOURCES_TOO_LARGE
    STEPS_LEFT
    STORE_UNAVAILABLE
    SUPERSEDED
    TIMEOUT
    TOO_MANY_ATTRIBUTES
    TOPIC_NOT_ALLOWED
    UNKNOWN_CONTRACT
    WITHDRAWN
    WORD_COUNT_OUT_OF_RANGE
}

/// The page of a code.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    CODES.iter().find(|(name, _)| *name == code).map(|(_, page)| *page)
}
