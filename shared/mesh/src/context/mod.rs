//! What a handler can do besides thinking: read, write blobs once, ask models once.

mod account;
mod ask;
mod ask_json;
mod budget;
mod render;

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use mesh_contracts::{Pointer, events::Cost, events::ErrorType};
use serde::de::DeserializeOwned;
use uuid::Uuid;

pub use account::Account;
pub use ask::Answer;
pub use render::Rendered;

use crate::{
    agent::AgentError,
    event::Event,
    ids,
    manifest::Manifest,
    ports::{BlobMeta, BlobsExt, DocKey, Document, IdRange, Page, PutCondition, PutResult, Query},
    runner::{Lease, Ports},
    time::Timestamp,
};

/// Most bytes of an object a handler reads into memory.
pub const MAX_READ_BYTES: u64 = 8 * 1024 * 1024;

/// A blob as it is stored now, whoever wrote it.
#[derive(Debug, Clone)]
pub struct StoredBlob {
    /// The pointer events carry.
    pub pointer: Pointer,
    /// The stored bytes, which are not the handler's when an earlier attempt wrote first.
    pub bytes: Bytes,
}

/// A handler's view of the mesh during one event.
#[derive(Debug)]
pub struct Context<'a> {
    manifest: &'a Manifest,
    ports: &'a Ports,
    event_id: Uuid,
    lease: Lease,
    spent: Mutex<Cost>,
    purse: Mutex<account::Purse>,
    chosen: Mutex<account::Chosen>,
    /// Whether an answer was bought during this attempt.
    bought: AtomicBool,
}

impl<'a> Context<'a> {
    /// The context of one attempt.
    #[must_use]
    pub fn new(manifest: &'a Manifest, ports: &'a Ports, event: &Event, lease: Lease) -> Self {
        let (spent, purse, chosen) = (Mutex::default(), Mutex::default(), Mutex::default());
        let bought = AtomicBool::new(false);
        Self { manifest, ports, event_id: event.id, lease, spent, purse, chosen, bought }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// When the handler must be done.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        self.lease.deadline
    }

    /// For handlers with many questions, before each: ends this attempt when what is left of its time may be too short for
    /// one more answer. The event comes again soon, and finds the answers bought so far. An attempt ends like this only once
    /// it has bought one, so each gets the event further, and none of them counts as failed.
    ///
    /// # Errors
    /// [`AgentError::Retry`] with `STEPS_LEFT`, to be passed on.
    pub fn next_step(&self) -> Result<(), AgentError> {
        let left = self.now().until(self.lease.deadline);
        if !self.bought.load(Ordering::Relaxed) || left >= self.ports.model_timeout {
            return Ok(());
        }
        Err(AgentError::Retry {
            code: "STEPS_LEFT",
            error_type: ErrorType::Infrastructure,
            message: format!(
                "{} s are left, and an answer may take {}",
                left.as_secs(),
                self.ports.model_timeout.as_secs()
            ),
            after: Some(Duration::ZERO),
            dependency: None,
            counted: false,
        })
    }

    /// Tokens and money of the answers used so far, whether bought now or by an earlier attempt.
    #[must_use]
    pub fn spent(&self) -> Cost {
        self.spent.lock().map(|spent| *spent).unwrap_or_default()
    }

    /// Reads a document.
    ///
    /// # Errors
    /// [`AgentError::Retry`] when the store is out of reach; [`AgentError::Fail`] when the manifest does not allow it.
    pub async fn get(&self, kind: &str, id: &str) -> Result<Option<Document>, AgentError> {
        self.check(self.manifest.may_read(kind), "reads", kind)?;
        Ok(self.ports.state.get(&DocKey::new(kind, id)).await?)
    }

    /// Lists documents in id order; strong.
    ///
    /// # Errors
    /// As [`Context::get`].
    pub async fn list(&self, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Document>, AgentError> {
        self.check(self.manifest.may_read(kind), "reads", kind)?;
        Ok(self.ports.state.list(kind, range, limit).await?)
    }

    /// Finds documents by owner or index, newest first; advisory.
    ///
    /// # Errors
    /// As [`Context::get`].
    pub async fn query(&self, query: &Query) -> Result<Page, AgentError> {
        self.check(self.manifest.may_read(&query.kind), "reads", &query.kind)?;
        Ok(self.ports.state.query(query).await?)
    }

    /// Fetches what a pointer of an event points at, and checks that it is what the pointer says.
    ///
    /// # Errors
    /// [`AgentError::Fail`] when it is gone, foreign, not allowed by the manifest, or not what the pointer says.
    pub async fn fetch(&self, pointer: &Pointer) -> Result<Bytes, AgentError> {
        let foreign =
            || AgentError::fail("POINTER_FOREIGN", ErrorType::Validation, "the pointer is not into our store");
        let key = self.ports.blobs.key_of(&pointer.uri).ok_or_else(foreign)?;
        self.check(self.manifest.may_fetch(&key), "blobs.reads", &key)?;
        let gone = || AgentError::fail("PAYLOAD_GONE", ErrorType::Infrastructure, format!("{key} does not exist"));
        let (_, bytes) = self.ports.blobs.get_bytes(&key, MAX_READ_BYTES).await?.ok_or_else(gone)?;
        if bytes.len() as u64 != pointer.bytes.count() || ids::sha256_hex(&bytes) != *pointer.sha256 {
            let message = format!("{key} is not what the pointer says (length or SHA-256 differs)");
            return Err(AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, message));
        }
        Ok(bytes)
    }

