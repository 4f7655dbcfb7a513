//! What a failed exchange means. The body's code decides before the status: a 429 may be an empty balance.

use std::time::Duration;

use mesh_core::ports::ModelErrorKind;
use serde_json::Value;

use super::{http::Reply, wire::RESPONSE_FORMAT};

/// A failure before it becomes an error; its message may still hold what must not be shown.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: ModelErrorKind,
    pub(super) message: String,
    pub(super) retry_after: Option<Duration>,
    /// The provider's own word on trying again.
    pub(super) should_retry: Option<bool>,
    /// The field of our request that the server does not take.
    pub(super) unsupported: Option<&'static str>,
    /// True when it takes the field, and not what this request put there.
    pub(super) this_once: bool,
    pub(super) request_id: Option<String>,
}

impl Failure {
    pub(super) fn new(kind: ModelErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry_after: None,
            should_retry: None,
            unsupported: None,
            this_once: false,
            request_id: None,
        }
    }

    /// The deadline has come.
    pub(super) fn late() -> Self {
        Self { should_retry: Some(false), ..Self::new(ModelErrorKind::Timeout, "no answer before the deadline") }
    }

    /// Reads an answer that is none. `optional` are the fields of the request that can be left out or put otherwise.
    pub(super) fn of(reply: &Reply, optional: &[&'static str]) -> Self {
        let body = ErrorBody::read(&reply.body);
        let kind = kind(reply.status, &body);
        let asked_wrongly = kind == ModelErrorKind::InvalidRequest;
        let unsupported = if asked_wrongly { body.unsupported_field(optional) } else { None };
        Self {
            kind,
            message: body.describe(reply.status),
            retry_after: reply.retry_after,
            should_retry: reply.should_retry,
            unsupported,
            this_once: body.speaks_of_schema(),
            request_id: reply.request_id.clone(),
        }
    }

    /// Whether the same request may succeed when it is sent again soon.
    pub(super) fn may_heal(&self) -> bool {
        match self.should_retry {
            Some(false) => false,
            // The provider knows better about a status; it does not about money, keys and policy.
            Some(true) => self.kind.is_transient() || self.kind == ModelErrorKind::InvalidRequest,
            None => self.kind.is_transient(),
        }
    }
}

/// The error of a body, as far as there is one: `{"error": {message, type, param, code}}`, an `error` that is a text, or a
/// bare object; codes may be numbers; anything else is taken for no error body at all.
#[derive(Debug, Default)]
struct ErrorBody {
    message: String,
    class: String,
    param: String,
    code: String,
    readable: bool,
}

impl ErrorBody {
    fn read(body: &[u8]) -> Self {
        let Ok(value) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        let error = value.get("error").filter(|error| !error.is_null()).unwrap_or(&value);
        let field = |name: &str| match error.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let message = match error {
            Value::String(text) => text.clone(),
            _ => [field("message"), field("detail")].concat(),
        };
        let inner = error.pointer("/innererror/code").and_then(Value::as_str).unwrap_or_default();
        let code = if field("code").is_empty() { inner.to_owned() } else { field("code") };
        Self { message, class: field("type"), param: field("param"), code, readable: true }
    }

    fn is(&self, word: &str) -> bool {
        self.code.contains(word) || self.class.contains(word)
    }

    /// One sentence: status, code, message.
    fn describe(&self, status: u16) -> String {
        let code: String = self.code.chars().take(60).collect();
        match (status, self.readable) {
            (300..400, _) => format!("HTTP {status}: a redirect, which is not followed; check the base URL"),
            (_, false) => format!("HTTP {status} with a body that is no JSON"),
            _ => format!("HTTP {status} {code}: {}", self.message).replace(" : ", ": "),
        }
    }

    /// The optional field of ours that the server complains about, if it does.
    fn unsupported_field(&self, optional: &[&'static str]) -> Option<&'static str> {
        const SAYS_SO: [&str; 7] =
            ["unsupported", "not support", "unrecognized", "unknown", "not permitted", "deprecated", "extra field"];
        let message = self.message.to_lowercase();
        let named =
            |field: &&&str| self.param.starts_with(**field) || (self.param.is_empty() && message.contains(**field));
        let field = optional.iter().find(named).copied()?;
        let says_so = self.is("unsupported") || self.is("unknown_parameter");
        // Servers word it in many ways that they want JSON asked for otherwise.
        (field == RESPONSE_FORMAT || says_so || SAYS_SO.iter().any(|words| message.contains(words))).then_some(field)
    }

    /// Whether it is one schema that is refused, and not schemas as such.
    fn speaks_of_schema(&self) -> bool {
        self.message.to_lowercase().contains("invalid schema") || self.is("json_schema")
    }
}

fn kind(status: u16, body: &ErrorBody) -> ModelErrorKind {
    by_code(body).unwrap_or_else(|| by_status(status, body))
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

fn by_status(status: u16, body: &ErrorBody) -> ModelErrorKind {
    match status {
        400 if body.message.to_lowercase().contains("maximum context length") => ModelErrorKind::ContextLength,
        401 => ModelErrorKind::Auth,
        402 => ModelErrorKind::QuotaExhausted,
        403 => ModelErrorKind::Permission,
        404 => ModelErrorKind::ModelNotFound,
        408 => ModelErrorKind::Timeout,
        409 => ModelErrorKind::ServerError,
        413 => ModelErrorKind::ContextLength,
        429 => ModelErrorKind::RateLimited,
        503 | 529 => ModelErrorKind::Overloaded,
        500.. => ModelErrorKind::ServerError,
        _ => ModelErrorKind::InvalidRequest,
    }
}
