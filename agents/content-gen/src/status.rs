//! Keeping the record's status: what later agents say of the article is written here, by the record's one writer.

use mesh_contracts::{
    Id, Text,
    events::{ContentPublished, ContentRejected, Failure, ReviewCompleted},
    records::{ContentRecord, ContentStatus},
};
use mesh_core::{AgentError, Context, Event, Outcome, ports::Write};

use crate::record;

/// A change of status: the draft it is about, and how far that is.
struct Change {
    content_id: Id,
    revision: i64,
    status: ContentStatus,
    code: Option<Text<1, 80>>,
    published: Option<ContentPublished>,
}

/// Moves the record forward: the maximum by draft and stage, so a late event never sets it back.
pub(crate) async fn project(event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
    let Some(change) = change(event)? else { return Ok(Outcome::nothing()) };
    let Some(document) = ctx.get("content", &change.content_id.to_string()).await? else {
        return Ok(Outcome::nothing());
    };
    let record = record::read(&document)?;
    if (change.revision, stage(change.status)) <= (record.revision.get(), stage(record.status)) {
        return Ok(Outcome::nothing());
    }
    let published = change.published;
    let moved = ContentRecord {
        status: change.status,
        status_code: change.code,
        page: published.as_ref().map(|published| published.page.clone()),
        url: published.map(|published| published.url),
        updated_at: ctx.now().datetime().into(),
        ..record
    };
    Ok(Outcome::nothing().write(Write::replace(&document, &moved)?))
}

fn change(event: &Event) -> Result<Option<Change>, AgentError> {
    let plain = |content_id, revision, status| Change { content_id, revision, status, code: None, published: None };
    Ok(match event.event_type {
        "ReviewCompleted" => {
            let review: ReviewCompleted = event.payload()?;
            Some(plain(review.content_id, review.revision.get(), ContentStatus::Reviewed))
        }
        "ContentRejected" => {
            let rejected: ContentRejected = event.payload()?;
            let code = rejected.findings.first().map(|finding| Text::clip(&finding.check));
            let change = plain(rejected.content_id, rejected.revision.get(), ContentStatus::Rejected);
            Some(Change { code, ..change })
        }
        "ContentPublished" => {
            let published: ContentPublished = event.payload()?;
            let change = plain(published.content_id, published.revision.get(), ContentStatus::Published);
            Some(Change { published: Some(published), ..change })
        }
        _ => failed(
            &mesh_contracts::read::<Failure>(&event.data)
                .map_err(|m| AgentError::reject("CONTRACT_VIOLATION", m, vec![]))?,
        ),
    })
}

/// A failure that ended the run. One that waits in a dead-letter queue may still heal.
fn failed(failure: &Failure) -> Option<Change> {
    let content_id = failure.content_id.filter(|_| failure.r#final)?;
    let revision = failure.revision.map_or(1, |revision| revision.get());
    let code = Some(failure.code.clone());
    Some(Change { content_id, revision, status: ContentStatus::Failed, code, published: None })
}

/// How far a status is; the three ends of a run are as far as one another.
fn stage(status: ContentStatus) -> u8 {
    match status {
        ContentStatus::ReadyForReview => 0,
        ContentStatus::Reviewed => 1,
        ContentStatus::Rejected | ContentStatus::Published | ContentStatus::Failed => 2,
    }
}
