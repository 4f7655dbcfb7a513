//! A state store that fails as planned.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mesh_core::ports::{
    BeginRequest, Begun, Commit, CommitAnswer, DocKey, Document, IdRange, LedgerEntry, OutboxEntry, Page, PortError,
    Query, StateStore, Suspension, Write,
};
use uuid::Uuid;

use super::FaultPlan;

/// A [`StateStore`] whose calls go through a [`FaultPlan`] as `state_store`.
///
/// A throttled commit answers [`CommitAnswer::Throttled`]; every other throttled call is an error.
#[derive(Debug)]
pub struct FaultyStateStore {
    inner: Arc<dyn StateStore>,
    plan: FaultPlan,
}

impl FaultyStateStore {
    /// Decorates a store.
    pub fn new(inner: Arc<dyn StateStore>, plan: &FaultPlan) -> Self {
        Self { inner, plan: plan.clone() }
    }

    async fn through<T>(
        &self,
        operation: &'static str,
        detail: String,
        call: impl Future<Output = Result<T, PortError>>,
    ) -> Result<T, PortError> {
        self.plan.call("state_store", operation, detail, call).await
    }
}

fn event(agent: &str, event_id: Uuid) -> String {
    format!("{agent} {event_id}")
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl StateStore for FaultyStateStore {
    async fn get(&self, key: &DocKey) -> Result<Option<Document>, PortError> {
        self.through("get", format!("{}/{}", key.kind, key.id), self.inner.get(key)).await
    }

    async fn list(&self, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Document>, PortError> {
        self.through("list", kind.to_owned(), self.inner.list(kind, range, limit)).await
    }

    async fn query(&self, query: &Query) -> Result<Page, PortError> {
        self.through("query", format!("{} {:?}", query.kind, query.by), self.inner.query(query)).await
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Begun, PortError> {
        self.through("begin", event(&request.agent, request.event_id), self.inner.begin(request)).await
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let detail = format!(
            "{} {} writes, {} messages",
            event(&commit.agent, commit.event_id),
            commit.writes.len(),
            commit.outbox.len()
        );
        match self.through("commit", detail, self.inner.commit(commit)).await {
            Err(PortError::Throttled { .. }) => Ok(CommitAnswer::Throttled),
            answer => answer,
        }
    }

    async fn put(&self, write: &Write) -> Result<bool, PortError> {
        let key = &write.document.key;
        let detail = format!("{}/{} {:?}", key.kind, key.id, write.mode);
        self.through("put", detail, self.inner.put(write)).await
    }

    async fn dispatched(&self, agent: &str, event_id: Uuid, indices: &[u32]) -> Result<(), PortError> {
        let detail = format!("{} {indices:?}", event(agent, event_id));
        self.through("dispatched", detail, self.inner.dispatched(agent, event_id, indices)).await
    }

    async fn release(&self, agent: &str, event_id: Uuid, token: Uuid, counted: bool) -> Result<(), PortError> {
        let detail = format!("{} counted: {counted}", event(agent, event_id));
        self.through("release", detail, self.inner.release(agent, event_id, token, counted)).await
    }

    async fn suspend(&self, suspension: &Suspension) -> Result<bool, PortError> {
        let detail = event(&suspension.agent, suspension.event_id);
        self.through("suspend", detail, self.inner.suspend(suspension)).await
    }

    async fn due(
        &self,
        agent: &str,
        older_than: Duration,
        limit: usize,
    ) -> Result<Vec<(Uuid, Vec<OutboxEntry>)>, PortError> {
        self.through("due", agent.to_owned(), self.inner.due(agent, older_than, limit)).await
    }

    async fn entry(&self, agent: &str, event_id: Uuid) -> Result<Option<LedgerEntry>, PortError> {
        self.through("entry", event(agent, event_id), self.inner.entry(agent, event_id)).await
    }
}
