//! What an agent is: it takes an event and returns what is to be written and said. It publishes and commits nothing.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use mesh_contracts::{Contract, Detail, events::ErrorType};
use serde::Serialize;
use serde_json::Value;

use crate::{
    context::Context,
    event::Event,
    manifest::Manifest,
    ports::{DocKey, Document, ModelError, PortError, Write, WriteMode},
    prompt::Prompt,
    time::Timestamp,
};

/// An independent agent.
#[async_trait]
pub trait Agent: Debug + Send + Sync {
    /// Its declaration.
    fn manifest(&self) -> &Manifest;

    /// The prompts it asks models with.
    fn prompts(&self) -> Vec<&Prompt> {
        Vec::new()
    }

    /// Handles one event. May be called again for the same event, after a crash or a conflict; whatever it must not do
    /// twice goes through `ctx`.
    ///
    /// # Errors
    /// [`AgentError`], whose variant decides the fate of the message.
    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError>;
}

/// What is to be committed: writes and emits together, or nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// At most 25, of distinct keys.
    pub writes: Vec<Write>,
    /// At most 25.
    pub emits: Vec<Emit>,
}

impl Outcome {
    /// Nothing to do.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Adds a write.
    #[must_use]
    pub fn write(mut self, write: Write) -> Self {
        self.writes.push(write);
        self
    }

    /// Adds an event.
    #[must_use]
    pub fn emit(mut self, emit: Emit) -> Self {
        self.emits.push(emit);
        self
    }
}

/// An event to send.
#[derive(Debug, Clone, PartialEq)]
pub struct Emit {
    /// `ce-type`.
    pub event_type: &'static str,
    /// The contract of the payload, by name and version.
    pub contract: &'static str,
    /// `ce-subject`.
    pub subject: Option<String>,
    /// Not before this time.
    pub due: Option<Timestamp>,
    /// The payload.
    pub data: Value,
}

impl Emit {
    /// An event of this payload.
    ///
    /// # Errors
    /// [`AgentError`] when the payload cannot be serialised.
    pub fn of<T: Contract>(payload: &T) -> Result<Self, AgentError> {
        let data = to_json(payload)?;
        Ok(Self { event_type: T::TYPE, contract: T::CONTRACT, subject: None, due: None, data })
    }

    /// Sets `ce-subject`.
    #[must_use]
    pub fn about(mut self, subject: impl ToString) -> Self {
        self.subject = Some(subject.to_string());
        self
    }

    /// Holds it back until `due`.
    #[must_use]
    pub fn due(mut self, due: Timestamp) -> Self {
        self.due = Some(due);
        self
    }
}

impl Write {
    /// Creates a document from a record.
    ///
    /// # Errors
    /// [`AgentError`] when the record cannot be serialised.
    pub fn create<T: Serialize>(kind: &str, id: impl Into<String>, record: &T) -> Result<Self, AgentError> {
        let key = DocKey::new(kind, id);
        let body = to_json(record)?;
        let document = Document { key, version: 0, owner: None, index: None, sort: None, expires_at: None, body };
        Ok(Self { mode: WriteMode::Create, document })
    }

    /// Replaces a document that was read, keeping owner, index and sort.
    ///
    /// # Errors
    /// [`AgentError`] when the record cannot be serialised.
    pub fn replace<T: Serialize>(read: &Document, record: &T) -> Result<Self, AgentError> {
        let document = Document { body: to_json(record)?, ..read.clone() };
        Ok(Self { mode: WriteMode::IfVersion(read.version), document })
    }

    /// Requires that a document that was read has not changed since.
    #[must_use]
    pub fn unchanged(read: &Document) -> Self {
        Self { mode: WriteMode::Check(read.version), document: read.clone() }
    }

    /// Sets the owner.
    #[must_use]
    pub fn owner(mut self, owner: &str) -> Self {
        self.document.owner = Some(owner.to_owned());
        self
    }

    /// Sets the index value.
    #[must_use]
    pub fn index(mut self, index: &str) -> Self {
        self.document.index = Some(index.to_owned());
        self
    }

    /// Sets what queries sort by.
    #[must_use]
    pub fn sort(mut self, sort: impl ToString) -> Self {
        self.document.sort = Some(sort.to_string());
        self
    }
}

fn to_json<T: Serialize>(value: &T) -> Result<Value, AgentError> {
    serde_json::to_value(value)
        .map_err(|error| AgentError::fail("INTERNAL", ErrorType::Infrastructure, error.to_string()))
}

/// Why a handler did not succeed. The variant decides the fate of the message.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The event breaks a business rule; it will always do so. `ValidationError` is emitted.
    #[error("rejected, {code}: {message}")]
    Reject {
        /// Permanent code with a page in `contracts/errors/`.
        code: &'static str,
        /// One sentence.
        message: String,
        /// What is wrong with which field.
        details: Vec<Detail>,
    },
    /// It cannot heal. The agent's failure event is emitted.
    #[error("failed, {code}: {message}")]
    Fail {
        /// Permanent code with a page in `contracts/errors/`.
        code: &'static str,
        /// The kind of cause.
        error_type: ErrorType,
        /// One sentence.
        message: String,
        /// What is written all the same.
        writes: Vec<Write>,
    },
    /// It may heal. Nothing is emitted; the message comes again.
    #[error("to be tried again, {code}: {message}")]
    Retry {
        /// Permanent code with a page in `contracts/errors/`.
        code: &'static str,
        /// The kind of cause.
        error_type: ErrorType,
        /// One sentence.
        message: String,
        /// Not before this long; absent: the back-off of the attempt.
        after: Option<Duration>,
        /// What failed, for the circuit of that dependency.
        dependency: Option<&'static str>,
        /// Whether the attempt counts towards the suspension.
        counted: bool,
    },
}

impl AgentError {
    /// A [`AgentError::Reject`].
    pub fn reject(code: &'static str, message: impl Into<String>, details: Vec<Detail>) -> Self {
        Self::Reject { code, message: message.into(), details }
    }

    /// A [`AgentError::Fail`] that writes nothing.
    pub fn fail(code: &'static str, error_type: ErrorType, message: impl Into<String>) -> Self {
        Self::Fail { code, error_type, message: message.into(), writes: Vec::new() }
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Reject { code, .. } | Self::Fail { code, .. } | Self::Retry { code, .. } => code,
        }
    }
}

impl From<PortError> for AgentError {
    fn from(error: PortError) -> Self {
        let message = error.to_string();
        match error {
            PortError::Unavailable { port, .. } | PortError::Throttled { port, .. } => Self::Retry {
                code: "STORE_UNAVAILABLE",
                error_type: ErrorType::Infrastructure,
                message,
                after: None,
                dependency: Some(port),
                counted: false,
            },
            // A bucket, table or topic that is away may come back; what a pointer names is asked for elsewhere.
            PortError::NotFound { .. } => Self::Retry {
                code: "RESOURCE_MISSING",
                error_type: ErrorType::Infrastructure,
                message,
                after: None,
                dependency: None,
                counted: true,
            },
            PortError::Limit { .. } => Self::fail("LIMIT_EXCEEDED", ErrorType::Infrastructure, message),
            PortError::Corrupt { .. } => Self::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, message),
        }
    }
}

impl From<ModelError> for AgentError {
    fn from(error: ModelError) -> Self {
        let message = error.to_string();
        let code = error.kind.code();
        if error.kind.is_transient() {
            return Self::Retry {
                code,
                error_type: ErrorType::Model,
                message,
                after: error.retry_after,
                dependency: Some("text_model"),
                counted: true,
            };
        }
        Self::fail(code, ErrorType::Model, message)
    }
}
