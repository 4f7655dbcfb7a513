//! What one event says of its run, read once, so that the projection knows no event types.

use mesh_contracts::{
    Contract, Id, Int, List, Name, Pointer, Text, Time,
    events::{
        ContentDrafted, ContentPublished, ContentReady, ContentRejected, ContentRequest, ContentWithdrawn, Cost,
        Failure, Finding, ImageItem, ImagesReady, MetadataReady, Part, ReviewCompleted,
    },
    records::{Cause, PostStatus, Stage},
};
use mesh_core::{AgentError, Event, ids};
use serde_json::Value;

/// What one event says of its run.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The event.
    pub event_id: Id,
    /// Its type.
    pub event_type: &'static str,
    /// Who said it.
    pub source: Text<1, 100>,
    /// When it was said.
    pub at: Time,
    /// The site.
    pub website_id: Option<Name>,
    /// The article.
    pub content_id: Option<Id>,
    /// The post.
    pub post_id: Option<Name>,
    /// The topic as requested.
    pub content_topic: Option<Text<1, 200>>,
    /// The draft it is about.
    pub revision: Option<Int<1, 1000>>,
    /// How far it says the run is; absent: it says nothing of that (a failure that ends nothing).
    pub stage: Option<Stage>,
    /// The post's status by it.
    pub status: PostStatus,
    /// Done by it, in percent.
    pub progress: i64,
    /// What the stage that ends with it cost.
    pub cost: Cost,
    /// Code of a failure.
    pub code: Option<Text<1, 80>>,
    /// Why the run ends without a page.
    pub cause: Option<Cause>,
    /// Why a message waits in a dead-letter queue.
    pub waiting: Option<Cause>,
    /// The article as it was drafted.
    pub raw: Option<Pointer>,
    /// The article as it was refined.
    pub refined: Option<Pointer>,
    /// The article as it passed its review.
    pub reviewed: Option<Pointer>,
    /// The images as they ended.
    pub images: Option<List<ImageItem, 10>>,
    /// What was published.
    pub published: Option<Published>,
    /// The notice in place of a withdrawn page, and its address.
    pub notice: Option<(Pointer, Text<1, 500>)>,
}

/// What a publication says.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Markdown with front matter.
    pub markdown: Pointer,
    /// The page.
    pub page: Pointer,
    /// Its address.
    pub url: Text<1, 500>,
    /// Its images.
    pub images: List<ImageItem, 10>,
    /// What it is without.
    pub degraded: List<Part, 5>,
}

impl Facts {
    /// Reads an event.
    ///
    /// # Errors
    /// [`AgentError::Reject`] when the type refuses what the schema allowed.
    pub fn of(event: &Event) -> Result<Self, AgentError> {
        let mut facts = Self::common(event);
        match event.event_type {
            ContentRequest::TYPE => {
                facts.website_id = Some(facts.website_id.unwrap_or_default());
                facts.content_id = Some(ids::of_content(event.origin.unwrap_or(event.id)));
                facts.reach(Stage::Requested, PostStatus::Pending, 5);
            }
            "WithdrawalRequested" => facts.reach(Stage::Requested, PostStatus::Pending, 5),
            ContentDrafted::TYPE | ContentReady::TYPE => facts.draft(event.payload()?, event.event_type),
            "RevisionRequested" => facts.reach(Stage::Revising, PostStatus::Processing, 45),
            ReviewCompleted::TYPE => {
                facts.reviewed = Some(event.payload::<ReviewCompleted>()?.reviewed);
                facts.reach(Stage::Reviewed, PostStatus::Processing, 60);
            }
            MetadataReady::TYPE => {
                facts.cost = event.payload::<MetadataReady>()?.cost;
                facts.reach(Stage::Reviewed, PostStatus::Processing, 65);
            }
            "ImageRequested" => facts.reach(Stage::Illustrating, PostStatus::GeneratingImages, 70),
            ImagesReady::TYPE => {
                let ready: ImagesReady = event.payload()?;
                (facts.cost, facts.images) = (ready.cost, Some(ready.images));
                facts.reach(Stage::Illustrated, PostStatus::GeneratingImages, 90);
            }
            ContentRejected::TYPE => facts.rejection(&event.payload()?),
            ContentPublished::TYPE => facts.publication(event.payload()?),
            ContentWithdrawn::TYPE => {
                let withdrawn: ContentWithdrawn = event.payload()?;
                facts.notice = Some((withdrawn.page, withdrawn.url));
                facts.reach(Stage::Withdrawn, PostStatus::Withdrawn, 100);
            }
            _ => facts.failure(failure(event)?),
        }
        Ok(facts)
    }

