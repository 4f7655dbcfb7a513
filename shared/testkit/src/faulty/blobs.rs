//! An object store that fails as planned.

use std::{ops::Range, sync::Arc};

use async_trait::async_trait;
use mesh_core::ports::{BlobMeta, Blobs, ByteStream, PortError, PutCondition, PutResult};

use super::FaultPlan;

/// A [`Blobs`] whose calls go through a [`FaultPlan`] as `blobs`.
#[derive(Debug)]
pub struct FaultyBlobs {
    inner: Arc<dyn Blobs>,
    plan: FaultPlan,
}

impl FaultyBlobs {
    /// Decorates an object store.
    pub fn new(inner: Arc<dyn Blobs>, plan: &FaultPlan) -> Self {
        Self { inner, plan: plan.clone() }
    }

    async fn through<T>(
        &self,
        operation: &'static str,
        key: &str,
        call: impl Future<Output = Result<T, PortError>>,
    ) -> Result<T, PortError> {
        self.plan.call("blobs", operation, key.to_owned(), call).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Blobs for FaultyBlobs {
    async fn put(
        &self,
        key: &str,
        body: ByteStream,
        media_type: &str,
        condition: PutCondition,
    ) -> Result<PutResult, PortError> {
        self.through("put", key, self.inner.put(key, body, media_type, condition)).await
    }

    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
        self.through("get", key, self.inner.get(key, range)).await
    }

    async fn head(&self, key: &str) -> Result<Option<BlobMeta>, PortError> {
        self.through("head", key, self.inner.head(key)).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<BlobMeta>, PortError> {
        self.through("list", prefix, self.inner.list(prefix, after, limit)).await
    }

    fn uri(&self, key: &str) -> String {
        self.inner.uri(key)
    }

    fn key_of(&self, uri: &str) -> Option<String> {
        self.inner.key_of(uri)
    }
}
