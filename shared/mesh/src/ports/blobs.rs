//! Large objects, addressed by key; events carry pointers to them (claim check).

use std::{fmt::Debug, ops::Range, pin::Pin};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use mesh_contracts::{Int, Pointer, Sha256Hex, Text};
use serde::{Deserialize, Serialize};

use super::PortError;

/// The longest key, in bytes.
const MAX_KEY: usize = 1_024;

/// A body in pieces.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, PortError>> + Send>>;

/// When a put may happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutCondition {
    /// Only when the key holds nothing: write once.
    IfAbsent,
    /// Only when the key holds the object with this version.
    IfMatch(String),
    /// Always.
    Any,
}

/// What a put did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutResult {
    /// The object is stored.
    Stored(BlobMeta),
    /// The condition did not hold; what is there, if anything.
    Refused(Option<BlobMeta>),
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobMeta {
    /// Its key, such as `drafts/{content_id}.md`.
    pub key: String,
    /// SHA-256 of the body.
    pub sha256: Sha256Hex,
    /// Length in bytes.
    pub bytes: u64,
    /// Media type, such as `text/markdown; charset=utf-8`.
    pub media_type: String,
    /// Changes with every write (an ETag).
    pub version: String,
}

/// An object store (Amazon S3).
///
/// Implementations
/// * MUST make a put visible as a whole or not at all, and durable before they answer;
/// * MUST evaluate the condition and the write as one step;
/// * MUST stream: neither put nor get holds a whole large object in memory;
/// * MUST refuse keys that are empty, absolute, longer than 1,024 bytes, or have `.`, `..` or empty segments;
/// * MUST resolve only uris of their own store in [`Blobs::key_of`] (a foreign bucket is somebody else's data).
#[async_trait]
pub trait Blobs: Debug + Send + Sync {
    /// Writes an object.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach or the key is invalid.
    async fn put(
        &self,
        key: &str,
        body: ByteStream,
        media_type: &str,
        condition: PutCondition,
    ) -> Result<PutResult, PortError>;

    /// Reads an object, or the bytes of `range` of it; `None` when there is none.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<(BlobMeta, ByteStream)>, PortError>;

    /// What is known of an object; `None` when there is none.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn head(&self, key: &str) -> Result<Option<BlobMeta>, PortError>;

    /// Up to `limit` objects whose keys start with `prefix`, in key order, after the key `after`.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<BlobMeta>, PortError>;

    /// The uri of a key, as pointers carry it.
    fn uri(&self, key: &str) -> String;

    /// The key of a uri; `None` when it belongs to another store.
    fn key_of(&self, uri: &str) -> Option<String>;
}

/// Conveniences over [`Blobs`] that an implementation cannot get wrong.
#[async_trait]
pub trait BlobsExt: Blobs {
    /// Writes a body held in memory.
    ///
    /// # Errors
    /// As [`Blobs::put`].
    async fn put_bytes(
        &self,
        key: &str,
        body: Bytes,
        media_type: &str,
        condition: PutCondition,
    ) -> Result<PutResult, PortError> {
        self.put(key, one_chunk(body), media_type, condition).await
    }

    /// Reads a whole object of at most `limit` bytes.
    ///
    /// # Errors
    /// [`PortError::Limit`] when it is larger; otherwise as [`Blobs::get`].
    async fn get_bytes(&self, key: &str, limit: u64) -> Result<Option<(BlobMeta, Bytes)>, PortError> {
        let Some((meta, mut body)) = self.get(key, None).await? else {
            return Ok(None);
        };
        if meta.bytes > limit {
            return Err(PortError::Limit {
                port: "blobs",
                field: meta.key,
                value: format!("{} bytes", meta.bytes),
                limit: format!("{limit} bytes"),
            });
        }
        let mut whole = BytesMut::with_capacity(usize::try_from(meta.bytes).unwrap_or(0));
        while let Some(piece) = body.next().await {
            whole.extend_from_slice(&piece?);
        }
        Ok(Some((meta, whole.freeze())))
    }

    /// The pointer to an object.
    fn pointer(&self, meta: &BlobMeta) -> Pointer {
        Pointer {
            uri: Text::clip(&self.uri(&meta.key)),
            sha256: meta.sha256.clone(),
            bytes: Int::clamp(i64::try_from(meta.bytes).unwrap_or(i64::MAX)),
            media_type: Text::clip(&meta.media_type),
        }
    }
}

impl<T: Blobs + ?Sized> BlobsExt for T {}

/// Refuses what is no key.
///
/// # Errors
/// [`PortError::Limit`] naming the key and what it breaks.
pub fn check_key(key: &str) -> Result<(), PortError> {
    let refused = |value: String, limit: &str| {
        Err(PortError::Limit { port: "blobs", field: "key".to_owned(), value, limit: limit.to_owned() })
    };
    if key.is_empty() || key.len() > MAX_KEY {
        return refused(format!("{} bytes", key.len()), "1 to 1024 bytes");
    }
    if key.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return refused(format!("{key:?}"), "segments that are not empty, . or ..");
    }
    Ok(())
}

/// A body of one piece.
#[must_use]
pub fn one_chunk(body: Bytes) -> ByteStream {
    Box::pin(stream::iter([Ok(body)]))
}
