//! Asking a language model for text.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::time::Timestamp;

/// A language model that answers one request within a deadline.
///
/// Implementations
/// * MUST return before `deadline`, with [`ModelErrorKind::Timeout`] when there is no answer by then;
/// * MUST NOT retry past the deadline, and MUST honour the provider's Retry-After;
/// * MUST classify failures by the provider's body, not by the HTTP status alone (a 429 may be an empty balance);
/// * MUST NOT put prompts, answers or keys into errors or logs.
#[async_trait]
pub trait TextModel: Debug + Send + Sync {
    /// `provider/model`, as recorded on the content, such as `offline/text-v1`.
    fn name(&self) -> &str;

    /// True for a rule-based stand-in that is no language model; artefacts are labelled accordingly.
    fn is_offline(&self) -> bool;

    /// Most money this request can cost, in millionths of a US dollar; `None` when no price is known.
    fn quote(&self, _: &ChatRequest) -> Option<u64> {
        None
    }

    /// Asks for one completion.
    ///
    /// # Errors
    /// A [`ModelError`] whose kind decides what becomes of the message.
    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError>;
}

/// What the caller wants done, in a form that needs no prompt to be read.
///
/// Providers ignore it; the offline model answers from it alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// `draft`, `continue`, `refine`, ...
    pub name: String,
    /// The task's input; its shape belongs to the task.
    pub input: Value,
}

/// Who speaks in a [`ChatMessage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The caller.
    User,
    /// The model, in an earlier turn.
    Assistant,
}

/// One part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Plain text.
    Text {
        /// The text.
        text: String,
    },
    /// An image kept in the blob store.
    Image {
        /// Its pointer's uri.
        uri: String,
        /// Its media type.
        media_type: String,
    },
}

/// One turn of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub parts: Vec<Part>,
}

impl ChatMessage {
    /// A turn of plain text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::Text { text: text.into() }] }
    }

    /// The text parts, joined by newlines.
    #[must_use]
    pub fn joined_text(&self) -> String {
        let texts: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Text { text } => Some(text.as_str()),
                Part::Image { .. } => None,
            })
            .collect();
        texts.join("\n")
    }
}

/// Wishes that a model may be unable to honour; an adapter sends only what the model takes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Hints {
    /// Sampling temperature, 0 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
}

/// One request to a language model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    /// The structured task.
    pub task: Task,
    /// Instructions of the highest rank, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The conversation, oldest first.
    pub messages: Vec<ChatMessage>,
    /// Upper bound on the answer, in tokens.
    pub max_output_tokens: u32,
    /// Wishes.
    #[serde(default)]
    pub hints: Hints,
    /// JSON Schema of the answer when it is to be JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_schema: Option<Value>,
}

/// Why the model stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Finish {
    /// The natural end.
    Stop,
    /// The token limit cut the answer off.
    Length,
    /// A filter of the provider withheld the answer.
    ContentFilter {
        /// The categories named by the provider, if any.
        categories: Vec<String>,
    },
    /// The model declined.
    Refusal,
    /// Anything else, as the provider called it.
    Other {
        /// The provider's word.
        raw: String,
    },
}

/// Tokens used by a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written, reasoning included.
    pub output_tokens: u64,
    /// Of the input, tokens served from the provider's cache.
    #[serde(default)]
    pub cached_tokens: u64,
    /// Of the input, tokens put into the provider's cache; `None` when the provider does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_tokens: Option<u64>,
    /// Of the tokens put into the cache, those that stay for an hour, which costs more; `None` as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_hour_tokens: Option<u64>,
    /// Of the output, tokens spent on reasoning.
    #[serde(default)]
    pub reasoning_tokens: u64,
    /// True when the provider reported nothing and the figures are our estimate.
    #[serde(default)]
    pub estimated: bool,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatResponse {
    /// The text (JSON text when a schema was asked for).
    pub text: String,
    /// Why it ended.
    pub finish: Finish,
    /// What it used.
    pub usage: Usage,
    /// Money, in millionths of a US dollar; `None` when no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_micro_usd: Option<u64>,
    /// The model that answered, as the provider named it.
    pub model: String,
    /// True when a rule-based stand-in answered.
    pub offline: bool,
    /// The provider's id of the request, for a support ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_request_id: Option<String>,
    /// HTTP calls it took, at least 1.
    pub attempts: u32,
}

/// What went wrong, in classes that decide what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ModelErrorKind {
    /// Asked too fast; heals by waiting.
    RateLimited,
    /// The provider has no capacity now.
    Overloaded,
    /// The provider failed (5xx).
    ServerError,
    /// No answer before the deadline.
    Timeout,
    /// The connection failed.
    Transport,
    /// Money or a hard cap is used up; waiting does not help.
    QuotaExhausted,
    /// The key is wrong.
    Auth,
    /// The key may not do this.
    Permission,
    /// No such model.
    ModelNotFound,
    /// The provider rejects the request as malformed.
    InvalidRequest,
    /// The prompt is longer than the model reads.
    ContextLength,
    /// The provider's policy forbids prompt or answer.
    ContentPolicy,
    /// The answer is cut off and cannot be continued.
    Truncated,
    /// The answer is not what the schema asks for.
    MalformedOutput,
}

impl ModelErrorKind {
    /// Whether the same request may succeed later without anybody's doing.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(self, Self::RateLimited | Self::Overloaded | Self::ServerError | Self::Timeout | Self::Transport)
    }

    /// The permanent code of this class; each has a page in `contracts/errors/`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::RateLimited => "MODEL_RATE_LIMITED",
            Self::Overloaded => "MODEL_OVERLOADED",
            Self::ServerError => "MODEL_SERVER_ERROR",
            Self::Timeout => "MODEL_TIMEOUT",
            Self::Transport => "MODEL_UNREACHABLE",
            Self::QuotaExhausted => "MODEL_QUOTA_EXHAUSTED",
            Self::Auth => "MODEL_AUTH",
            Self::Permission => "MODEL_PERMISSION",
            Self::ModelNotFound => "MODEL_NOT_FOUND",
            Self::InvalidRequest => "MODEL_INVALID_REQUEST",
            Self::ContextLength => "MODEL_CONTEXT_LENGTH",
            Self::ContentPolicy => "CONTENT_POLICY",
            Self::Truncated => "MODEL_TRUNCATED",
            Self::MalformedOutput => "MODEL_MALFORMED_OUTPUT",
        }
    }
}

/// A failed call. Holds no prompt, no answer, no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?} from {model}: {message}")]
pub struct ModelError {
    /// The class.
    pub kind: ModelErrorKind,
    /// `provider/model` that was asked.
    pub model: String,
    /// One sentence for an operator, at most 300 characters, from the provider's error where it is safe.
    pub message: String,
    /// How long the provider asked to wait.
    pub retry_after: Option<Duration>,
    /// The provider's id of the request.
    pub provider_request_id: Option<String>,
    /// Tokens the failed calls used, as far as known.
    pub usage: Usage,
    /// What they cost, in millionths of a US dollar; `None` when no price is known.
    pub cost_micro_usd: Option<u64>,
}
