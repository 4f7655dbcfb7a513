//! What a failed exchange means. The body's code decides before the status: a 429 may be an empty balance.

use mesh_core::ports::ModelErrorKind;

use crate::http::{ErrorBody, Failure, Optional, Reply, by_status};

/// Reads an answer that is none. `optional` are the fields of the request that can be left out or put otherwise.
pub(crate) fn of(reply: &Reply, optional: &[Optional]) -> Failure {
    let body = ErrorBody::read(&reply.body);
    let too_long = reply.status == 400 && body.says(&["maximum context length"]);
    let by_rest = || if too_long { ModelErrorKind::ContextLength } else { by_status(reply.status) };
    let kind = by_code(&body).unwrap_or_else(by_rest);
    Failure::told(reply, &body, kind, optional)
}

/// The kinds that a code tells apart, whatever the status says.
fn by_code(body: &ErrorBody) -> Option<ModelErrorKind> {
    const CODES: [(&str, ModelErrorKind); 19] = [
        ("insufficient_quota", ModelErrorKind::QuotaExhausted),
        ("credit_balance", ModelErrorKind::QuotaExhausted),
        ("billing", ModelErrorKind::QuotaExhausted),
        ("spend_limit", ModelErrorKind::QuotaExhausted),
        ("usage_limit", ModelErrorKind::QuotaExhausted),
        ("context_length", ModelErrorKind::ContextLength),
        ("string_above_max_length", ModelErrorKind::ContextLength),
        ("content_filter", ModelErrorKind::ContentPolicy),
        ("content_policy", ModelErrorKind::ContentPolicy),
        ("ResponsibleAI", ModelErrorKind::ContentPolicy),
        ("moderation_blocked", ModelErrorKind::ContentPolicy),
        ("invalid_prompt", ModelErrorKind::ContentPolicy),
        ("model_not_found", ModelErrorKind::ModelNotFound),
        ("invalid_api_key", ModelErrorKind::Auth),
        ("unsupported_country", ModelErrorKind::Permission),
        ("rate_limit", ModelErrorKind::RateLimited),
        ("slow_down", ModelErrorKind::RateLimited),
        ("overloaded", ModelErrorKind::Overloaded),
        ("service_unavailable", ModelErrorKind::Overloaded),
    ];
    CODES.iter().find(|(word, _)| body.is(word)).map(|(_, kind)| *kind)
}
