//! What was published, as the ledgers tell it: outboxes keep every message an agent has sent, byte for byte.
//! What came from outside of the mesh is in no outbox; of that there is what the ledger and the quarantine know.

use std::sync::Arc;

use anyhow::bail;
use async_trait::async_trait;
use mesh_aws::{DynamoState, Names, S3Blobs};
use mesh_contracts::records::ContentRecord;
use mesh_core::{
    Manifest, Timestamp, ids,
    ports::{BlobsExt, Clock, DocKey, IdRange, LedgerEntry, StateStore},
    runner::{Quarantined, quarantine_key},
};
use uuid::Uuid;

use super::events::{from_quarantine, published, stub};
use crate::{door, history::History, journal::Published};

/// Most bytes of a message that are read; none is larger.
const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// Most fates that are read.
const MOST_FATES: usize = 1_000_000;
/// Most copies of copies that are followed.
const MOST_COPIES: usize = 100;

/// The ledgers of all agents, read as one history.
#[derive(Debug)]
pub(super) struct LedgerHistory {
    state: Arc<DynamoState>,
    blobs: Arc<S3Blobs>,
    agents: Vec<Manifest>,
    clock: Arc<dyn Clock>,
    names: Names,
}

impl LedgerHistory {
    pub(super) fn new(
        state: Arc<DynamoState>,
        blobs: Arc<S3Blobs>,
        agents: Vec<Manifest>,
        clock: Arc<dyn Clock>,
        names: Names,
    ) -> Self {
        Self { state, blobs, agents, clock, names }
    }

    /// What the agents know of a run's events.
    async fn entries(&self, run: Uuid) -> anyhow::Result<Vec<LedgerEntry>> {
        let mut entries = Vec::new();
        for agent in &self.agents {
            entries.extend(self.state.entries_of_run(&agent.name, run).await?);
        }
        Ok(entries)
    }

    /// What an agent knows of an event; the first agent that knows it answers.
    async fn entry(&self, id: Uuid) -> anyhow::Result<Option<LedgerEntry>> {
        for agent in &self.agents {
            if let Some(entry) = self.state.entry(&agent.name, id).await? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// An event that no outbox has: from the quarantine, which keeps it whole, else what the ledger says of it.
    async fn outside(&self, entry: &LedgerEntry, before: Option<Timestamp>) -> anyhow::Result<Published> {
        let key = quarantine_key(&entry.agent, entry.event_id);
        if let Some((_, bytes)) = self.blobs.get_bytes(&key, MOST_BYTES).await?
            && let Ok(kept) = serde_json::from_slice::<Quarantined>(&bytes)
        {
            return Ok(from_quarantine(kept, entry, &self.names));
        }
        let record = self.record(ids::of_content(entry.event_id).0).await?;
        Ok(stub(entry, record.as_ref(), before))
    }

    async fn record(&self, content: Uuid) -> anyhow::Result<Option<ContentRecord>> {
        let document = self.state.get(&DocKey::new("content", content.to_string())).await?;
        Ok(document.and_then(|document| mesh_contracts::read(&document.body).ok()))
    }
}

#[async_trait]
impl History for LedgerHistory {
    async fn of_run(&self, run: Uuid) -> anyhow::Result<Vec<Published>> {
        let entries = self.entries(run).await?;
        let sent = entries.iter().flat_map(|entry| &entry.outbox).filter(|entry| entry.dispatched);
        let mut events: Vec<Published> = sent.map(|entry| published(&entry.message)).collect();
        events.sort_by_key(Published::time);
        let first = entries.iter().find(|entry| entry.event_id == run);
        if let Some(entry) = first.filter(|_| events.iter().all(|event| event.event_id != run)) {
            let first = self.outside(entry, events.first().map(Published::time)).await?;
            events.insert(0, first);
        }
        Ok(events)
    }

    async fn event(&self, id: Uuid) -> anyhow::Result<Option<Published>> {
        let Some(entry) = self.entry(id).await? else { return Ok(None) };
        let known = self.of_run(entry.correlation_id).await?.into_iter().find(|event| event.event_id == id);
        match known {
            Some(event) => Ok(Some(event)),
            None => Ok(Some(self.outside(&entry, None).await?)),
        }
    }

    async fn first(&self, run: Uuid) -> anyhow::Result<Option<Published>> {
        Ok(self.of_run(run).await?.into_iter().find(|event| event.event_id == run))
    }

    async fn about(&self, subject: Uuid) -> anyhow::Result<Vec<Published>> {
        if let Some(record) = self.record(subject).await? {
            return self.of_run(record.correlation_id.0).await;
        }
        // A content that never came to be: no index knows of it, but the fates name the runs that might have made it.
        let fates = self.state.list("fates", &IdRange::default(), MOST_FATES).await?;
        let mut runs = fates.iter().filter_map(|fate| fate.key.id.parse::<Uuid>().ok());
        match runs.find(|run| ids::of_content(*run).0 == subject) {
            Some(run) => self.of_run(run).await,
            None => Ok(Vec::new()),
        }
    }

    async fn requested_as(&self, request_id: &str) -> anyhow::Result<Option<Published>> {
        // The id of a request is made of site and request id; one for a named site is found as `site/request id`.
        let (site, id) = request_id.split_once('/').unwrap_or(("", request_id));
        for id in [ids::of_request("", request_id), ids::of_request(site, id)] {
            if let Some(event) = self.event(id).await? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    async fn newest_copy(&self, _: Uuid, run: Uuid) -> anyhow::Result<Option<Uuid>> {
        // The id of a copy is made of what it copies.
        let mut newest = None;
        for _ in 0..MOST_COPIES {
            let copy = ids::derive(newest.unwrap_or(run), &["copy", door::EMITTER]);
            if self.entry(copy).await?.is_none() {
                break;
            }
            newest = Some(copy);
        }
        Ok(newest)
    }

    async fn end(&self) -> anyhow::Result<u64> {
        Ok(u64::try_from(self.clock.now().0).unwrap_or(0))
    }

    async fn since(&self, _: u64, _: Option<&str>, _: usize) -> anyhow::Result<Vec<Published>> {
        bail!("topics keep nothing of what was published; `mesh tail` shows what is published from now on")
    }
}
