//! Keeping the record's status: what later agents say of the article is written here, by the record's one writer.

use mesh_contracts::{
    Id, Int, Text,
    events::{
        ContentPublished, ContentReady, ContentRejected, ContentWithdrawn, Cost, Failure, ImagesReady, MetadataReady,
        ReviewCompleted,
    },
    records::{ContentRecord, ContentStatus},
};
use mesh_core::{AgentError, Context, Event, Outcome, ports::Write};
use serde::de::DeserializeOwned;

use crate::record;

/// What an event says of an article.
#[derive(Default)]
struct News {
    content_id: Option<Id>,
    revision: i64,
    /// How far the draft is.
    status: Option<ContentStatus>,
    code: Option<Text<1, 80>>,
    /// What its stage has cost; each event is counted once, because it is handled once.
    cost: Cost,
    refined: Option<ContentReady>,
    published: Option<ContentPublished>,
}

/// Moves the record forward: the maximum by draft and stage, so a late event never sets it back.
pub(crate) async fn project(event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
    let news = news(event)?;
    let Some(content_id) = news.content_id else { return Ok(Outcome::nothing()) };
    let Some(document) = ctx.get("content", &content_id.to_string()).await? else {
        return Ok(Outcome::nothing());
    };
    let record = record::read(&document)?;
    let moved = moved(&record, news);
    if moved == record {
        return Ok(Outcome::nothing());
    }
    let moved = ContentRecord { updated_at: ctx.now().datetime().into(), ..moved };
    Ok(Outcome::nothing().write(Write::replace(&document, &moved)?))
}

fn news(event: &Event) -> Result<News, AgentError> {
    let of = |content_id, revision: Int<1, 1000>, status| News {
        content_id: Some(content_id),
        revision: revision.get(),
        status,
        ..News::default()
    };
    Ok(match event.event_type {
        "ContentReady" => {
            let ready: ContentReady = event.payload()?;
            if !ready.refined {
                // The agent's own; the record says all of it.
                return Ok(News::default());
            }
            let news = of(ready.content_id, ready.revision, Some(ContentStatus::ReadyForReview));
            News { cost: ready.cost, refined: Some(ready), ..news }
        }
        "ReviewCompleted" => {
            let review: ReviewCompleted = event.payload()?;
            of(review.content_id, review.revision, Some(ContentStatus::Reviewed))
        }
        "ImagesReady" => {
            let images: ImagesReady = event.payload()?;
            News { cost: images.cost, ..of(images.content_id, images.revision, None) }
        }
        "MetadataReady" => {
            let metadata: MetadataReady = event.payload()?;
            News { cost: metadata.cost, ..of(metadata.content_id, metadata.revision, None) }
        }
        "ContentRejected" => {
            let rejected: ContentRejected = event.payload()?;
            let code = rejected.findings.first().map(|finding| Text::clip(&finding.check));
            News { code, ..of(rejected.content_id, rejected.revision, Some(ContentStatus::Rejected)) }
        }
        "ContentPublished" => {
            let published: ContentPublished = event.payload()?;
            let news = of(published.content_id, published.revision, Some(ContentStatus::Published));
            News { published: Some(published), ..news }
        }
        "ContentWithdrawn" => {
            let withdrawn: ContentWithdrawn = event.payload()?;
            of(withdrawn.content_id, withdrawn.revision, Some(ContentStatus::Withdrawn))
        }
        _ => failed(&payload(event)?),
    })
}

fn payload<T: DeserializeOwned>(event: &Event) -> Result<T, AgentError> {
    mesh_contracts::read(&event.data).map_err(|message| AgentError::reject("CONTRACT_VIOLATION", message, vec![]))
}

/// A failure that ended the run. One that waits in a dead-letter queue may still heal, and then says what it cost.
fn failed(failure: &Failure) -> News {
    News {
        content_id: failure.content_id.filter(|_| failure.r#final),
        revision: failure.revision.map_or(1, |revision| revision.get()),
        status: Some(ContentStatus::Failed),
        code: Some(failure.code.clone()),
        cost: failure.cost,
        ..News::default()
    }
}

fn moved(record: &ContentRecord, news: News) -> ContentRecord {
    let mut moved = ContentRecord { cost: record.cost.plus(news.cost), ..record.clone() };
    if let Some(ready) = news.refined.filter(|ready| ready.revision >= record.revision) {
        moved.title = ready.title;
        moved.measured_word_count = ready.measured_word_count;
        moved.draft = ready.draft;
        moved.models = ready.models;
        moved.prompt_version = ready.prompt_version;
        moved.offline = ready.offline;
    }
    let stands = (record.revision.get(), stage(record.status));
    if let Some(status) = news.status.filter(|status| (news.revision, stage(*status)) > stands) {
        moved.revision = Int::clamp(news.revision);
        moved.status = status;
        moved.status_code = news.code;
        moved.page = news.published.as_ref().map(|published| published.page.clone()).or(moved.page);
        moved.url = news.published.map(|published| published.url).or(moved.url);
    }
    moved
}

/// How far a status is. A run has one end; of two runs with one revision (a request and its copy), a page that is online
/// stands, whatever the other came to.
fn stage(status: ContentStatus) -> u8 {
    match status {
        ContentStatus::ReadyForReview => 0,
        ContentStatus::Reviewed => 1,
        ContentStatus::Rejected | ContentStatus::Failed => 2,
        ContentStatus::Published => 3,
        ContentStatus::Withdrawn => 4,
    }
}
