//! `PublicationDue`: an article has waited for its parts long enough.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Contract, Finality, Id, Int, Name, Text, object::object_only};

/// The longest an article waits for its parts is over. Published to `/content/due` by publish when the first part
/// arrives, held back until then; acked unread when the article is out by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct PublicationDue {
    /// The article.
    pub content_id: Id,
    /// The draft.
    pub revision: Int<1, 1000>,
    /// The topic as requested.
    pub content_topic: Text<1, 200>,
    /// The caller's own id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text<1, 200>>,
    /// The site.
    pub website_id: Name,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
}
object_only!(PublicationDue);

impl Contract for PublicationDue {
    const TYPE: &'static str = "PublicationDue";
    const CONTRACT: &'static str = "publication-due-v1";
    const CHANNEL: &'static str = "/content/due";
    const FINALITY: Finality = Finality::Step;
}