    /// What every event of an article says, where it says it.
    fn common(event: &Event) -> Self {
        let text = |field: &str| event.data.get(field).and_then(Value::as_str);
        Self {
            event_id: event.id.into(),
            event_type: event.event_type,
            source: Text::clip(&event.source),
            at: event.time.datetime().into(),
            website_id: text("website_id").and_then(|name| Name::new(name).ok()),
            content_id: text("content_id").and_then(|id| id.parse().ok()),
            post_id: text("post_id").and_then(|name| Name::new(name).ok()),
            content_topic: text("content_topic").and_then(|topic| Text::new(topic).ok()),
            revision: event.data.get("revision").and_then(Value::as_i64).and_then(Int::new),
            stage: None,
            status: PostStatus::Pending,
            progress: 0,
            cost: Cost::default(),
            code: None,
            cause: None,
            waiting: None,
            raw: None,
            refined: None,
            reviewed: None,
            images: None,
            published: None,
            notice: None,
        }
    }

    fn reach(&mut self, stage: Stage, status: PostStatus, progress: i64) {
        (self.stage, self.status, self.progress) = (Some(stage), status, progress);
    }

    fn draft(&mut self, ready: ContentReady, event_type: &str) {
        self.cost = ready.cost;
        if ready.refined {
            self.refined = Some(ready.draft);
        } else {
            self.raw = Some(ready.draft);
        }
        if event_type == ContentReady::TYPE {
            self.reach(Stage::Ready, PostStatus::Processing, 40);
        } else {
            self.reach(Stage::Drafted, PostStatus::Processing, 25);
        }
    }

    fn rejection(&mut self, rejected: &ContentRejected) {
        let first = rejected.findings.first();
        let code = first.map_or("review", |finding: &Finding| finding.check.as_str());
        let message = first.map_or("the review rejected it", |finding| finding.message.as_str());
        let cause = Cause { code: Text::clip(code), message: Text::clip(message), agent: Text::clip("review") };
        self.code = Some(cause.code.clone());
        self.cause = Some(cause);
        self.reach(Stage::Ended, PostStatus::Failed, 0);
    }

    fn publication(&mut self, published: ContentPublished) {
        let ContentPublished { markdown, page, url, images, degraded, .. } = published;
        self.published = Some(Published { markdown, page, url, images, degraded });
        self.reach(Stage::Ended, PostStatus::Complete, 100);
    }

    /// A message in a dead-letter queue will be charged when it is replayed, so its cost is not counted here.
    fn failure(&mut self, failure: Failure) {
        let cause = Cause { code: failure.code, message: failure.error_message, agent: failure.agent };
        self.code = Some(cause.code.clone());
        if !failure.dead_lettered {
            self.cost = failure.cost;
        }
        if failure.r#final {
            self.cause = Some(cause);
            self.reach(Stage::Ended, PostStatus::Failed, 0);
        } else if failure.dead_lettered {
            self.waiting = Some(cause);
        }
    }
}

fn failure(event: &Event) -> Result<Failure, AgentError> {
    mesh_contracts::read(&event.data).map_err(|message| AgentError::reject("CONTRACT_VIOLATION", message, Vec::new()))
}
