//! What a case of this suite works on, and the steps cases are made of.

use std::{any::Any, fmt, ops::Range, sync::Arc};

use bytes::Bytes;
use futures_util::TryStreamExt;
use mesh_contracts::Sha256Hex;
use mesh_core::ports::{BlobMeta, Blobs, BlobsExt, PutCondition, PutResult};
use sha2::{Digest, Sha256};

use crate::suite::{Said, Verdict, ensure_eq};

/// An empty store, and what is particular to it.
pub struct Fixture {
    /// The store under test.
    pub blobs: Arc<dyn Blobs>,
    /// Uris of other stores of the same sort, such as another bucket or another directory.
    pub foreign_uris: Vec<String>,
    /// Whatever must live as long as the store, such as a directory.
    pub keep: Option<Box<dyn Any + Send + Sync>>,
}

pub(super) const TEXT: &str = "text/plain; charset=utf-8";

impl Fixture {
    /// A store of which nothing particular is known.
    pub fn new(blobs: Arc<dyn Blobs>) -> Self {
        Self { blobs, foreign_uris: Vec::new(), keep: None }
    }

    pub(super) async fn put(&self, key: &str, body: &str, condition: PutCondition) -> Result<PutResult, String> {
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.blobs.put_bytes(key, body, TEXT, condition).await.said(&format!("put of {key:?}"))
    }

    /// Writes without a condition, and insists that it was stored.
    pub(super) async fn stored(&self, key: &str, body: &str) -> Result<BlobMeta, String> {
        match self.put(key, body, PutCondition::Any).await? {
            PutResult::Stored(meta) => Ok(meta),
            refused @ PutResult::Refused(_) => Err(format!("put of {key:?} without a condition: {refused:?}")),
        }
    }

    pub(super) async fn head(&self, key: &str) -> Result<Option<BlobMeta>, String> {
        self.blobs.head(key).await.said(&format!("head of {key:?}"))
    }

    /// The object's meta and the pieces of its body.
    pub(super) async fn pieces(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<(BlobMeta, Vec<Bytes>)>, String> {
        let Some((meta, body)) = self.blobs.get(key, range).await.said(&format!("get of {key:?}"))? else {
            return Ok(None);
        };
        Ok(Some((meta, body.try_collect().await.said(&format!("reading {key:?}"))?)))
    }

    /// Insists that the object's body is this.
    pub(super) async fn holds(&self, key: &str, body: &str) -> Verdict {
        self.slice(key, None, body).await
    }

    /// Insists that the range of the object's body is this.
    pub(super) async fn slice(&self, key: &str, range: Option<Range<u64>>, expected: &str) -> Verdict {
        let what = format!("the body of {key:?} in {range:?}");
        let Some((_, pieces)) = self.pieces(key, range).await? else {
            return Err(format!("{key:?} is not there"));
        };
        let body = pieces.concat();
        ensure_eq(&what, String::from_utf8_lossy(&body).as_ref(), expected)
    }
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fixture({:?})", self.blobs)
    }
}

pub(super) fn sha256(body: &[u8]) -> Sha256Hex {
    Sha256Hex::from_digest(&Sha256::digest(body).into())
}
