//! `ContentReady`: a draft waits for its review.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cost, Part};
use crate::{Contract, Finality, Id, Int, Language, List, Name, Pointer, Text, Time, object::object_only};

/// A draft is stored and ready for review. Published to `/content/ready` by content-gen (or refine).
///
/// Source: ContentGen specification, section 4.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ContentReady {
    /// Ties together all stages of the article.
    pub content_id: Id,
    /// Counts the drafts of the article, from 1.
    pub revision: Int<1, 1000>,
    /// The topic as requested.
    pub content_topic: Text<1, 200>,
    /// The article's title, its one H1.
    pub title: Text<1, 300>,
    /// The first sentences.
    pub summary: Text<1, 300>,
    /// Words asked for.
    pub word_count: Int<300, 2000>,
    /// Words measured.
    pub measured_word_count: Int<0, 100_000>,
    /// The draft, Markdown.
    pub draft: Pointer,
    /// The models that wrote it, as `provider/model`.
    pub models: List<Text<1, 100>, 10>,
    /// Version of the prompt template.
    pub prompt_version: Text<1, 100>,
    /// True: a machine wrote the text.
    pub generated: bool,
    /// True: a rule-based stand-in wrote it, not a language model.
    pub offline: bool,
    /// True when the model ended by itself, false when its answer had to be cut off.
    pub complete: bool,
    /// True when refine has rewritten it.
    pub refined: bool,
    /// What this draft cost, the ones before it left out.
    pub cost: Cost,
    /// The site's settings and the post as they were when the article was asked for; absent: the defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<Pointer>,
    /// What the page waits for besides the reviewed text.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub parts: List<Part, 5>,
    /// When the draft was made.
    pub created_at: Time,
    /// The caller's own id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text<1, 200>>,
    /// The site.
    pub website_id: Name,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
    /// Words the article should be found by.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub keywords: List<Text<1, 80>, 20>,
    /// Language of the article.
    pub language: Language,
}
object_only!(ContentReady);

impl Contract for ContentReady {
    const TYPE: &'static str = "ContentReady";
    const CONTRACT: &'static str = "content-ready-v1";
    const CHANNEL: &'static str = "/content/ready";
    const FINALITY: Finality = Finality::Step;
}

/// A draft is stored and waits for its refinement. Published to `/content/drafted` by content-gen when the site asks for
/// refinement; says the same as [`ContentReady`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ContentDrafted(pub ContentReady);

impl Contract for ContentDrafted {
    const TYPE: &'static str = "ContentDrafted";
    const CONTRACT: &'static str = "content-drafted-v1";
    const CHANNEL: &'static str = "/content/drafted";
    const FINALITY: Finality = Finality::Step;
}
