//! What publish keeps: pages, their addresses, and the join of an article's parts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Id, Int, Language, List, Name, Slug, Text, Time,
    events::{ImagesReady, MetadataReady, Part, ReviewCompleted},
    object::{object_only, word_only},
};

/// Kind `publication`, written by publish: one page. Id: `{site}/{content_id}`, or `{site}/post-{post_id}` for the page of a
/// post. Owner: the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct PublicationRecord {
    /// The article.
    pub content_id: Id,
    /// The draft it was made from.
    pub revision: Int<1, 1000>,
    /// The title.
    pub title: Text<1, 300>,
    /// The summary.
    pub summary: Text<1, 300>,
    /// Path of the page below the site's address.
    pub path: Text<1, 200>,
    /// When it went online.
    pub published_at: Time,
    /// When its latest draft went online.
    pub updated_at: Time,
    /// When it was withdrawn; drafts asked for before are not published any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Time>,
    /// Path of its image for lists, below the site's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Text<1, 300>>,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
    /// Language.
    pub language: Language,
    /// True: a rule-based stand-in wrote it.
    pub offline: bool,
}
object_only!(PublicationRecord);

/// Kind `slug`, written by publish: which article has an address. Id: `{site}/{slug}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct SlugRecord {
    /// The article that has it, for good.
    pub content_id: Id,
    /// The slug.
    pub slug: Slug,
}
object_only!(SlugRecord);

/// Where a join stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum JoinState {
    /// Parts are missing.
    Waiting,
    /// The page is made.
    Published,
    /// The run ended without a page.
    Failed,
}
word_only!(JoinState);

/// Kind `join`, written by publish: the parts of one draft that have arrived. Id: `{content_id}#{revision}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct JoinRecord {
    /// The article.
    pub content_id: Id,
    /// The draft.
    pub revision: Int<1, 1000>,
    /// Where it stands.
    pub state: JoinState,
    /// The run of the reviewed text, which the join ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<Id>,
    /// The reviewed text; it says which parts are awaited. Its findings are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewCompleted>,
    /// The images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<ImagesReady>,
    /// The metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<MetadataReady>,
    /// Parts that came when the join was over already.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub stale: List<Part, 10>,
    /// When it stops waiting.
    pub due_at: Time,
    /// Last change.
    pub updated_at: Time,
}
object_only!(JoinRecord);
