//! An object store in a map.

use std::{collections::BTreeMap, ops::Range, sync::Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use mesh_contracts::Sha256Hex;
use mesh_core::ports::{BlobMeta, Blobs, ByteStream, PortError, PutCondition, PutResult};
use sha2::{Digest, Sha256};

/// What an object store may do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlobsFlaw {
    OverwritesOnce,
    IgnoresIfMatch,
    RefusesWithoutMeta,
    KeepsVersion,
    KeepsHalfBodies,
    Hoards,
    OnePiece,
    WrongDigest,
    RangeBeyondFails,
    InclusiveRange,
    MetaOfThePart,
    FoldsCase,
    ListsAfterIncluded,
    ListsFoldersOnly,
    TakesAnyKey,
    OwnsEveryUri,
    ForgetsMediaType,
    UnescapedUris,
    FindsByPrefix,
    NeverOverwrites,
    ShortKeysOnly,
}

type Object = (BlobMeta, Bytes);

#[derive(Debug)]
pub(crate) struct MemoryBlobs {
    flaw: Option<BlobsFlaw>,
    objects: Mutex<(BTreeMap<String, Object>, u64)>,
}

const STEM: &str = "memory://store/";
const PIECE: usize = 64 * 1024;

impl MemoryBlobs {
    pub(crate) fn new(flaw: Option<BlobsFlaw>) -> Self {
        Self { flaw, objects: Mutex::default() }
    }

    fn has(&self, flaw: BlobsFlaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn check(&self, key: &str) -> Result<String, PortError> {
        let too_long = key.len() > 255 && self.has(BlobsFlaw::ShortKeysOnly);
        if too_long || !valid(key) && !self.has(BlobsFlaw::TakesAnyKey) {
            let value = format!("{key:?}");
            return Err(PortError::Limit { port: "blobs", field: "key".into(), value, limit: "a valid key".into() });
        }
        Ok(if self.has(BlobsFlaw::FoldsCase) { key.to_lowercase() } else { key.to_owned() })
    }

    fn find(&self, key: &str) -> Option<Object> {
        let objects = self.objects.lock().unwrap();
        let loose = || objects.0.iter().find(|(found, _)| found.starts_with(key)).map(|(_, object)| object);
        let object = objects.0.get(key).or_else(|| loose().filter(|_| self.has(BlobsFlaw::FindsByPrefix)));
        object.cloned()
    }

    /// The whole body, copied piece by piece: this store is memory, but it holds no piece of the caller's.
    async fn collect(&self, mut body: ByteStream) -> Result<Bytes, PortError> {
        if self.has(BlobsFlaw::Hoards) {
            let pieces: Vec<Bytes> = body.try_collect().await?;
            return Ok(pieces.concat().into());
        }
        let mut whole = Vec::new();
        while let Some(piece) = body.next().await {
            match piece {
                Ok(piece) => whole.extend_from_slice(&piece),
                Err(_) if self.has(BlobsFlaw::KeepsHalfBodies) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(whole.into())
    }

    fn allowed(&self, condition: &PutCondition, there: Option<&BlobMeta>) -> bool {
        match condition {
            PutCondition::IfAbsent => there.is_none() || self.has(BlobsFlaw::OverwritesOnce),
            PutCondition::IfMatch(version) => {
                there.is_some_and(|meta| meta.version == *version) || self.has(BlobsFlaw::IgnoresIfMatch)
            }
            PutCondition::Any => there.is_none() || !self.has(BlobsFlaw::NeverOverwrites),
        }
    }

    fn slice(&self, body: &Bytes, range: Option<Range<u64>>) -> Result<Bytes, PortError> {
        let Some(range) = range else {
            return Ok(body.clone());
        };
        let length = body.len() as u64;
        if range.start >= length && self.has(BlobsFlaw::RangeBeyondFails) {
            return Err(PortError::NotFound { port: "blobs", what: "the range".to_owned() });
        }
        let beyond = u64::from(self.has(BlobsFlaw::InclusiveRange));
        let end = range.end.saturating_add(beyond).min(length);
        let at = |place: u64| usize::try_from(place).unwrap();
        Ok(body.slice(at(range.start.min(end))..at(end)))
    }
}

fn valid(key: &str) -> bool {
    key.len() <= 1024 && key.split('/').all(|segment| !matches!(segment, "" | "." | ".."))
}

#[async_trait]
impl Blobs for MemoryBlobs {
    async fn put(
        &self,
        key: &str,
        body: ByteStream,
        media_type: &str,
        condition: PutCondition,
    ) -> Result<PutResult, PortError> {
        let key = self.check(key)?;
        let body = self.collect(body).await?;
        let mut objects = self.objects.lock().unwrap();
        let there = objects.0.get(&key).map(|(meta, _)| meta.clone());
        if !self.allowed(&condition, there.as_ref()) {
            return Ok(PutResult::Refused(there.filter(|_| !self.has(BlobsFlaw::RefusesWithoutMeta))));
        }
        objects.1 += u64::from(!self.has(BlobsFlaw::KeepsVersion));
        let hashed = if self.has(BlobsFlaw::WrongDigest) { key.as_bytes() } else { &body };
        let media_type = if self.has(BlobsFlaw::ForgetsMediaType) { "application/octet-stream" } else { media_type };
        let meta = BlobMeta {
            key: key.clone(),
            sha256: Sha256Hex::from_digest(&Sha256::digest(hashed).into()),
            bytes: body.len() as u64,
            media_type: media_type.to_owned(),
            version: format!("v{}", objects.1),
        };
        objects.0.insert(key, (meta.clone(), body));
        Ok(PutResult::Stored(meta))
    }

    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
        let Some((mut meta, body)) = self.find(&self.check(key)?) else {
            return Ok(None);
        };
        let part = self.slice(&body, range)?;
        if self.has(BlobsFlaw::MetaOfThePart) {
            meta.bytes = part.len() as u64;
        }
        let size = if self.has(BlobsFlaw::OnePiece) { usize::MAX } else { PIECE };
        let pieces: Vec<_> = part.chunks(size).map(|piece| Ok(part.slice_ref(piece))).collect();
        Ok(Some((meta, Box::pin(stream::iter(pieces)))))
    }

    async fn head(&self, key: &str) -> Result<Option<BlobMeta>, PortError> {
        Ok(self.find(&self.check(key)?).map(|(meta, _)| meta))
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<BlobMeta>, PortError> {
        let later = |key: &str| {
            after.is_none_or(|after| key > after || key == after && self.has(BlobsFlaw::ListsAfterIncluded))
        };
        let folder = |key: &str| {
            let inside = key.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
            inside || prefix.is_empty() || prefix.ends_with('/') || !self.has(BlobsFlaw::ListsFoldersOnly)
        };
        let objects = self.objects.lock().unwrap();
        let found = objects.0.iter().filter(|(key, _)| key.starts_with(prefix) && later(key) && folder(key));
        Ok(found.take(limit).map(|(_, (meta, _))| meta.clone()).collect())
    }

    fn uri(&self, key: &str) -> String {
        let key = if self.has(BlobsFlaw::UnescapedUris) { key.replace("%20", " ") } else { key.to_owned() };
        format!("{STEM}{key}")
    }

    fn key_of(&self, uri: &str) -> Option<String> {
        if self.has(BlobsFlaw::OwnsEveryUri) {
            return uri.splitn(4, '/').last().map(str::to_owned);
        }
        uri.strip_prefix(STEM).filter(|key| valid(key)).map(str::to_owned)
    }
}
