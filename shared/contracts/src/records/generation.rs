//! What tracker keeps of a run: where it stands, and how it got there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Id, Int, List, Name, Pointer, Text, Time,
    events::{Cost, ImageItem, Part},
    object::{object_only, word_only},
};

/// Status of a post (serverless blog pipeline, table Posts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum PostStatus {
    /// Asked for.
    Pending,
    /// Being written, refined or reviewed.
    Processing,
    /// Its images are being made.
    GeneratingImages,
    /// Published.
    Complete,
    /// Ended without a page; the cause says why.
    Failed,
    /// Taken off the site.
    Withdrawn,
}
word_only!(PostStatus);

/// How far a run is. Later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Stage {
    /// `ContentRequest`.
    Requested,
    /// `ContentDrafted`.
    Drafted,
    /// `ContentReady`.
    Ready,
    /// `RevisionRequested`.
    Revising,
    /// `ReviewCompleted`.
    Reviewed,
    /// `ImageRequested`.
    Illustrating,
    /// `ImagesReady`.
    Illustrated,
    /// A final event.
    Ended,
    /// `ContentWithdrawn`, in a run of its own.
    Withdrawn,
}
word_only!(Stage);

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct Cause {
    /// Permanent code with a page in `contracts/errors/`, or the check that rejected the article.
    pub code: Text<1, 80>,
    /// One sentence for a person.
    pub message: Text<1, 1000>,
    /// The agent that said so.
    pub agent: Text<1, 60>,
}
object_only!(Cause);

/// Kind `generation`, written by tracker: where a run stands, the greatest by end, draft and stage of all its events.
/// Id: the run. Owner: the site. Index: `content:{content_id}`; the latest run of a post is in the post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct GenerationRecord {
    /// The run, which is the id of its first event.
    pub run_id: Id,
    /// The article, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<Id>,
    /// The site.
    pub website_id: Name,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
    /// The topic as requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_topic: Option<Text<1, 200>>,
    /// Status of the post.
    pub status: PostStatus,
    /// How far it is.
    pub stage: Stage,
    /// The draft it is about; 0 while there is none.
    pub revision: Int<0, 1000>,
    /// Done, in percent; never falls.
    pub progress: Int<0, 100>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// A message of the run waits in a dead-letter queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Cause>,
    /// The article as it was drafted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Pointer>,
    /// The article as it was refined last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refined: Option<Pointer>,
    /// The article as it passed its review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Pointer>,
    /// The images.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub images: List<ImageItem, 10>,
    /// The article as it was published, Markdown with front matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_markdown: Option<Pointer>,
    /// The page, HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Pointer>,
    /// Address of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text<1, 500>>,
    /// Parts the page is without.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub degraded: List<Part, 5>,
    /// What all its models cost.
    pub cost: Cost,
    /// First event.
    pub started_at: Time,
    /// Latest event.
    pub updated_at: Time,
    /// The end, when it has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
}
object_only!(GenerationRecord);

/// Kind `timeline`, written by tracker: one event of a run. Id: `{run}/{time}-{event id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct TimelineRecord {
    /// The event.
    pub event_id: Id,
    /// Its type.
    pub event_type: Text<1, 100>,
    /// Who said it.
    pub source: Text<1, 100>,
    /// The draft it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Int<1, 1000>>,
    /// Code of a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text<1, 80>>,
    /// When it was said.
    pub at: Time,
}
object_only!(TimelineRecord);
