//! A message that may be replayed, and what is known of it.

use std::{collections::BTreeMap, fmt};

use mesh_core::{
    Timestamp,
    runner::{Pointed, Predicted},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::mesh::Source;

/// Where a message lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// In its agent's dead-letter queue.
    Dlq,
    /// In the queue for what the topics could not deliver to the agent.
    Undelivered,
    /// In quarantine alone.
    Quarantine,
}

impl From<Source> for Origin {
    fn from(source: Source) -> Self {
        match source {
            Source::Dlq => Self::Dlq,
            Source::Undelivered => Self::Undelivered,
        }
    }
}

impl Origin {
    /// The queue it is, if it is one.
    pub(crate) fn queue(self) -> Option<Source> {
        match self {
            Self::Dlq => Some(Source::Dlq),
            Self::Undelivered => Some(Source::Undelivered),
            Self::Quarantine => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dlq => "dlq",
            Self::Undelivered => "undelivered",
            Self::Quarantine => "quarantine",
        })
    }
}

/// A message as it lies somewhere: body and attributes are those it was received with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// Where.
    pub(crate) origin: Origin,
    /// The queue's id of it.
    pub(crate) message_id: Option<String>,
    /// The body.
    pub(crate) body: String,
    /// The attributes it had before it came there.
    pub(crate) attributes: BTreeMap<String, String>,
    /// The id it was handled under, where that is written on it.
    pub(crate) event_id: Option<Uuid>,
    /// Why it is there, where that is written on it.
    pub(crate) code: Option<String>,
    /// How often it was received there.
    pub(crate) receive_count: u32,
    /// When it was sent; not known of what is in quarantine.
    pub(crate) sent_at: Option<Timestamp>,
}

/// Why a message breaks its contract today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invalid {
    /// The code.
    pub(crate) code: String,
    /// One sentence.
    pub(crate) message: String,
}

/// What a pointer of the payload points at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Payload {
    /// The pointer.
    pub(crate) uri: String,
    /// What became of it.
    pub(crate) state: Pointed,
}

/// The event that ended a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndedBy {
    /// Its type.
    pub(crate) event_type: String,
    /// Its id.
    pub(crate) event_id: Option<Uuid>,
}

/// A message that may be replayed. It holds nothing of the payload but pointers, and the reason of the failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// The agent it is for.
    pub(crate) agent: String,
    /// Where it lies.
    pub(crate) source: Origin,
    /// The queue's id of it; absent in quarantine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message_id: Option<String>,
    /// The event id it is handled under.
    pub(crate) event_id: Uuid,
    /// Its run.
    pub(crate) run: Uuid,
    /// Its type, where it can be told.
    pub(crate) event_type: Option<String>,
    /// The content it is about, where it can be told.
    pub(crate) content_id: Option<Uuid>,
    /// Why it was given up; nothing is known when nothing could begin it.
    pub(crate) code: Option<String>,
    /// Why, in a sentence.
    pub(crate) reason: Option<String>,
    /// When it was sent there; of what is in quarantine, when the ledger last changed.
    pub(crate) sent_at: String,
    /// How often it was received there.
    pub(crate) receive_count: u32,
    /// Attempts since the last suspension.
    pub(crate) attempts: u32,
    /// Suspensions so far.
    pub(crate) suspensions: u32,
    /// Where it stands with the agent: unknown, in progress, waiting, suspended, completed, rejected, failed, superseded.
    pub(crate) ledger: String,
    /// Why it breaks its contract today; absent when it keeps it, or is of a type the agent does not handle.
    pub(crate) invalid: Option<Invalid>,
    /// What it points at, and whether that is still there.
    pub(crate) pointers: Vec<Payload>,
    /// The event that ended its run, when it has ended.
    pub(crate) ended_by: Option<EndedBy>,
    /// SHA-256 of the body.
    pub(crate) body_sha256: String,
    /// What a replay comes to.
    pub(crate) predicted: Predicted,
}

impl Entry {
    /// When it was sent there.
    pub(crate) fn sent(&self) -> Timestamp {
        Timestamp::parse(&self.sent_at).unwrap_or_default()
    }

    /// Whether it lies in a queue.
    pub(crate) fn is_letter(&self) -> bool {
        self.source != Origin::Quarantine
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A dead letter of `echo` with this event id and code.
    pub(crate) fn entry(event_id: u128, code: &str, predicted: Predicted) -> Entry {
        Entry {
            agent: "echo".into(),
            source: Origin::Dlq,
            message_id: Some(format!("m{event_id}")),
            event_id: Uuid::from_u128(event_id),
            run: Uuid::from_u128(event_id),
            event_type: Some("EchoRequested".into()),
            content_id: None,
            code: Some(code.into()),
            reason: None,
            sent_at: Timestamp(0).rfc3339(),
            receive_count: 1,
            attempts: 5,
            suspensions: 1,
            ledger: "suspended".into(),
            invalid: None,
            pointers: Vec::new(),
            ended_by: None,
            body_sha256: String::new(),
            predicted,
        }
    }
}
