//! `ContentPublished`: the article is on the site.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ImageItem, Part};
use crate::{Contract, Finality, Id, Int, Language, List, Name, Pointer, Text, Time, object::object_only};

/// The article's page is online. Published to `/content/published` by publish; ends the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ContentPublished {
    /// The article.
    pub content_id: Id,
    /// The draft it was made from.
    pub revision: Int<1, 1000>,
    /// The topic as requested.
    pub content_topic: Text<1, 200>,
    /// The title.
    pub title: Text<1, 300>,
    /// The summary.
    pub summary: Text<1, 300>,
    /// Last segment of the page's path.
    pub slug: Text<1, 75>,
    /// Path of the page below the site's address: `posts/{slug}/`.
    pub path: Text<1, 200>,
    /// Absolute address of the page when the site has one, else the path.
    pub url: Text<1, 500>,
    /// The page, HTML.
    pub page: Pointer,
    /// The article as Markdown with front matter.
    pub markdown: Pointer,
    /// The images on the page, in order.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub images: List<ImageItem, 10>,
    /// Parts that are missing or fell short, where the site takes a page without them.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub degraded: List<Part, 5>,
    /// Words.
    pub word_count: Int<0, 100_000>,
    /// The models that wrote it.
    pub models: List<Text<1, 100>, 10>,
    /// True: a machine wrote the text.
    pub generated: bool,
    /// True: a rule-based stand-in wrote it.
    pub offline: bool,
    /// When it went online.
    pub published_at: Time,
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
object_only!(ContentPublished);

impl Contract for ContentPublished {
    const TYPE: &'static str = "ContentPublished";
    const CONTRACT: &'static str = "content-published-v1";
    const CHANNEL: &'static str = "/content/published";
    const FINALITY: Finality = Finality::Final;
}
