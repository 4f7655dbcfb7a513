//! Decorators of ports that change a call or two, and let the others through.

use std::{fmt::Debug, ops::Range, sync::Arc, time::Duration};

use async_trait::async_trait;
use mesh_core::ports::{
    BeginRequest, Begun, BlobMeta, Blobs, ByteStream, Commit, CommitAnswer, DocKey, Document, IdRange, LedgerEntry,
    OutboxEntry, Page, PortError, PutCondition, PutResult, Query, StateStore, Suspension, Write,
};
use uuid::Uuid;

type Due = Vec<(Uuid, Vec<OutboxEntry>)>;

/// What is done instead of a call to a [`StateStore`]; without an own method the call itself.
#[async_trait]
pub(crate) trait StateHooks: Debug + Send + Sync {
    async fn get(&self, inner: &dyn StateStore, key: &DocKey) -> Result<Option<Document>, PortError> {
        inner.get(key).await
    }

    async fn list(
        &self,
        inner: &dyn StateStore,
        kind: &str,
        range: &IdRange,
        limit: usize,
    ) -> Result<Vec<Document>, PortError> {
        inner.list(kind, range, limit).await
    }

    async fn query(&self, inner: &dyn StateStore, query: &Query) -> Result<Page, PortError> {
        inner.query(query).await
    }

    async fn begin(&self, inner: &dyn StateStore, request: &BeginRequest) -> Result<Begun, PortError> {
        inner.begin(request).await
    }

    async fn commit(&self, inner: &dyn StateStore, commit: &Commit) -> Result<CommitAnswer, PortError> {
        inner.commit(commit).await
    }

    async fn put(&self, inner: &dyn StateStore, write: &Write) -> Result<bool, PortError> {
        inner.put(write).await
    }

    async fn dispatched(
        &self,
        inner: &dyn StateStore,
        agent: &str,
        event_id: Uuid,
        indices: &[u32],
    ) -> Result<(), PortError> {
        inner.dispatched(agent, event_id, indices).await
    }

    async fn release(
        &self,
        inner: &dyn StateStore,
        (agent, event_id, token): (&str, Uuid, Uuid),
        counted: bool,
    ) -> Result<(), PortError> {
        inner.release(agent, event_id, token, counted).await
    }

    async fn suspend(&self, inner: &dyn StateStore, suspension: &Suspension) -> Result<bool, PortError> {
        inner.suspend(suspension).await
    }

    async fn due(
        &self,
        inner: &dyn StateStore,
        agent: &str,
        older_than: Duration,
        limit: usize,
    ) -> Result<Due, PortError> {
        inner.due(agent, older_than, limit).await
    }

    async fn entry(
        &self,
        inner: &dyn StateStore,
        agent: &str,
        event_id: Uuid,
    ) -> Result<Option<LedgerEntry>, PortError> {
        inner.entry(agent, event_id).await
    }
}

/// What is done instead of a call to a [`Blobs`]; without an own method the call itself.
#[async_trait]
pub(crate) trait BlobHooks: Debug + Send + Sync {
    async fn put(
        &self,
        inner: &dyn Blobs,
        key: &str,
        body: ByteStream,
        (media_type, condition): (&str, PutCondition),
    ) -> Result<PutResult, PortError> {
        inner.put(key, body, media_type, condition).await
    }

    async fn get(
        &self,
        inner: &dyn Blobs,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
        inner.get(key, range).await
    }

    async fn head(&self, inner: &dyn Blobs, key: &str) -> Result<Option<BlobMeta>, PortError> {
        inner.head(key).await
    }

    async fn list(
        &self,
        inner: &dyn Blobs,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<BlobMeta>, PortError> {
        inner.list(prefix, after, limit).await
    }
}

/// A port with hooks.
#[derive(Debug)]
pub(crate) struct Hooked<H: ?Sized, P: ?Sized> {
    inner: Arc<P>,
    hooks: Arc<H>,
}

impl<H: ?Sized, P: ?Sized> Hooked<H, P> {
    pub(crate) fn new(inner: Arc<P>, hooks: Arc<H>) -> Arc<Self> {
        Arc::new(Self { inner, hooks })
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<H: StateHooks + ?Sized> StateStore for Hooked<H, dyn StateStore> {
    async fn get(&self, key: &DocKey) -> Result<Option<Document>, PortError> {
        self.hooks.get(&*self.inner, key).await
    }

    async fn list(&self, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Document>, PortError> {
        self.hooks.list(&*self.inner, kind, range, limit).await
    }

    async fn query(&self, query: &Query) -> Result<Page, PortError> {
        self.hooks.query(&*self.inner, query).await
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Begun, PortError> {
        self.hooks.begin(&*self.inner, request).await
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        self.hooks.commit(&*self.inner, commit).await
    }

    async fn put(&self, write: &Write) -> Result<bool, PortError> {
        self.hooks.put(&*self.inner, write).await
    }

    async fn dispatched(&self, agent: &str, event_id: Uuid, indices: &[u32]) -> Result<(), PortError> {
        self.hooks.dispatched(&*self.inner, agent, event_id, indices).await
    }

    async fn release(&self, agent: &str, event_id: Uuid, token: Uuid, counted: bool) -> Result<(), PortError> {
        self.hooks.release(&*self.inner, (agent, event_id, token), counted).await
    }

    async fn suspend(&self, suspension: &Suspension) -> Result<bool, PortError> {
        self.hooks.suspend(&*self.inner, suspension).await
    }

    async fn due(&self, agent: &str, older_than: Duration, limit: usize) -> Result<Due, PortError> {
        self.hooks.due(&*self.inner, agent, older_than, limit).await
    }

    async fn entry(&self, agent: &str, event_id: Uuid) -> Result<Option<LedgerEntry>, PortError> {
        self.hooks.entry(&*self.inner, agent, event_id).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<H: BlobHooks + ?Sized> Blobs for Hooked<H, dyn Blobs> {
    async fn put(
        &self,
        key: &str,
        body: ByteStream,
        media_type: &str,
        condition: PutCondition,
    ) -> Result<PutResult, PortError> {
        self.hooks.put(&*self.inner, key, body, (media_type, condition)).await
    }

    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
        self.hooks.get(&*self.inner, key, range).await
    }

    async fn head(&self, key: &str) -> Result<Option<BlobMeta>, PortError> {
        self.hooks.head(&*self.inner, key).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<BlobMeta>, PortError> {
        self.hooks.list(&*self.inner, prefix, after, limit).await
    }

    fn uri(&self, key: &str) -> String {
        self.inner.uri(key)
    }

    fn key_of(&self, uri: &str) -> Option<String> {
        self.inner.key_of(uri)
    }
}
