//! Looks on between an agent's runner and its ports: what it asks for is what its manifest declares, what it is told is
//! remembered.

use std::{ops::Range, sync::Arc, time::Duration};

use async_trait::async_trait;
use mesh_core::{
    Agent, AgentError, Context, Event, Manifest, Outcome, Ports,
    envelope::attribute,
    ports::{
        BeginRequest, Begun, BlobMeta, Blobs, ByteStream, Commit, CommitAnswer, DocKey, Document, IdRange, LedgerEntry,
        LedgerState, OutboxEntry, Page, PortError, PutCondition, PutResult, Query, StateStore, Suspension, Write,
    },
};
use uuid::Uuid;

use super::witness::{Held, Witness, ids};
use crate::hooks::{BlobHooks, Hooked, StateHooks};

/// Kinds of the core, which no manifest lists.
const CORE: [&str; 2] = ["fates", "budgets"];

/// An agent that is looked at.
#[derive(Debug)]
pub(super) struct Watch {
    agent: Arc<dyn Agent>,
    witness: Arc<Witness>,
}

impl Watch {
    pub(super) fn new(agent: Arc<dyn Agent>, witness: &Arc<Witness>) -> Arc<Self> {
        Arc::new(Self { agent, witness: Arc::clone(witness) })
    }

    /// The ports as this agent's runner sees them.
    pub(super) fn ports(self: &Arc<Self>, ports: Ports) -> Ports {
        Ports {
            state: Hooked::new(ports.state, Arc::clone(self)),
            blobs: Hooked::new(ports.blobs, Arc::clone(self)),
            ..ports
        }
    }

    fn reads(&self, kind: &str) {
        if !self.manifest().may_read(kind) && !CORE.contains(&kind) {
            self.witness.finding(format!("{} reads {kind}, which its manifest does not list", self.manifest().name));
        }
    }

    fn writes(&self, kind: &str) {
        if !self.manifest().may_write(kind) && !CORE.contains(&kind) {
            self.witness.finding(format!("{} writes {kind}, which its manifest does not list", self.manifest().name));
        }
    }

    fn emits(&self, outbox: &[OutboxEntry]) {
        for entry in outbox {
            let event_type = entry.message.attributes.get(attribute::TYPE).map(String::as_str).unwrap_or_default();
            if !self.manifest().may_publish(event_type) {
                let name = &self.manifest().name;
                self.witness.finding(format!("{name} says {event_type}, which its manifest does not list"));
            }
        }
    }

    fn fetches(&self, key: &str) {
        self.own_or(key, "reads", self.manifest().may_fetch(key));
    }

    /// The runner keeps answers and quarantined messages, each agent its own.
    fn own_or(&self, key: &str, what: &str, allowed: bool) {
        let name = &self.manifest().name;
        let own = ["answers", "quarantine"].iter().any(|folder| key.starts_with(&format!("{folder}/{name}/")));
        if !allowed && !own {
            self.witness.finding(format!("{name} {what} {key}, which its manifest does not list"));
        }
    }
}

#[async_trait]
impl Agent for Watch {
    fn manifest(&self) -> &Manifest {
        self.agent.manifest()
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        if self.manifest().handles(event.event_type).is_none() {
            self.witness.finding(format!("{} got a {}", self.manifest().name, event.event_type));
        }
        if let Err(details) = mesh_contracts::validate(event.contract, &event.data) {
            self.witness.finding(format!("{} got a broken {}: {details:?}", self.manifest().name, event.contract));
        }
        self.agent.handle(event, ctx).await
    }
}

#[async_trait]
impl StateHooks for Watch {
    async fn get(&self, inner: &dyn StateStore, key: &DocKey) -> Result<Option<Document>, PortError> {
        self.reads(&key.kind);
        inner.get(key).await
    }

    async fn list(
        &self,
        inner: &dyn StateStore,
        kind: &str,
        range: &IdRange,
        limit: usize,
    ) -> Result<Vec<Document>, PortError> {
        self.reads(kind);
        inner.list(kind, range, limit).await
    }

    async fn query(&self, inner: &dyn StateStore, query: &Query) -> Result<Page, PortError> {
        self.reads(&query.kind);
        inner.query(query).await
    }

