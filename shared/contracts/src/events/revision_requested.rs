//! `RevisionRequested`: the review asks for another draft.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ContentReady, Finding};
use crate::{Contract, Finality, Id, Int, List, Name, Text, object::object_only};

/// The review found what a revision can mend, and revisions are left. Published to `/content/revise` by review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct RevisionRequested {
    /// The article.
    pub content_id: Id,
    /// The draft reviewed.
    pub revision: Int<1, 1000>,
    /// The topic as requested.
    pub content_topic: Text<1, 200>,
    /// What the review was told of the draft.
    pub ready: ContentReady,
    /// What to mend, gravest first.
    pub findings: List<Finding, 20>,
    /// Revisions left after this one.
    pub revisions_left: Int<0, 10>,
    /// The caller's own id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text<1, 200>>,
    /// The site.
    pub website_id: Name,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
}
object_only!(RevisionRequested);

impl Contract for RevisionRequested {
    const TYPE: &'static str = "RevisionRequested";
    const CONTRACT: &'static str = "revision-requested-v1";
    const CHANNEL: &'static str = "/content/revise";
    const FINALITY: Finality = Finality::Step;
}
