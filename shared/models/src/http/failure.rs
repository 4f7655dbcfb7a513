//! What a failed exchange means, as far as providers agree. What their codes mean is each provider's own.

use std::time::Duration;

use mesh_core::ports::{ModelErrorKind, Usage};
use serde_json::Value;

use super::Reply;

/// A failure before it becomes an error; its message may still hold what must not be shown.
#[derive(Debug)]
pub struct Failure {
    /// The class.
    pub kind: ModelErrorKind,
    /// One sentence.
    pub message: String,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
    /// The provider's own word on trying again.
    pub should_retry: Option<bool>,
    /// The field of our request that the server does not take.
    pub unsupported: Option<Optional>,
    /// True when it takes the field, and not what this request put there.
    pub this_once: bool,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// What it used all the same, as far as that is told.
    pub usage: Option<Box<Usage>>,
}

/// A field of a request that a server may not take: its name on the wire, and what it stands for.
pub type Optional = (&'static str, Wish);

/// What a field that a server may not take stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The bound on the answer.
    Limit,
    /// The sampling temperature.
    Temperature,
    /// The form of the answer. Servers word it in many ways that they want JSON asked for otherwise.
    Json,
    /// Anything else, left out by its name.
    Other,
}

impl Failure {
    /// A failure of this class.
    pub fn new(kind: ModelErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry_after: None,
            should_retry: None,
            unsupported: None,
            this_once: false,
            request_id: None,
            usage: None,
        }
    }

    /// The deadline has come.
    #[must_use]
    pub fn late() -> Self {
        Self { should_retry: Some(false), ..Self::new(ModelErrorKind::Timeout, "no answer before the deadline") }
    }

    /// The failure that a reply tells of, once its kind is known. `optional` are the fields of the request that can be left
    /// out or put otherwise.
    #[must_use]
    pub fn told(reply: &Reply, body: &ErrorBody, kind: ModelErrorKind, optional: &[Optional]) -> Self {
        let asked_wrongly = kind == ModelErrorKind::InvalidRequest;
        Self {
            kind,
            message: body.describe(reply.status),
            retry_after: reply.retry_after,
            should_retry: reply.should_retry,
            unsupported: if asked_wrongly { body.unsupported_field(optional) } else { None },
            this_once: body.speaks_of_schema(),
            request_id: reply.request_id.clone(),
            usage: None,
        }
    }

    /// A failure that the answer in a reply amounts to.
    pub fn in_answer(reply: &Reply, kind: ModelErrorKind, message: impl Into<String>) -> Self {
        Self { request_id: reply.request_id.clone(), ..Self::new(kind, message) }
    }

    /// Whether the same request may succeed when it is sent again soon.
    #[must_use]
    pub fn may_heal(&self) -> bool {
        match self.should_retry {
            Some(false) => false,
            // The provider knows better about a status; it does not about money, keys and policy.
            Some(true) => self.kind.is_transient() || self.kind == ModelErrorKind::InvalidRequest,
            None => self.kind.is_transient(),
        }
    }
}

/// The error of a body, as far as there is one: `{"error": {message, type, param, code, status}}`, alone or in a list, an
/// `error` that is a text, or a bare object; codes may be numbers; anything else is taken for no error body at all.
#[derive(Debug, Default)]
pub struct ErrorBody {
    /// What the provider says.
    pub message: String,
    /// `type`, or `status` where that is a word.
    pub class: String,
    /// The field of the request it is about.
    pub param: String,
    /// `code`.
    pub code: String,
    /// The code of the `innererror`, which says more.
    inner: String,
    /// The whole body; null when it cannot be read.
    pub whole: Value,
}

impl ErrorBody {
    /// Reads a body.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        let Ok(value) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        let whole = match value {
            Value::Array(mut list) if list.len() == 1 => list.remove(0),
            other => other,
        };
        let error = whole.get("error").filter(|error| !error.is_null()).unwrap_or(&whole);
        let field = |name: &str| match error.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let message = match error {
            Value::String(text) => text.clone(),
            _ => [field("message"), field("detail")].concat(),
        };
        let inner = error.pointer("/innererror/code").and_then(Value::as_str).unwrap_or_default().to_owned();
        let class = if field("type").is_empty() { field("status") } else { field("type") };
        Self { message, class, param: field("param"), code: field("code"), inner, whole }
    }

    /// Whether one of the codes or the class holds the word.
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        [&self.code, &self.inner, &self.class].iter().any(|own| own.contains(word))
    }

    /// Whether the message holds one of the words, in whatever case.
    #[must_use]
    pub fn says(&self, words: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        words.iter().any(|word| message.contains(word))
    }

    /// One sentence: status, code, message.
    fn describe(&self, status: u16) -> String {
        let code = [&self.code, &self.inner, &self.class].into_iter().find(|code| !code.is_empty());
        let code: String = code.map_or_else(String::new, |code| code.chars().take(60).collect());
        match (status, self.whole.is_null()) {
            (300..400, _) => format!("HTTP {status}: a redirect, which is not followed; check the base URL"),
            (_, true) => format!("HTTP {status} with a body that is no JSON"),
            _ => format!("HTTP {status} {code}: {}", self.message).replace(" : ", ": "),
        }
    }

    /// The optional field of ours that the server complains about, if it does.
    fn unsupported_field(&self, optional: &[Optional]) -> Option<Optional> {
        const SAYS_SO: [&str; 8] = [
            "unsupported",
            "not support",
            "unrecognized",
            "unknown",
            "not permitted",
            "deprecated",
            "extra field",
            "cannot find field",
        ];
        // Where a parameter is named it is that one; else the message may name it.
        let named = |(field, _): &&Optional| {
            self.param.starts_with(field) || (self.param.is_empty() && self.says(&[&field.to_lowercase()]))
        };
        let field = optional.iter().find(named).copied()?;
        let says_so = self.is("unsupported") || self.is("unknown_parameter");
        (field.1 == Wish::Json || says_so || self.says(&SAYS_SO)).then_some(field)
    }

    /// Whether it is one schema that is refused, and not schemas as such.
    fn speaks_of_schema(&self) -> bool {
        self.says(&["invalid schema", "invalid json schema", "format.schema", "schema is too"])
            || self.is("json_schema")
    }
}

/// What a status means when no code says it better.
#[must_use]
pub fn by_status(status: u16) -> ModelErrorKind {
    match status {
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
