//! What a failed exchange means. The status word and the details decide before the status.

use std::time::Duration;

use mesh_core::ports::ModelErrorKind;
use serde_json::Value;

use super::wire::OPTIONAL;
use crate::http::{ErrorBody, Failure, Reply, by_status};

/// Reads an answer that is none.
pub(super) fn of(reply: &Reply) -> Failure {
    let body = ErrorBody::read(&reply.body);
    let failure = Failure::told(reply, &body, kind(reply, &body), &OPTIONAL);
    Failure { retry_after: retry_after(&body).or(reply.retry_after), ..failure }
}

fn kind(reply: &Reply, body: &ErrorBody) -> ModelErrorKind {
    match body.class.as_str() {
        // A wrong key is reported as a malformed request.
        _ if has(body, "reason", "API_KEY_INVALID") => ModelErrorKind::Auth,
        "INVALID_ARGUMENT" if body.says(&["api key not valid", "api key expired"]) => ModelErrorKind::Auth,
        "INVALID_ARGUMENT" if body.says(&["exceeds the maximum number of tokens", "input token count"]) => {
            ModelErrorKind::ContextLength
        }
        "FAILED_PRECONDITION" if body.says(&["billing"]) => ModelErrorKind::QuotaExhausted,
        "FAILED_PRECONDITION" => ModelErrorKind::Permission,
        "UNAUTHENTICATED" => ModelErrorKind::Auth,
        "PERMISSION_DENIED" => ModelErrorKind::Permission,
        "NOT_FOUND" => ModelErrorKind::ModelNotFound,
        // A quota of the day shares status and word with throttling.
        "RESOURCE_EXHAUSTED" if a_day_is_over(body) => ModelErrorKind::QuotaExhausted,
        "RESOURCE_EXHAUSTED" if reply.status == 402 => ModelErrorKind::QuotaExhausted,
        "RESOURCE_EXHAUSTED" => ModelErrorKind::RateLimited,
        "UNAVAILABLE" => ModelErrorKind::Overloaded,
        "DEADLINE_EXCEEDED" => ModelErrorKind::Timeout,
        _ => by_status(reply.status),
    }
}

/// The entries of the error's details.
fn details(body: &ErrorBody) -> impl Iterator<Item = &Value> {
    body.whole.pointer("/error/details").and_then(Value::as_array).into_iter().flatten()
}

fn has(body: &ErrorBody, field: &str, word: &str) -> bool {
    details(body).any(|detail| detail.get(field).and_then(Value::as_str) == Some(word))
}

fn a_day_is_over(body: &ErrorBody) -> bool {
    let violations = details(body).filter_map(|detail| detail.get("violations")?.as_array()).flatten();
    violations.filter_map(|violation| violation.get("quotaId")?.as_str()).any(|id| id.contains("PerDay"))
}

/// `"34s"` or `"0.7s"` of a `RetryInfo`; no header tells it.
fn retry_after(body: &ErrorBody) -> Option<Duration> {
    let told = details(body).find_map(|detail| detail.get("retryDelay")?.as_str())?;
    let seconds: f64 = told.trim().strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
