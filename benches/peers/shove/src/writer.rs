//! The writer: validate, ask, store, publish.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use shove::{MessageHandler, MessageMetadata, Outcome};
use uuid::Uuid;

use crate::{
    Tools,
    topics::{ContentReady, ContentRequest, Pointer, Ready, Requests},
};

pub(crate) struct Writer;

impl MessageHandler<Requests> for Writer {
    type Context = Arc<Tools>;

    async fn handle(&self, request: ContentRequest, _: MessageMetadata, tools: &Arc<Tools>) -> Outcome {
        tracing::info!(request_id = request.request_id, "ContentRequestReceived");
        if !request.is_valid() {
            tracing::error!(request_id = request.request_id, "the request breaks its contract");
            return Outcome::Reject;
        }
        match write(&request, tools).await {
            Ok(()) => Outcome::Ack,
            Err(error) => {
                tracing::warn!(request_id = request.request_id, %error, "the attempt failed");
                Outcome::Retry
            }
        }
    }
}

async fn write(request: &ContentRequest, tools: &Tools) -> anyhow::Result<()> {
    let prompt = format!("Write a {}-word article on {}.", request.word_count, request.content_topic);
    let text = tools.model.ask(&prompt).await?;
    let content_id = Uuid::new_v5(&Uuid::NAMESPACE_URL, request.request_id.as_bytes()).to_string();
    let key = format!("drafts/{content_id}.md");
    let draft = Pointer {
        uri: format!("s3://{}/{key}", tools.bucket()),
        sha256: Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect(),
        bytes: text.len(),
    };
    let put = tools.s3.put_object().bucket(tools.bucket()).key(key).content_type("text/markdown; charset=utf-8");
    put.body(text.into_bytes().into()).send().await?;
    let ready = ContentReady {
        content_id,
        request_id: request.request_id.clone(),
        content_topic: request.content_topic.clone(),
        word_count: request.word_count,
        draft,
    };
    tools.publisher.publish::<Ready>(&ready).await?;
    tracing::info!(request_id = request.request_id, bytes = ready.draft.bytes, "ContentReadyEmitted");
    Ok(())
}
