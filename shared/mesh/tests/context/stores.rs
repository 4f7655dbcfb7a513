//! As much of a state store and an object store as a handler's calls of models need.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;
use mesh_contracts::Sha256Hex;
use mesh_core::{
    ids,
    message::Message,
    ports::{
        BeginRequest, Begun, BlobMeta, Blobs, ByteStream, Commit, CommitAnswer, DocKey, Document, FailedEntry, IdRange,
        LedgerEntry, OutboxEntry, Page, PortError, Publisher, PutCondition, PutResult, Query, StateStore, Suspension,
        Write, WriteMode, one_chunk,
    },
};
use uuid::Uuid;

fn unused<T>(port: &'static str) -> Result<T, PortError> {
    Err(PortError::Unavailable { port, message: "not part of these tests".to_owned(), source: None })
}

/// Lets whoever else is under way go first, as a service does.
async fn others_first() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Documents that are read and put.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    documents: Mutex<BTreeMap<DocKey, Document>>,
    /// Somebody else is always faster.
    pub(crate) contested: AtomicBool,
}

#[async_trait]
impl StateStore for Shelf {
    async fn get(&self, key: &DocKey) -> Result<Option<Document>, PortError> {
        others_first().await;
        Ok(self.documents.lock().unwrap().get(key).cloned())
    }

    async fn put(&self, write: &Write) -> Result<bool, PortError> {
        others_first().await;
        if self.contested.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let mut documents = self.documents.lock().unwrap();
        let stored = documents.get(&write.document.key).map_or(0, |stored| stored.version);
        let expected = match write.mode {
            WriteMode::Create => 0,
            WriteMode::IfVersion(version) | WriteMode::Check(version) => version,
        };
        let holds = stored == expected;
        if holds {
            let document = Document { version: stored + 1, ..write.document.clone() };
            documents.insert(document.key.clone(), document);
        }
        Ok(holds)
    }

    async fn list(&self, _: &str, _: &IdRange, _: usize) -> Result<Vec<Document>, PortError> {
        unused("state_store")
    }

    async fn query(&self, _: &Query) -> Result<Page, PortError> {
        unused("state_store")
    }

    async fn begin(&self, _: &BeginRequest) -> Result<Begun, PortError> {
        unused("state_store")
    }

    async fn commit(&self, _: &Commit) -> Result<CommitAnswer, PortError> {
        unused("state_store")
    }

    async fn dispatched(&self, _: &str, _: Uuid, _: &[u32]) -> Result<(), PortError> {
        unused("state_store")
    }

    async fn release(&self, _: &str, _: Uuid, _: Uuid, _: bool) -> Result<(), PortError> {
        unused("state_store")
    }

    async fn suspend(&self, _: &Suspension) -> Result<bool, PortError> {
        unused("state_store")
    }

    async fn due(&self, _: &str, _: Duration, _: usize) -> Result<Vec<(Uuid, Vec<OutboxEntry>)>, PortError> {
        unused("state_store")
    }

    async fn entry(&self, _: &str, _: Uuid) -> Result<Option<LedgerEntry>, PortError> {
        unused("state_store")
    }
}

/// Objects that are written once and read.
#[derive(Debug, Default)]
pub(crate) struct Drawer(Mutex<BTreeMap<String, (BlobMeta, Bytes)>>);

#[async_trait]
impl Blobs for Drawer {
    async fn put(
        &self,
        key: &str,
        body: ByteStream,
        media_type: &str,
        condition: PutCondition,
    ) -> Result<PutResult, PortError> {
        assert_eq!(condition, PutCondition::IfAbsent, "answers are written once");
        let body: Vec<Bytes> = body.try_collect().await?;
        let body = Bytes::from(body.concat());
        let mut objects = self.0.lock().unwrap();
        if let Some((meta, _)) = objects.get(key) {
            return Ok(PutResult::Refused(Some(meta.clone())));
        }
        let meta = BlobMeta {
            key: key.to_owned(),
            sha256: Sha256Hex::from_digest(&ids::sha256(&body)),
            bytes: body.len() as u64,
            media_type: media_type.to_owned(),
            version: "1".to_owned(),
        };
        objects.insert(key.to_owned(), (meta.clone(), body));
        Ok(PutResult::Stored(meta))
    }

    async fn get(&self, key: &str, _: Option<Range<u64>>) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
        let found = self.0.lock().unwrap().get(key).cloned();
        Ok(found.map(|(meta, body)| (meta, one_chunk(body))))
    }

    async fn head(&self, _: &str) -> Result<Option<BlobMeta>, PortError> {
        unused("blobs")
    }

    async fn list(&self, _: &str, _: Option<&str>, _: usize) -> Result<Vec<BlobMeta>, PortError> {
        unused("blobs")
    }

    fn uri(&self, key: &str) -> String {
        format!("drawer://{key}")
    }

    fn key_of(&self, uri: &str) -> Option<String> {
        uri.strip_prefix("drawer://").map(str::to_owned)
    }
}

/// Nothing is published here.
#[derive(Debug)]
pub(crate) struct Silence;

#[async_trait]
impl Publisher for Silence {
    async fn publish(&self, _: &[Message]) -> Result<Vec<FailedEntry>, PortError> {
        unused("publisher")
    }
}
