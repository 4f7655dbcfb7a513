//! Ports that answer at once. The ledger is a real one, as far as an agent without documents needs it: it knows what
//! was handled, under which lease, and keeps the outbox.

use std::{collections::BTreeMap, ops::Range, sync::Mutex, time::Duration};

use async_trait::async_trait;
use mesh_core::{
    message::Message,
    ports::{
        BeginRequest, Begun, BlobMeta, Blobs, ByteStream, Commit, CommitAnswer, Delivery, Depth, DocKey, Document,
        FailedEntry, IdRange, LedgerEntry, OutboundMessage, OutboxEntry, Page, PortError, Publisher, PutCondition,
        PutResult, Query, Queue, Receipt, StateStore, Suspension, Write,
    },
};
use uuid::Uuid;

/// What `echo` never does.
fn unused<T>(port: &'static str) -> Result<T, PortError> {
    Err(PortError::Unavailable { port, message: "not part of this measurement".into(), source: None })
}

/// Events this process has begun, by id.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<BTreeMap<Uuid, Entry>>);

#[derive(Debug)]
struct Entry {
    fingerprint: String,
    token: Uuid,
    done: bool,
    outbox: Vec<OutboxEntry>,
}

impl Ledger {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Uuid, Entry>) -> T) -> Result<T, PortError> {
        match self.0.lock() {
            Ok(mut entries) => Ok(work(&mut entries)),
            Err(_) => unused("state_store"),
        }
    }
}

#[async_trait]
impl StateStore for Ledger {
    async fn begin(&self, request: &BeginRequest) -> Result<Begun, PortError> {
        self.with(|entries| match entries.get_mut(&request.event_id) {
            Some(entry) if entry.fingerprint != request.fingerprint => Begun::Reused,
            Some(entry) if entry.done => {
                let undispatched = entry.outbox.iter().filter(|entry| !entry.dispatched).cloned().collect();
                Begun::Done { undispatched }
            }
            _ => {
                let fingerprint = request.fingerprint.clone();
                let entry = Entry { fingerprint, token: request.token, done: false, outbox: Vec::new() };
                entries.insert(request.event_id, entry);
                Begun::Started { attempt: 1, suspensions: 0 }
            }
        })
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        self.with(|entries| match entries.get_mut(&commit.event_id) {
            Some(entry) if entry.token == commit.token => {
                entry.done = true;
                entry.outbox.clone_from(&commit.outbox);
                CommitAnswer::Committed
            }
            _ => CommitAnswer::LeaseLost,
        })
    }

    async fn dispatched(&self, _: &str, event_id: Uuid, indices: &[u32]) -> Result<(), PortError> {
        self.with(|entries| {
            let outbox = entries.get_mut(&event_id).map(|entry| entry.outbox.iter_mut()).into_iter().flatten();
            outbox.filter(|entry| indices.contains(&entry.index)).for_each(|entry| entry.dispatched = true);
        })
    }

    async fn release(&self, _: &str, event_id: Uuid, _: Uuid, _: bool) -> Result<(), PortError> {
        self.with(|entries| drop(entries.remove(&event_id)))
    }

    async fn get(&self, _: &DocKey) -> Result<Option<Document>, PortError> {
        unused("state_store")
    }

    async fn list(&self, _: &str, _: &IdRange, _: usize) -> Result<Vec<Document>, PortError> {
        unused("state_store")
    }

    async fn query(&self, _: &Query) -> Result<Page, PortError> {
        unused("state_store")
    }

    async fn put(&self, _: &Write) -> Result<bool, PortError> {
        unused("state_store")
    }

    async fn suspend(&self, _: &Suspension) -> Result<bool, PortError> {
        unused("state_store")
    }

    async fn due(&self, _: &str, _: Duration, _: usize) -> Result<Vec<(Uuid, Vec<OutboxEntry>)>, PortError> {
        Ok(Vec::new())
    }

    async fn entry(&self, _: &str, _: Uuid) -> Result<Option<LedgerEntry>, PortError> {
        unused("state_store")
    }
}

/// Takes everything that is published, and has nothing.
#[derive(Debug)]
pub(crate) struct Nowhere;

#[async_trait]
impl Publisher for Nowhere {
    async fn publish(&self, _: &[Message]) -> Result<Vec<FailedEntry>, PortError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Blobs for Nowhere {
    async fn put(&self, _: &str, _: ByteStream, _: &str, _: PutCondition) -> Result<PutResult, PortError> {
        unused("blobs")
    }

    async fn get(&self, _: &str, _: Option<Range<u64>>) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
        unused("blobs")
    }

    async fn head(&self, _: &str) -> Result<Option<BlobMeta>, PortError> {
        unused("blobs")
    }

    async fn list(&self, _: &str, _: Option<&str>, _: usize) -> Result<Vec<BlobMeta>, PortError> {
        unused("blobs")
    }

    fn uri(&self, key: &str) -> String {
        key.to_owned()
    }

    fn key_of(&self, _: &str) -> Option<String> {
        None
    }
}

#[async_trait]
impl Queue for Nowhere {
    fn name(&self) -> &str {
        "nowhere"
    }

    async fn receive(&self, _: usize, _: Duration, _: Option<Duration>) -> Result<Vec<Delivery>, PortError> {
        Ok(Vec::new())
    }

    async fn send(&self, _: &[OutboundMessage]) -> Result<Vec<FailedEntry>, PortError> {
        unused("queue")
    }

    async fn ack(&self, _: &[Receipt]) -> Result<Vec<FailedEntry>, PortError> {
        Ok(Vec::new())
    }

    async fn nack(&self, _: &Receipt, _: Duration) -> Result<(), PortError> {
        unused("queue")
    }

    async fn depth(&self) -> Result<Depth, PortError> {
        Ok(Depth::default())
    }
}
