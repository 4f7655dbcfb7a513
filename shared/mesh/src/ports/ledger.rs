//! The ledger of handled events, and the outbox inside it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{DocKey, Write};
use crate::{message::Message, time::Timestamp};

/// Asks for the right to handle an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeginRequest {
    /// The agent.
    pub agent: String,
    /// The event.
    pub event_id: Uuid,
    /// SHA-256 of the payload; another one under the same id is a reuse.
    pub fingerprint: String,
    /// The run.
    pub correlation_id: Uuid,
    /// The event's type, for people.
    pub event_type: String,
    /// The lease token to hold.
    pub token: Uuid,
    /// When the lease ends.
    pub lease_until: Timestamp,
    /// Forgets attempts that ended without a word, so that this one is the first. For operators: a runner says false.
    pub afresh: bool,
}

/// The answer to a begin.
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// Go on; this is the attempt's number, from 1, and how often the event was suspended before.
    Started {
        /// Attempts including this one since the last suspension.
        attempt: u32,
        /// Earlier suspensions.
        suspensions: u32,
    },
    /// Somebody else holds the lease until then. Not an attempt.
    Held {
        /// The end of their lease.
        until: Timestamp,
    },
    /// Handled before; what of its outbox is not dispatched and not waiting for its due time.
    Done {
        /// To be dispatched now.
        undispatched: Vec<OutboxEntry>,
    },
    /// The id was used with another payload.
    Reused,
}

/// One message of an outbox, frozen at commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// Position in the outcome.
    pub index: u32,
    /// The message, byte for byte as it will be published.
    pub message: Message,
    /// Not before this time.
    pub due: Option<Timestamp>,
    /// Whether it was published.
    pub dispatched: bool,
}

/// How the handling of an event ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Conclusion {
    /// The handler's outcome was committed.
    Completed,
    /// The event was rejected as invalid.
    Rejected {
        /// The code.
        code: String,
    },
    /// The handler failed for good.
    Failed {
        /// The code.
        code: String,
    },
    /// The run had ended already; the outcome was dropped.
    Superseded,
}

/// One transaction: writes, outbox and ledger entry together.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// The agent.
    pub agent: String,
    /// The event.
    pub event_id: Uuid,
    /// The lease token; the transaction fails without it.
    pub token: Uuid,
    /// At most 25, of distinct keys.
    pub writes: Vec<Write>,
    /// At most 25.
    pub outbox: Vec<OutboxEntry>,
    /// How it ended.
    pub conclusion: Conclusion,
}

/// The answer to a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitAnswer {
    /// All of it happened.
    Committed,
    /// The token is not the holder's; nothing happened.
    LeaseLost,
    /// A document's condition failed; nothing happened.
    Conflict {
        /// Whose.
        key: DocKey,
    },
    /// Repeat the same commit; nothing happened.
    Throttled,
}

/// Sets an event aside after its last attempt, in one transaction with the notice of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspension {
    /// The agent.
    pub agent: String,
    /// The event.
    pub event_id: Uuid,
    /// The lease token.
    pub token: Uuid,
    /// Why the last attempt failed.
    pub code: String,
    /// The failure event to send, once per suspension.
    pub outbox: Vec<OutboxEntry>,
}

/// Where an event stands with an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LedgerState {
    /// Somebody holds, or held, a lease.
    InProgress {
        /// The holder's token.
        token: Uuid,
        /// The lease's end; released when it is past.
        until: Timestamp,
    },
    /// Concluded.
    Done {
        /// The token that concluded it.
        token: Uuid,
        /// How.
        conclusion: Conclusion,
    },
    /// Set aside; a begin starts afresh.
    Suspended {
        /// Why.
        code: String,
    },
}

/// The ledger's record of one event at one agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The agent.
    pub agent: String,
    /// The event.
    pub event_id: Uuid,
    /// The run.
    pub correlation_id: Uuid,
    /// The event's type.
    pub event_type: String,
    /// SHA-256 of the payload.
    pub fingerprint: String,
    /// Attempts since the last suspension.
    pub attempts: u32,
    /// Suspensions so far.
    pub suspensions: u32,
    /// Where it stands.
    pub state: LedgerState,
    /// Its outbox.
    pub outbox: Vec<OutboxEntry>,
    /// Last change.
    pub updated_at: Timestamp,
}
