//! A run as callers see it: tracker's record and timeline, in the camel case of the HTTP interface.

mod convert;

use mesh_contracts::{
    Id, Time,
    events::{Cost, ImageUse, Part, PartStatus},
    records::{GenerationRecord, Post, PostStatus, Stage, TimelineRecord},
};
use mesh_core::{
    Ports,
    ports::{DocKey, IdRange},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{problem::Problem, stored};

/// Most lines of a timeline that are shown.
const MOST_LINES: usize = 500;

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The run.
    pub tracking_id: Id,
    /// The site.
    pub website_id: String,
    /// The post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_id: Option<String>,
    /// The article.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<Id>,
    /// The topic as requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Status of the post.
    pub status: PostStatus,
    /// How far the run is.
    pub stage: Stage,
    /// The draft it is about; 0 while there is none.
    pub revision: i64,
    /// Done, in percent.
    pub progress: i64,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Reason>,
    /// Why it waits for an operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Reason>,
    /// What its models cost so far.
    pub cost: Spent,
    /// The article as drafted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Object>,
    /// The article as refined last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refined: Option<Object>,
    /// The article as it passed its review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Object>,
    /// The images.
    pub images: Vec<Image>,
    /// Where the article is as Markdown with front matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_markdown_uri: Option<String>,
    /// The same with size and hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_markdown: Option<Object>,
    /// The page, HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<Object>,
    /// Address of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Parts the page is without.
    pub degraded: Vec<Part>,
    /// Its events by time.
    pub timeline: Vec<Line>,
    /// First event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// Latest event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Time>,
    /// The end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
}

/// Why something failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// Permanent code.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// The agent that said so.
    pub agent: String,
}

/// Tokens and money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Spent {
    /// Tokens read and written by models.
    pub tokens: i64,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Millionths of a US dollar; absent when no price is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub micro_usd: Option<i64>,
}

/// A stored object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Object {
    /// Where it is.
    pub uri: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: i64,
    /// Media type.
    pub media_type: String,
}

/// One image of an article, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// Which image, from 1.
    pub number: i64,
    /// How it ended.
    pub status: PartStatus,
    /// Where it stands: 0 under the title, n under the n-th second-level heading.
    pub section: i64,
    /// What it shows.
    pub alt_text: String,
    /// The image as large as it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Object>,
    /// Files of it.
    pub files: Vec<File>,
    /// The model that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// True: a rule-based stand-in made it.
    pub offline: bool,
    /// Why it fell short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The same in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One file of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// What it is for.
    pub usage: ImageUse,
    /// Path below the site's address.
    pub path: String,
    /// The file.
    pub file: Object,
    /// Pixels.
    pub width: i64,
    /// Pixels.
    pub height: i64,
}

/// One event of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The event.
    pub event_id: Id,
    /// Its type.
    pub event_type: String,
    /// Who said it.
    pub source: String,
    /// The draft it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// Code of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When it was said.
    pub at: Time,
}

impl Status {
    /// What a record and a timeline say.
    #[must_use]
    pub fn of(record: GenerationRecord, timeline: Vec<Line>) -> Self {
        let GenerationRecord { final_markdown, images, degraded, .. } = record;
        Self {
            tracking_id: record.run_id,
            website_id: record.website_id.to_string(),
            post_id: record.post_id.map(|post| post.to_string()),
            content_id: record.content_id,
            topic: record.content_topic.map(|topic| topic.to_string()),
            status: record.status,
            stage: record.stage,
            revision: record.revision.get(),
            progress: record.progress.get(),
            cause: record.cause.map(Reason::from),
            waiting: record.waiting.map(Reason::from),
            cost: record.cost.into(),
            raw: record.raw.map(Object::from),
            refined: record.refined.map(Object::from),
            reviewed: record.reviewed.map(Object::from),
            images: images.iter().cloned().map(Image::from).collect(),
            final_markdown_uri: final_markdown.as_ref().map(|pointer| pointer.uri.to_string()),
            final_markdown: final_markdown.map(Object::from),
            page: record.page.map(Object::from),
            url: record.url.map(|url| url.to_string()),
            degraded: degraded.to_vec(),
            timeline,
            started_at: Some(record.started_at),
            updated_at: Some(record.updated_at),
            ended_at: record.ended_at,
        }
    }

    /// A run of a post that was submitted, and that nobody has heard of yet.
    #[must_use]
    pub fn pending(run: Id, post: &Post) -> Self {
        Self {
            tracking_id: run,
            website_id: post.website_id.to_string(),
            post_id: Some(post.post_id.to_string()),
            content_id: Some(mesh_core::ids::of_content(run.0)),
            topic: Some(post.title.to_string()),
            status: PostStatus::Pending,
            stage: Stage::Requested,
            revision: 0,
            progress: 0,
            cause: None,
            waiting: None,
            cost: Cost::default().into(),
            raw: None,
            refined: None,
            reviewed: None,
            images: Vec::new(),
            final_markdown_uri: None,
            final_markdown: None,
            page: None,
            url: None,
            degraded: Vec::new(),
            timeline: Vec::new(),
            started_at: None,
            updated_at: None,
            ended_at: None,
        }
    }

    /// Whether the run is over.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended_at.is_some()
    }
}

/// Tracker's record of a run.
pub(crate) async fn record(ports: &Ports, run: Id) -> Result<Option<GenerationRecord>, Problem> {
    let stored = ports.state.get(&DocKey::new("generation", run.to_string())).await?;
    stored.as_ref().map(|document| stored::decode(document).map(|stored| stored.value)).transpose()
}

/// The events of a run by time.
pub(crate) async fn timeline(ports: &Ports, run: Id) -> Result<Vec<Line>, Problem> {
    // `0` is the character after `/`.
    let range = IdRange { from: Some(format!("{run}/")), to: Some(format!("{run}0")) };
    let lines = ports.state.list("timeline", &range, MOST_LINES).await?;
    lines.iter().map(|line| stored::decode::<TimelineRecord>(line).map(|stored| stored.value.into())).collect()
}
