//! Documents, ledger and outbox: the model of DynamoDB.

mod begin;
mod commit;
mod documents;
mod entry;
mod outbox;

use std::time::Duration;

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{
        BeginRequest, Begun, Commit, CommitAnswer, DocKey, Document, IdRange, LedgerEntry, OutboxEntry, Page,
        PortError, Query, StateStore, Suspension, Write, state_limits,
    },
};
use uuid::Uuid;

pub(crate) use self::entry::purge;
use crate::{
    Store,
    db::{Scope, Step},
};

const PORT: &str = "state_store";

/// How long a ledger entry lives after its last touch.
const LIFETIME: Duration = Duration::from_secs(90 * 24 * 3_600);

/// Documents, ledger and outbox. What they do is in [`StateStore`].
#[derive(Debug, Clone)]
pub struct EmbeddedState {
    store: Store,
}

impl EmbeddedState {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }
}

#[async_trait]
impl StateStore for EmbeddedState {
    async fn get(&self, key: &DocKey) -> Result<Option<Document>, PortError> {
        let key = key.clone();
        self.store.core.db.read(PORT, move |scope| documents::get(scope, &key)).await
    }

    async fn list(&self, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Document>, PortError> {
        let (kind, range) = (kind.to_owned(), range.clone());
        self.store.core.db.read(PORT, move |scope| documents::list(scope, &kind, &range, limit)).await
    }

    async fn query(&self, query: &Query) -> Result<Page, PortError> {
        let query = query.clone();
        self.store.core.db.read(PORT, move |scope| documents::query(scope, &query)).await
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Begun, PortError> {
        let (request, owner) = (request.clone(), self.store.owner);
        self.store.core.db.write(PORT, move |scope| begin::begin(scope, &request, owner).map(Step::Keep)).await
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let prepared = commit::prepare(commit)?;
        match self.store.core.db.write(PORT, move |scope| prepared.commit(scope)).await {
            Err(PortError::Throttled { .. }) => Ok(CommitAnswer::Throttled),
            answer => answer,
        }
    }

    async fn put(&self, write: &Write) -> Result<bool, PortError> {
        let prepared = commit::PreparedWrite::new(write)?;
        self.store.core.db.write(PORT, move |scope| prepared.execute(scope).map(Step::Keep)).await
    }

    async fn dispatched(&self, agent: &str, event_id: Uuid, indices: &[u32]) -> Result<(), PortError> {
        let (agent, indices) = (agent.to_owned(), indices.to_vec());
        let work = move |scope: &Scope<'_>| outbox::mark(scope, &agent, event_id, &indices).map(Step::Keep);
        self.store.core.db.write(PORT, work).await
    }

    async fn release(&self, agent: &str, event_id: Uuid, token: Uuid, counted: bool) -> Result<(), PortError> {
        let agent = agent.to_owned();
        let work = move |scope: &Scope<'_>| begin::release(scope, &agent, event_id, token, counted).map(Step::Keep);
        self.store.core.db.write(PORT, work).await
    }

    async fn suspend(&self, suspension: &Suspension) -> Result<bool, PortError> {
        state_limits::together([].into_iter(), &suspension.outbox)?;
        let outbox = outbox::prepare(&suspension.outbox)?;
        let (agent, code) = (suspension.agent.clone(), suspension.code.clone());
        let (event_id, token) = (suspension.event_id, suspension.token);
        let work =
            move |scope: &Scope<'_>| commit::suspend(scope, &agent, event_id, token, &code, &outbox).map(Step::Keep);
        self.store.core.db.write(PORT, work).await
    }

    async fn due(
        &self,
        agent: &str,
        older_than: Duration,
        limit: usize,
    ) -> Result<Vec<(Uuid, Vec<OutboxEntry>)>, PortError> {
        let agent = agent.to_owned();
        self.store.core.db.read(PORT, move |scope| outbox::due(scope, &agent, older_than, limit)).await
    }

    async fn entry(&self, agent: &str, event_id: Uuid) -> Result<Option<LedgerEntry>, PortError> {
        let agent = agent.to_owned();
        self.store.core.db.read(PORT, move |scope| entry::read(scope, &agent, event_id)).await
    }
}

/// What was touched at this time or before has lived its time.
fn outlived(now: Timestamp) -> i64 {
    now.minus(LIFETIME).0
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
