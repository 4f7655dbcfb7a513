//! Answers are kept under the hash of the request: one whose prompt has changed is bought again.

use std::{ops::Range, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use mesh_core::{
    Ports, Timestamp, ids,
    ports::{
        BlobMeta, Blobs, BlobsExt, ByteStream, ChatRequest, ChatResponse, ModelError, ModelErrorKind, PortError,
        PutCondition, PutResult, TextModel, Usage,
    },
};

use crate::hooks::BlobHooks;

pub(super) fn mutate(ports: Ports) -> Ports {
    let text = ports
        .models
        .text
        .clone()
        .map(|inner| -> Arc<dyn TextModel> { Arc::new(Hashed { inner, blobs: Arc::clone(&ports.blobs) }) });
    let mut ports = super::with_blobs(ports, &Arc::new(Blind));
    ports.models.text = text;
    ports
}

/// Does not find answers of texts under their event and step.
#[derive(Debug)]
struct Blind;

fn hidden(key: &str) -> bool {
    key.starts_with("answers/") && !key.starts_with("answers/image-render/")
}

#[async_trait]
impl BlobHooks for Blind {
    async fn put(
        &self,
        inner: &dyn Blobs,
        key: &str,
        body: ByteStream,
        (media_type, condition): (&str, PutCondition),
    ) -> Result<PutResult, PortError> {
        let condition = if hidden(key) { PutCondition::Any } else { condition };
        inner.put(key, body, media_type, condition).await
    }

    async fn get(
        &self,
        inner: &dyn Blobs,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<(BlobMeta, ByteStream)>, PortError> {
        if hidden(key) { Ok(None) } else { inner.get(key, range).await }
    }
}

/// Finds them by what was asked.
#[derive(Debug)]
struct Hashed {
    inner: Arc<dyn TextModel>,
    blobs: Arc<dyn Blobs>,
}

impl Hashed {
    fn broken(&self, why: &impl ToString) -> ModelError {
        ModelError {
            kind: ModelErrorKind::Transport,
            model: self.name().to_owned(),
            message: why.to_string(),
            retry_after: None,
            provider_request_id: None,
            usage: Usage::default(),
            cost_micro_usd: None,
        }
    }
}

#[async_trait]
impl TextModel for Hashed {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn is_offline(&self) -> bool {
        self.inner.is_offline()
    }

    fn quote(&self, request: &ChatRequest) -> Option<u64> {
        self.inner.quote(request)
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let asked = serde_json::to_vec(request).map_err(|error| self.broken(&error))?;
        let key = format!("answers-by-hash/{}", ids::sha256_hex(&asked));
        let stored = self.blobs.get_bytes(&key, 1 << 20).await.map_err(|error| self.broken(&error))?;
        if let Some((_, bytes)) = stored {
            return serde_json::from_slice(&bytes).map_err(|error| self.broken(&error));
        }
        let answer = self.inner.complete(request, deadline).await?;
        let body = serde_json::to_vec(&answer).map_err(|error| self.broken(&error))?;
        let put = self.blobs.put_bytes(&key, Bytes::from(body), "application/json", PutCondition::IfAbsent).await;
        put.map(|_| answer).map_err(|error| self.broken(&error))
    }
}