    /// Fetches the JSON document a pointer of an event points at.
    ///
    /// # Errors
    /// As [`Context::fetch`]; [`AgentError::Fail`] when it cannot be read.
    pub async fn fetch_json<T: DeserializeOwned>(&self, pointer: &Pointer) -> Result<T, AgentError> {
        ask::parse(&pointer.uri, &self.fetch(pointer).await?)
    }

    /// Stores a blob once. If an earlier attempt stored something under the key, that is what is returned, and counts.
    ///
    /// # Errors
    /// [`AgentError::Retry`] when the store is out of reach; [`AgentError::Fail`] when the manifest does not allow it.
    pub async fn put_once(&self, key: &str, body: Bytes, media_type: &str) -> Result<StoredBlob, AgentError> {
        self.check(self.manifest.may_put(key), "blobs.writes", key)?;
        let blobs = &self.ports.blobs;
        match blobs.put_bytes(key, body.clone(), media_type, PutCondition::IfAbsent).await? {
            PutResult::Stored(meta) => Ok(StoredBlob { pointer: blobs.pointer(&meta), bytes: body }),
            PutResult::Refused(_) => {
                let gone = || AgentError::fail("PAYLOAD_GONE", ErrorType::Infrastructure, format!("{key} vanished"));
                let (meta, bytes) = blobs.get_bytes(key, MAX_READ_BYTES).await?.ok_or_else(gone)?;
                Ok(StoredBlob { pointer: blobs.pointer(&meta), bytes })
            }
        }
    }

    /// Stores a text of this event once, as `{stem}.{extension}`. A further attempt at the event finds its own again. What
    /// another run left there is left alone (a copy of the event can have the same revision): then the name says what is
    /// in it, `{stem}.{start of its SHA-256}.{extension}`.
    ///
    /// # Errors
    /// As [`Context::put_once`].
    pub async fn put_apart(
        &self,
        stem: &str,
        extension: &str,
        body: Bytes,
        media_type: &str,
    ) -> Result<Pointer, AgentError> {
        let stored = self.put_once(&format!("{stem}.{extension}"), body.clone(), media_type).await?;
        if stored.bytes == body {
            return Ok(stored.pointer);
        }
        let sha256 = ids::sha256_hex(&body);
        let apart = format!("{stem}.{}.{extension}", &sha256[..12]);
        Ok(self.put_once(&apart, body, media_type).await?.pointer)
    }

    /// Reads a shared output with its version, to be replaced by [`Context::replace`].
    ///
    /// # Errors
    /// As [`Context::put_once`].
    pub async fn read_blob(&self, key: &str) -> Result<Option<(String, Bytes)>, AgentError> {
        self.check(self.manifest.may_fetch(key), "blobs.reads", key)?;
        let found = self.ports.blobs.get_bytes(key, MAX_READ_BYTES).await?;
        Ok(found.map(|(meta, bytes)| (meta.version, bytes)))
    }

    /// SHA-256 and version of a blob without reading it.
    ///
    /// # Errors
    /// As [`Context::put_once`].
    pub async fn head(&self, key: &str) -> Result<Option<BlobMeta>, AgentError> {
        self.check(self.manifest.may_fetch(key), "blobs.reads", key)?;
        Ok(self.ports.blobs.head(key).await?)
    }

    /// The pointer to a blob.
    #[must_use]
    pub fn pointer(&self, meta: &BlobMeta) -> Pointer {
        self.ports.blobs.pointer(meta)
    }

    /// What is known of every blob whose key starts with `prefix`.
    ///
    /// # Errors
    /// As [`Context::put_once`].
    pub async fn heads(&self, prefix: &str) -> Result<Vec<BlobMeta>, AgentError> {
        const PAGE: usize = 1000;
        self.check(self.manifest.may_fetch(prefix), "blobs.reads", prefix)?;
        let mut heads: Vec<BlobMeta> = Vec::new();
        loop {
            let after = heads.last().map(|meta| meta.key.clone());
            let page = self.ports.blobs.list(prefix, after.as_deref(), PAGE).await?;
            let last = page.len() < PAGE;
            heads.extend(page);
            if last {
                return Ok(heads);
            }
        }
    }

    /// Writes a shared output over the version that was read (`None`: nothing was there). False when somebody else wrote
    /// in between.
    ///
    /// # Errors
    /// As [`Context::put_once`].
    pub async fn replace(
        &self,
        key: &str,
        read: Option<&str>,
        body: Bytes,
        media_type: &str,
    ) -> Result<bool, AgentError> {
        self.check(self.manifest.may_put(key), "blobs.writes", key)?;
        let condition = read.map_or(PutCondition::IfAbsent, |version| PutCondition::IfMatch(version.to_owned()));
        let put = self.ports.blobs.put_bytes(key, body, media_type, condition).await?;
        Ok(matches!(put, PutResult::Stored(_)))
    }

    fn check(&self, allowed: bool, list: &str, what: &str) -> Result<(), AgentError> {
        if allowed {
            return Ok(());
        }
        let message = format!("agent.json of {} does not list {what} in {list}", self.manifest.name);
        Err(AgentError::Retry {
            code: "NOT_DECLARED",
            error_type: ErrorType::Infrastructure,
            message,
            after: None,
            dependency: None,
            counted: true,
        })
    }
}
