//! `ContentRejected`: the article failed its review.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Finding;
use crate::{Contract, Finality, Id, Int, List, Name, Pointer, Text, Time, object::object_only};

/// The review rejects the article for good. Published to `/content/rejected` by review; ends the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ContentRejected {
    /// The article.
    pub content_id: Id,
    /// The draft reviewed.
    pub revision: Int<1, 1000>,
    /// The topic as requested.
    pub content_topic: Text<1, 200>,
    /// The draft, Markdown.
    pub draft: Pointer,
    /// Why, gravest first.
    pub findings: List<Finding, 50>,
    /// When the review ended.
    pub rejected_at: Time,
    /// The caller's own id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text<1, 200>>,
    /// The site.
    pub website_id: Name,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
}
object_only!(ContentRejected);

impl Contract for ContentRejected {
    const TYPE: &'static str = "ContentRejected";
    const CONTRACT: &'static str = "content-rejected-v1";
    const CHANNEL: &'static str = "/content/rejected";
    const FINALITY: Finality = Finality::Final;
}
