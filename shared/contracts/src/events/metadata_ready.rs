//! `MetadataReady`: the article can be found and shared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cost, PartStatus};
use crate::{Contract, Finality, Id, Int, List, Name, Slug, Text, Time, object::object_only};

/// What search engines and link previews say of an article, within their limits (Yoast's assessments, Open Graph).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct Metadata {
    /// Title for search results, at most 600 pixels wide there.
    pub title: Text<1, 70>,
    /// Description for search results, more than 120 and fewer than 157 characters.
    pub description: Text<121, 156>,
    /// Last segment of the page's path, where the site leaves it to the title.
    pub slug: Slug,
    /// The phrase it should be found by.
    pub keyphrase: Text<1, 80>,
    /// Tags, most important first.
    pub keywords: List<Text<1, 80>, 20>,
    /// Title for link previews.
    pub og_title: Text<1, 95>,
    /// Description for link previews.
    pub og_description: Text<1, 200>,
}
object_only!(Metadata);

/// The metadata of an article have ended. Published to `/content/metadata` by metadata.
///
/// Source: serverless blog pipeline, function 5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct MetadataReady {
    /// The article.
    pub content_id: Id,
    /// The draft they were made from.
    pub revision: Int<1, 1000>,
    /// The topic as requested.
    pub content_topic: Text<1, 200>,
    /// How it ended: `degraded` when rules had to mend what the model gave.
    pub status: PartStatus,
    /// The metadata; absent when they failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// Why they are degraded or failed: a code with a page in `contracts/errors/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text<1, 80>>,
    /// The same in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text<1, 300>>,
    /// The model that wrote them, as `provider/model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Text<1, 100>>,
    /// Version of the prompt template.
    pub prompt_version: Text<1, 100>,
    /// True: a rule-based stand-in wrote them.
    pub offline: bool,
    /// What they cost.
    pub cost: Cost,
    /// When they ended.
    pub ready_at: Time,
    /// The caller's own id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text<1, 200>>,
    /// The site.
    pub website_id: Name,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
}
object_only!(MetadataReady);

impl Contract for MetadataReady {
    const TYPE: &'static str = "MetadataReady";
    const CONTRACT: &'static str = "metadata-ready-v1";
    const CHANNEL: &'static str = "/content/metadata";
    const FINALITY: Finality = Finality::Step;
}
