//! Ports that do nothing and always agree: what is left of a handling is the runner's own work.

use std::{ops::Range, sync::Arc, time::Duration};

use async_trait::async_trait;
use mesh_contracts::Sha256Hex;
use mesh_core::{
    Ports, Timestamp,
    message::Message,
    ports::{
        BeginRequest, Begun, BlobMeta, Blobs, ByteStream, Clock, Commit, CommitAnswer, Delivery, Depth, DocKey,
        Document, Entropy, FailedEntry, IdRange, LedgerEntry, Models, OutboundMessage, OutboxEntry, Page, PortError,
        Publisher, PutCondition, PutResult, Query, Queue, Receipt, StateStore, Suspension, Write,
    },
};
use uuid::Uuid;

type Answer<T> = Result<T, PortError>;

/// Every port at once.
#[derive(Debug)]
pub struct Idle;

/// The ports of a runner.
#[must_use]
pub fn ports() -> Ports {
    Ports {
        state: Arc::new(Idle),
        blobs: Arc::new(Idle),
        publisher: Arc::new(Idle),
        models: Models::none(),
        clock: Arc::new(Idle),
        entropy: Arc::new(Idle),
        model_timeout: Duration::from_secs(1),
    }
}

#[async_trait]
impl StateStore for Idle {
    async fn get(&self, _: &DocKey) -> Answer<Option<Document>> {
        Ok(None)
    }

    async fn list(&self, _: &str, _: &IdRange, _: usize) -> Answer<Vec<Document>> {
        Ok(Vec::new())
    }

    async fn query(&self, _: &Query) -> Answer<Page> {
        Ok(Page::default())
    }

    async fn begin(&self, _: &BeginRequest) -> Answer<Begun> {
        Ok(Begun::Started { attempt: 1, suspensions: 0 })
    }

    async fn commit(&self, _: &Commit) -> Answer<CommitAnswer> {
        Ok(CommitAnswer::Committed)
    }

    async fn put(&self, _: &Write) -> Answer<bool> {
        Ok(true)
    }

    async fn dispatched(&self, _: &str, _: Uuid, _: &[u32]) -> Answer<()> {
        Ok(())
    }

    async fn release(&self, _: &str, _: Uuid, _: Uuid, _: bool) -> Answer<()> {
        Ok(())
    }

    async fn suspend(&self, _: &Suspension) -> Answer<bool> {
        Ok(true)
    }

    async fn due(&self, _: &str, _: Duration, _: usize) -> Answer<Vec<(Uuid, Vec<OutboxEntry>)>> {
        Ok(Vec::new())
    }

    async fn entry(&self, _: &str, _: Uuid) -> Answer<Option<LedgerEntry>> {
        Ok(None)
    }
}

#[async_trait]
impl Publisher for Idle {
    async fn publish(&self, _: &[Message]) -> Answer<Vec<FailedEntry>> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Queue for Idle {
    fn name(&self) -> &str {
        "idle"
    }

    async fn receive(&self, _: usize, _: Duration, _: Option<Duration>) -> Answer<Vec<Delivery>> {
        Ok(Vec::new())
    }

    async fn send(&self, _: &[OutboundMessage]) -> Answer<Vec<FailedEntry>> {
        Ok(Vec::new())
    }

    async fn ack(&self, _: &[Receipt]) -> Answer<Vec<FailedEntry>> {
        Ok(Vec::new())
    }

    async fn nack(&self, _: &Receipt, _: Duration) -> Answer<()> {
        Ok(())
    }

    async fn depth(&self) -> Answer<Depth> {
        Ok(Depth::default())
    }
}

#[async_trait]
impl Blobs for Idle {
    async fn put(&self, key: &str, _: ByteStream, media_type: &str, _: PutCondition) -> Answer<PutResult> {
        let (key, media_type) = (key.to_owned(), media_type.to_owned());
        let sha256 = Sha256Hex::from_digest(&[0; 32]);
        Ok(PutResult::Stored(BlobMeta { key, sha256, bytes: 0, media_type, version: String::new() }))
    }

    async fn get(&self, _: &str, _: Option<Range<u64>>) -> Answer<Option<(BlobMeta, ByteStream)>> {
        Ok(None)
    }

    async fn head(&self, _: &str) -> Answer<Option<BlobMeta>> {
        Ok(None)
    }

    async fn list(&self, _: &str, _: Option<&str>, _: usize) -> Answer<Vec<BlobMeta>> {
        Ok(Vec::new())
    }

    fn uri(&self, key: &str) -> String {
        format!("idle://{key}")
    }

    fn key_of(&self, uri: &str) -> Option<String> {
        uri.strip_prefix("idle://").map(str::to_owned)
    }
}

#[async_trait]
impl Clock for Idle {
    fn now(&self) -> Timestamp {
        Timestamp(1_790_000_000_000)
    }

    async fn sleep_until(&self, _: Timestamp) {
        std::future::pending().await
    }
}

impl Entropy for Idle {
    fn bits(&self) -> u128 {
        0x5eed
    }
}
