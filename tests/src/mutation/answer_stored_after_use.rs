//! An answer is stored only after the commit that used it: a crash before then pays twice.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use mesh_core::{
    Ports, ids,
    ports::{
        BlobMeta, Blobs, BlobsExt, ByteStream, Commit, CommitAnswer, PortError, PutCondition, PutResult, StateStore,
    },
};

use crate::hooks::{BlobHooks, StateHooks};

pub(super) fn mutate(ports: Ports) -> Ports {
    let held = Arc::new(Held::default());
    let flushes = Flushes { held: Arc::clone(&held), blobs: Arc::clone(&ports.blobs) };
    super::with_state(super::with_blobs(ports, &held), flushes)
}

/// Keeps answers in memory; a crash forgets them.
#[derive(Debug, Default)]
struct Held(Mutex<BTreeMap<String, (Bytes, String)>>);

#[async_trait]
impl BlobHooks for Held {
    async fn put(
        &self,
        inner: &dyn Blobs,
        key: &str,
        mut body: ByteStream,
        (media_type, condition): (&str, PutCondition),
    ) -> Result<PutResult, PortError> {
        if !key.starts_with("answers/") {
            return inner.put(key, body, media_type, condition).await;
        }
        let piece = body.next().await.expect("one piece")?;
        self.0.lock().expect("one thread").insert(key.into(), (piece.clone(), media_type.into()));
        Ok(PutResult::Stored(BlobMeta {
            key: key.into(),
            sha256: mesh_contracts::Sha256Hex::from_digest(&ids::sha256(&piece)),
            bytes: piece.len() as u64,
            media_type: media_type.into(),
            version: "0".into(),
        }))
    }
}

/// Stores them after each commit.
#[derive(Debug)]
struct Flushes {
    held: Arc<Held>,
    blobs: Arc<dyn Blobs>,
}

#[async_trait]
impl StateHooks for Flushes {
    async fn commit(&self, inner: &dyn StateStore, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let answer = inner.commit(commit).await?;
        let answers = std::mem::take(&mut *self.held.0.lock().expect("one thread"));
        for (key, (body, media_type)) in answers {
            self.blobs.put_bytes(&key, body, &media_type, PutCondition::IfAbsent).await?;
        }
        Ok(answer)
    }
}
