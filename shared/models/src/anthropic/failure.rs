//! What a failed exchange means. The type decides before the status, and the message where a type means many things.

use mesh_core::ports::ModelErrorKind;
use serde_json::Value;

use super::wire::OPTIONAL;
use crate::http::{ErrorBody, Failure, Reply, by_status, short_id};

/// Reads an answer that is none.
pub(super) fn of(reply: &Reply) -> Failure {
    let body = ErrorBody::read(&reply.body);
    let failure = Failure::told(reply, &body, kind(reply, &body), &OPTIONAL);
    let told = || body.whole.get("request_id").and_then(Value::as_str).map(short_id);
    let request_id = reply.request_id.clone().or_else(told);
    Failure { request_id, ..failure }
}

fn kind(reply: &Reply, body: &ErrorBody) -> ModelErrorKind {
    match body.class.as_str() {
        "authentication_error" => ModelErrorKind::Auth,
        "billing_error" => ModelErrorKind::QuotaExhausted,
        "permission_error" => ModelErrorKind::Permission,
        "not_found_error" => ModelErrorKind::ModelNotFound,
        "request_too_large" => ModelErrorKind::ContextLength,
        // A spend limit shares status and type with throttling; it is told apart by its code, and has no Retry-After.
        "rate_limit_error" if over_spend_limit(body) => ModelErrorKind::QuotaExhausted,
        "rate_limit_error" => ModelErrorKind::RateLimited,
        "overloaded_error" => ModelErrorKind::Overloaded,
        "timeout_error" => ModelErrorKind::Timeout,
        "api_error" => ModelErrorKind::ServerError,
        "invalid_request_error" => invalid(body),
        _ => by_status(reply.status),
    }
}

fn over_spend_limit(body: &ErrorBody) -> bool {
    let code = body.whole.pointer("/error/details/error_code").and_then(Value::as_str);
    code.is_some_and(|code| code.contains("spend_limit"))
}

/// Several failures share the type of a malformed request and are known by their words alone.
fn invalid(body: &ErrorBody) -> ModelErrorKind {
    if body.says(&["credit balance is too low", "api usage limits", "spend limit"]) {
        ModelErrorKind::QuotaExhausted
    } else if body.says(&["prompt is too long", "exceed context limit", "context window"]) {
        ModelErrorKind::ContextLength
    } else if body.says(&["content filtering policy", "usage policy"]) {
        ModelErrorKind::ContentPolicy
    } else {
        ModelErrorKind::InvalidRequest
    }
}
