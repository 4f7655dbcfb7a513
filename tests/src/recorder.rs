//! Remembers who concluded which event, to see that nobody does it twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use mesh_core::ports::{
    BeginRequest, Begun, Commit, CommitAnswer, DocKey, Document, IdRange, LedgerEntry, OutboxEntry, Page, PortError,
    Query, StateStore, Suspension, Write,
};
use uuid::Uuid;

/// The tokens that concluded each event of each agent.
#[derive(Debug, Default)]
pub struct Conclusions(Mutex<BTreeMap<(String, Uuid), BTreeSet<Uuid>>>);

impl Conclusions {
    /// Events that were concluded by more than one holder.
    #[must_use]
    pub fn twice(&self) -> Vec<(String, Uuid)> {
        let seen = self.0.lock().expect("one thread");
        seen.iter().filter(|(_, tokens)| tokens.len() > 1).map(|(event, _)| event.clone()).collect()
    }
}

/// A store that remembers.
#[derive(Debug)]
pub(crate) struct Recorder {
    inner: Arc<dyn StateStore>,
    seen: Arc<Conclusions>,
}

impl Recorder {
    pub(crate) fn new(inner: Arc<dyn StateStore>, seen: Arc<Conclusions>) -> Self {
        Self { inner, seen }
    }
}

#[async_trait]
impl StateStore for Recorder {
    async fn get(&self, key: &DocKey) -> Result<Option<Document>, PortError> {
        self.inner.get(key).await
    }

    async fn list(&self, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Document>, PortError> {
        self.inner.list(kind, range, limit).await
    }

    async fn query(&self, query: &Query) -> Result<Page, PortError> {
        self.inner.query(query).await
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Begun, PortError> {
        self.inner.begin(request).await
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let answer = self.inner.commit(commit).await?;
        if answer == CommitAnswer::Committed {
            let mut seen = self.seen.0.lock().expect("one thread");
            seen.entry((commit.agent.clone(), commit.event_id)).or_default().insert(commit.token);
        }
        Ok(answer)
    }

    async fn put(&self, write: &Write) -> Result<bool, PortError> {
        self.inner.put(write).await
    }

    async fn dispatched(&self, agent: &str, event_id: Uuid, indices: &[u32]) -> Result<(), PortError> {
        self.inner.dispatched(agent, event_id, indices).await
    }

    async fn release(&self, agent: &str, event_id: Uuid, token: Uuid, counted: bool) -> Result<(), PortError> {
        self.inner.release(agent, event_id, token, counted).await
    }

    async fn suspend(&self, suspension: &Suspension) -> Result<bool, PortError> {
        self.inner.suspend(suspension).await
    }

    async fn due(
        &self,
        agent: &str,
        older_than: Duration,
        limit: usize,
    ) -> Result<Vec<(Uuid, Vec<OutboxEntry>)>, PortError> {
        self.inner.due(agent, older_than, limit).await
    }

    async fn entry(&self, agent: &str, event_id: Uuid) -> Result<Option<LedgerEntry>, PortError> {
        self.inner.entry(agent, event_id).await
    }
}
