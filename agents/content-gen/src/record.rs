//! The content record: one document an article, of kind `content`.

use mesh_contracts::{
    Id, Name, Text,
    events::{ContentReady, ErrorType},
    records::{ContentRecord, ContentStatus},
    topic_key,
};
use mesh_core::{
    AgentError, Context, Event,
    ports::{Document, Write},
};

use crate::brief::Assignment;

/// What articles on the same topic of a site are found by.
pub(crate) fn topic_index(site: &Name, topic: &str) -> String {
    format!("topic:{}:{}", site.as_str(), topic_key(topic))
}

/// The record in a document.
pub(crate) fn read(document: &Document) -> Result<ContentRecord, AgentError> {
    mesh_contracts::read(&document.body).map_err(|message| {
        let message = format!("the content record {} cannot be read: {message}", document.key.id);
        AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, message)
    })
}

/// The write of a new draft's record.
pub(crate) fn write(
    ready: &ContentReady,
    assignment: &Assignment,
    event: &Event,
    ctx: &Context<'_>,
) -> Result<Write, AgentError> {
    let record = ContentRecord {
        content_id: ready.content_id,
        content_topic: ready.content_topic.clone(),
        title: ready.title.clone(),
        word_count: ready.word_count,
        measured_word_count: ready.measured_word_count,
        status: ContentStatus::ReadyForReview,
        status_code: None,
        revision: ready.revision,
        draft: ready.draft.clone(),
        page: None,
        url: None,
        created_by: Text::clip("content-gen"),
        created_at: ready.created_at,
        updated_at: ctx.now().datetime().into(),
        correlation_id: Id(event.correlation_id),
        request_id: ready.request_id.clone(),
        website_id: ready.website_id.clone(),
        post_id: ready.post_id.clone(),
        language: ready.language.clone(),
        models: ready.models.clone(),
        prompt_version: ready.prompt_version.clone(),
        offline: ready.offline,
        cost: ctx.spent(),
    };
    let write = match &assignment.stored {
        Some(document) => Write::replace(document, &record)?,
        None => Write::create("content", ready.content_id.to_string(), &record)?,
    };
    let index = topic_index(&ready.website_id, &ready.content_topic);
    Ok(write.owner(&ready.website_id).index(&index).sort(format!("{}#{}", ready.created_at, ready.content_id)))
}
