//! The reviewer: fetch, store a row, publish.

use std::sync::Arc;

use anyhow::Context as _;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use shove::{MessageHandler, MessageMetadata, Outcome};
use uuid::Uuid;

use crate::{
    Tools,
    topics::{ContentReady, Ready, ReviewCompleted, Reviewed},
};

pub(crate) struct Reviewer;

impl MessageHandler<Ready> for Reviewer {
    type Context = Arc<Tools>;

    async fn handle(&self, ready: ContentReady, _: MessageMetadata, tools: &Arc<Tools>) -> Outcome {
        tracing::info!(request_id = ready.request_id, "ContentReadyReceived");
        match review(&ready, tools).await {
            Ok(()) => Outcome::Ack,
            Err(error) => {
                tracing::warn!(request_id = ready.request_id, %error, "the attempt failed");
                Outcome::Retry
            }
        }
    }
}

async fn review(ready: &ContentReady, tools: &Tools) -> anyhow::Result<()> {
    let key = ready.draft.uri.strip_prefix(&format!("s3://{}/", tools.bucket())).context("a draft of ours")?;
    let draft = tools.s3.get_object().bucket(tools.bucket()).key(key).send().await?.body.collect().await?.to_vec();
    let words = String::from_utf8(draft)?.split_whitespace().count();
    // A row for each review that is carried out: a second one is seen.
    let put = tools.dynamodb.put_item().table_name(format!("{}-effects", tools.prefix));
    put.item("id", S(Uuid::new_v4().to_string()))
        .item("request_id", S(ready.request_id.clone()))
        .item("content_id", S(ready.content_id.clone()))
        .item("words", N(words.to_string()))
        .send()
        .await?;
    let reviewed = ReviewCompleted {
        content_id: ready.content_id.clone(),
        request_id: ready.request_id.clone(),
        draft: ready.draft.clone(),
        words,
    };
    tools.publisher.publish::<Reviewed>(&reviewed).await?;
    tracing::info!(request_id = ready.request_id, words, "ReviewCompletedEmitted");
    Ok(())
}
