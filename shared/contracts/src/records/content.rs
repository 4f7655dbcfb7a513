//! What content-gen and review keep of an article.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Id, Int, Language, List, Name, Pointer, Text, Time,
    events::{Cost, Finding, Scores},
    object::{object_only, word_only},
};

/// Where an article stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum ContentStatus {
    /// A draft is stored.
    ReadyForReview,
    /// The review passed.
    Reviewed,
    /// The review rejected it.
    Rejected,
    /// The page is online.
    Published,
    /// A later stage failed for good.
    Failed,
    /// The page was taken off the site.
    Withdrawn,
}
word_only!(ContentStatus);

/// Kind `content`, written by content-gen: one article. Id: the content id. Owner: the site. Index: `topic:{normalised topic}`.
///
/// Source: ContentGen specification, sections 3.3 and 5.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ContentRecord {
    /// The article.
    pub content_id: Id,
    /// The topic as requested.
    pub content_topic: Text<1, 200>,
    /// The title.
    pub title: Text<1, 300>,
    /// Words asked for.
    pub word_count: Int<300, 2000>,
    /// Words measured.
    pub measured_word_count: Int<0, 100_000>,
    /// Where it stands.
    pub status: ContentStatus,
    /// Code of the failure or rejection, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_code: Option<Text<1, 80>>,
    /// The latest draft's number.
    pub revision: Int<1, 1000>,
    /// The draft, Markdown.
    pub draft: Pointer,
    /// The published page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Pointer>,
    /// Address of the published page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text<1, 500>>,
    /// The agent that made it, for the audit: always `content-gen`.
    pub created_by: Text<1, 60>,
    /// When the draft was made.
    pub created_at: Time,
    /// Last change.
    pub updated_at: Time,
    /// The run that made it.
    pub correlation_id: Id,
    /// The caller's own id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text<1, 200>>,
    /// The site.
    pub website_id: Name,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
    /// Language.
    pub language: Language,
    /// The models that wrote it.
    pub models: List<Text<1, 100>, 10>,
    /// Version of the prompt template.
    pub prompt_version: Text<1, 100>,
    /// True: a rule-based stand-in wrote it.
    pub offline: bool,
    /// What all its models have cost so far, those of images and metadata included.
    pub cost: Cost,
}
object_only!(ContentRecord);

/// Kind `review`, written by review: one review. Id: `{content_id}#{revision}`. Owner: the site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ReviewRecord {
    /// The article.
    pub content_id: Id,
    /// The draft.
    pub revision: Int<1, 1000>,
    /// True when it passed.
    pub passed: bool,
    /// What was measured.
    pub scores: Scores,
    /// What was found, gravest first.
    pub findings: List<Finding, 50>,
    /// When.
    pub reviewed_at: Time,
}
object_only!(ReviewRecord);

/// Kind `signature`, written by review: the fingerprint of a passed article's text, to find near-duplicates by.
/// Id: the content id. Owner: the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct SignatureRecord {
    /// The article.
    pub content_id: Id,
    /// Its title.
    pub title: Text<1, 300>,
    /// The normalised topic.
    pub topic: Text<0, 200>,
    /// MinHash over word 5-shingles, base64.
    pub signature: Text<1, 2000>,
    /// When it was made.
    pub created_at: Time,
}
object_only!(SignatureRecord);
