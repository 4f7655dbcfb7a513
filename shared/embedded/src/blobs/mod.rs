//! Large objects: heads in SQLite, bodies in files.
//!
//! A body is written once, to a file whose name says nothing of the key, and never changed: `blobs/.objects/<owner>/...`.
//! The head in the database names it. So the commit of the head is the one moment in which a put happens: a crash
//! before leaves a file nobody knows (removed when the dead process is taken over), and a reader never sees half of
//! anything. The names cannot leave the directory, differ in case only, or get too long, whatever the keys are.
//!
//! Keys under a browsable prefix (`site/`) can be read as plain files too, `blobs/site/index.html`: names for the same
//! bodies (hard links; copies where the file system has none), changed under the write lock, just before the commit. A
//! crash between the two leaves the plain file one write ahead of its head; taking over the dead process puts that
//! right. The plain files are a view: the store never reads them, and they are not to be edited. Where they cannot hold
//! a key (a file where a directory has to be, a name over 255 bytes, two keys differing in case on a file system that
//! does not care) the view lacks it, and the log says so.

mod body;
mod head;
mod key;
mod objects;
mod sweep;
#[cfg(test)]
mod tests;
mod view;

use std::{ops::Range, sync::Arc};

use async_trait::async_trait;
use mesh_core::ports::{BlobMeta, Blobs, ByteStream, PortError, PutCondition, PutResult, check_key};

pub(crate) use self::objects::Objects;
use crate::{Store, db::Scope};

const PORT: &str = "blobs";
const ROOT: &str = "mesh://local/";
/// How often a get looks again when the body was replaced between the look at the head and the opening.
const LOOKS: usize = 3;

/// Large objects. What they do is in [`Blobs`].
#[derive(Debug, Clone)]
pub struct EmbeddedBlobs {
    store: Store,
}

impl EmbeddedBlobs {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    async fn found(&self, key: &str) -> Result<Option<BlobMeta>, PortError> {
        check_key(key)?;
        let key = key.to_owned();
        self.store.core.db.read(PORT, move |scope: &Scope<'_>| head::find(scope, &key)).await
    }
}

#[async_trait]
impl Blobs for EmbeddedBlobs {
    async fn put(
        &self,
        key: &str,
        body: ByteStream,
        media_type: &str,
        condition: PutCondition,
    ) -> Result<PutResult, PortError> {
        let there = self.found(key).await?;
        // What is there stays there: a write-once key need not be sent a second time to be refused.
        if there.is_some() && condition == PutCondition::IfAbsent {
            return Ok(PutResult::Refused(there));
        }
        let objects = Arc::clone(&self.store.core.objects);
        let body = objects.write(body).await?;
        let put = head::Put { key: key.to_owned(), media_type: media_type.to_owned(), condition, body };
        self.store.core.db.write(PORT, move |scope| put.execute(scope, &objects)).await
    }

    async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
        for _ in 0..LOOKS {
            let Some(meta) = self.found(key).await? else { return Ok(None) };
            if let Some(body) = self.store.core.objects.read(&meta, range.clone())? {
                return Ok(Some((meta, body)));
            }
        }
        let message = "its body is missing".to_owned();
        Err(PortError::Corrupt { port: PORT, what: format!("the object {key}"), message })
    }

    async fn head(&self, key: &str) -> Result<Option<BlobMeta>, PortError> {
        self.found(key).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<BlobMeta>, PortError> {
        let (prefix, after) = (prefix.to_owned(), after.unwrap_or_default().to_owned());
        self.store.core.db.read(PORT, move |scope| head::list(scope, &prefix, &after, limit)).await
    }

    fn uri(&self, key: &str) -> String {
        format!("{ROOT}{key}")
    }

    fn key_of(&self, uri: &str) -> Option<String> {
        uri.strip_prefix(ROOT).filter(|key| check_key(key).is_ok()).map(str::to_owned)
    }
}
