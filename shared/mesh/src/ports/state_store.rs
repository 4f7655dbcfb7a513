//! Documents, the ledger of handled events, and the outbox inside it.

use std::fmt::Debug;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::PortError;
use crate::{message::Message, time::Timestamp};

/// Names one document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocKey {
    /// The kind, one table each: `content`, `fates`, ...
    pub kind: String,
    /// The id within the kind, at most 1,024 bytes.
    pub id: String,
}

impl DocKey {
    /// A key.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }
}

/// One stored document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Its key.
    pub key: DocKey,
    /// Rises by one with every write, from 1.
    pub version: u64,
    /// What [`QueryBy::Owner`] finds it by, such as a site or a user.
    pub owner: Option<String>,
    /// What [`QueryBy::Index`] finds it by, such as `topic:edge computing`.
    pub index: Option<String>,
    /// Orders query answers, newest (greatest) first; defaults to the id.
    pub sort: Option<String>,
    /// After this it is as if it did not exist.
    pub expires_at: Option<Timestamp>,
    /// Its content, at most 128 KiB as JSON.
    pub body: Value,
}

/// On what condition a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteMode {
    /// Only when there is none.
    Create,
    /// Only when the stored version is this one.
    IfVersion(u64),
    /// Writes nothing; the stored version must be this one (0: must not exist).
    Check(u64),
}

/// One write of a transaction. `version` of the document is ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// The condition.
    pub mode: WriteMode,
    /// What is stored.
    pub document: Document,
}

/// Ids from `from` up to but without `to`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdRange {
    /// First id, if bounded.
    pub from: Option<String>,
    /// End, exclusive, if bounded.
    pub to: Option<String>,
}

/// By what a query finds documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryBy {
    /// All with this owner.
    Owner(String),
    /// All with this index value.
    Index(String),
}

/// A query: advisory (it may lag behind writes), newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Kind of document.
    pub kind: String,
    /// By what.
    pub by: QueryBy,
    /// At most this many.
    pub limit: usize,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// One page of a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The documents, greatest `sort` first.
    pub documents: Vec<Document>,
    /// Present when there may be more.
    pub cursor: Option<String>,
}

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

/// A store of documents with transactions (Amazon DynamoDB).
///
/// Implementations
/// * MUST make `begin`, `commit`, `put` and `suspend` each one atomic, durable step;
/// * MUST treat an expired document or ledger entry as absent in every condition, whether or not it was removed;
/// * MUST NOT expire a ledger entry that is suspended or holds undispatched messages; others live 90 days from the last touch;
/// * MUST answer `get` and `list` with every write acknowledged before the call;
/// * MUST refuse (`Limit`) more than 25 writes or 25 messages, repeated keys, 256 KiB together, a document over 128 KiB.
#[async_trait]
pub trait StateStore: Debug + Send + Sync {
    /// Reads one document.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn get(&self, key: &DocKey) -> Result<Option<Document>, PortError>;

    /// Reads documents of a kind in id order; strong, unlike [`StateStore::query`].
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn list(&self, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Document>, PortError>;

    /// Finds documents by owner or index, newest first; advisory.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn query(&self, query: &Query) -> Result<Page, PortError>;

    /// Takes the lease on an event and counts the attempt, in one conditional step.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn begin(&self, request: &BeginRequest) -> Result<Begun, PortError>;

    /// Commits an outcome. Repeating a commit that happened answers `Committed` again.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach; whether it happened is unknown then.
    async fn commit(&self, commit: &Commit) -> Result<CommitAnswer, PortError>;

    /// Writes one document outside of any event's commit, under the condition and the limits of a commit's write. True
    /// when it was written (a `Check`: when it holds), and durable then; false when the condition did not hold.
    ///
    /// For the core alone, and for what must hold across events, such as budgets: a handler's writes belong to its commit,
    /// or they happen without it. Unlike a commit a put has no token: one repeated after a lost reply finds its own write
    /// in its way and answers false, so who puts reads again before deciding.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach; whether it happened is unknown then.
    async fn put(&self, write: &Write) -> Result<bool, PortError>;

    /// Marks messages of an outbox as published.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn dispatched(&self, agent: &str, event_id: Uuid, indices: &[u32]) -> Result<(), PortError>;

    /// Gives the lease back without a conclusion. With `counted` false the attempt does not count.
    /// Does nothing when the token is not the holder's.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn release(&self, agent: &str, event_id: Uuid, token: Uuid, counted: bool) -> Result<(), PortError>;

    /// Sets the event aside. Answers false, with nothing done, when the token is not the holder's.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn suspend(&self, suspension: &Suspension) -> Result<bool, PortError>;

    /// Undispatched messages of an agent that are due, or that have waited `older_than` milliseconds since their commit;
    /// oldest first, at most `limit` events.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn due(
        &self,
        agent: &str,
        older_than: std::time::Duration,
        limit: usize,
    ) -> Result<Vec<(Uuid, Vec<OutboxEntry>)>, PortError>;

    /// Reads a ledger entry.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn entry(&self, agent: &str, event_id: Uuid) -> Result<Option<LedgerEntry>, PortError>;
}
