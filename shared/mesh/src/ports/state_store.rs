//! A store of documents, with the ledger of handled events and its outbox.

use std::fmt::Debug;

use async_trait::async_trait;
use uuid::Uuid;

use super::{
    BeginRequest, Begun, Commit, CommitAnswer, DocKey, Document, IdRange, LedgerEntry, OutboxEntry, Page, PortError,
    Query, Suspension, Write,
};

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