    async fn begin(&self, inner: &dyn StateStore, request: &BeginRequest) -> Result<Begun, PortError> {
        let begun = inner.begin(request).await?;
        match &begun {
            Begun::Started { attempt, .. } => {
                self.witness.history.tell(format!("-> attempt {attempt}"));
                let (agent, event_id, token) = (request.agent.clone(), request.event_id, request.token);
                self.witness.holds(Held { agent, event_id, token });
            }
            Begun::Done { undispatched } => {
                self.witness.history.tell(format!("-> done before, {} to send", undispatched.len()));
                self.witness.committed(undispatched);
            }
            Begun::Held { until } => self.witness.history.tell(format!("-> held by somebody until {until}")),
            Begun::Reused => self.witness.history.tell("-> used with another payload"),
        }
        Ok(begun)
    }

    async fn commit(&self, inner: &dyn StateStore, commit: &Commit) -> Result<CommitAnswer, PortError> {
        commit.writes.iter().for_each(|write| self.writes(&write.document.key.kind));
        self.emits(&commit.outbox);
        self.witness.attempts(commit.token, ids(&commit.outbox));
        let answer = inner.commit(commit).await?;
        match &answer {
            CommitAnswer::Committed => {
                self.witness.history.tell(format!("-> committed {:?}", commit.conclusion));
                self.witness.conclusions.record(commit);
                self.witness.concluded(commit.token);
            }
            other => self.witness.history.tell(format!("-> {other:?}")),
        }
        Ok(answer)
    }

    async fn put(&self, inner: &dyn StateStore, write: &Write) -> Result<bool, PortError> {
        if write.document.key.kind != "budgets" {
            self.witness.finding(format!("{} is written outside of a commit", write.document.key.kind));
        }
        inner.put(write).await
    }

    async fn suspend(&self, inner: &dyn StateStore, suspension: &Suspension) -> Result<bool, PortError> {
        self.emits(&suspension.outbox);
        let suspended = inner.suspend(suspension).await?;
        self.witness.history.tell(format!("-> suspended: {suspended}, {}", suspension.code));
        if suspended {
            self.witness.committed(&suspension.outbox);
        }
        Ok(suspended)
    }

    async fn due(
        &self,
        inner: &dyn StateStore,
        agent: &str,
        older_than: Duration,
        limit: usize,
    ) -> Result<Vec<(Uuid, Vec<OutboxEntry>)>, PortError> {
        let due = inner.due(agent, older_than, limit).await?;
        due.iter().for_each(|(_, outbox)| self.witness.committed(outbox));
        Ok(due)
    }

    async fn entry(
        &self,
        inner: &dyn StateStore,
        agent: &str,
        event_id: Uuid,
    ) -> Result<Option<LedgerEntry>, PortError> {
        let entry = inner.entry(agent, event_id).await?;
        if let Some(LedgerState::Done { token, .. }) = entry.as_ref().map(|entry| &entry.state) {
            self.witness.concluded(*token);
        }
        Ok(entry)
    }
}

#[async_trait]
impl BlobHooks for Watch {
    async fn put(
        &self,
        inner: &dyn Blobs,
        key: &str,
        body: ByteStream,
        (media_type, condition): (&str, PutCondition),
    ) -> Result<PutResult, PortError> {
        self.own_or(key, "writes", self.manifest().may_put(key));
        let put = inner.put(key, body, media_type, condition).await?;
        if key.starts_with("answers/") {
            self.witness.stores(key);
        }
        Ok(put)
    }

    async fn get(
        &self,
        inner: &dyn Blobs,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
        self.fetches(key);
        let got = inner.get(key, range).await?;
        if key.starts_with("answers/") {
            self.witness.looks(key);
        }
        Ok(got)
    }

    async fn head(&self, inner: &dyn Blobs, key: &str) -> Result<Option<BlobMeta>, PortError> {
        self.fetches(key);
        inner.head(key).await
    }

    async fn list(
        &self,
        inner: &dyn Blobs,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<BlobMeta>, PortError> {
        self.fetches(prefix);
        inner.list(prefix, after, limit).await
    }
}
