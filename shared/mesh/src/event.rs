//! An event: its CloudEvents context, and its payload.

use mesh_contracts::Contract;
use serde_json::Value;
use uuid::Uuid;

use crate::{agent::AgentError, time::Timestamp};

/// What `ce-source` of our own events starts with; the agent's name follows.
pub const SOURCE_PREFIX: &str = "/mesh/";

/// A decoded, validated event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The event id: idempotency key of all its effects.
    pub id: Uuid,
    /// `ce-type`.
    pub event_type: &'static str,
    /// `ce-source`.
    pub source: String,
    /// `ce-subject`, such as the content id.
    pub subject: Option<String>,
    /// `ce-time`; when it is absent, when the message was sent.
    pub time: Timestamp,
    /// The run; the run's first event has its own id here.
    pub correlation_id: Uuid,
    /// The contract it was validated against.
    pub contract: &'static str,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// For a copy: the event it is a copy of.
    pub origin: Option<Uuid>,
    /// The payload.
    pub data: Value,
}

impl Event {
    /// The payload in its type.
    ///
    /// # Errors
    /// [`AgentError::Reject`] when the type refuses what the schema allowed (a test holds them equal).
    pub fn payload<T: Contract>(&self) -> Result<T, AgentError> {
        mesh_contracts::read(&self.data)
            .map_err(|message| AgentError::reject("CONTRACT_VIOLATION", message, Vec::new()))
    }

    /// Whether this event started its run.
    #[must_use]
    pub fn starts_run(&self) -> bool {
        self.id == self.correlation_id
    }
}
