//! An article somebody plans.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Id, List, Name, Text, Time, object::object_only};

/// Kind `posts`, written by the gateway: an article somebody plans. Id: the post. Owner: the site. Where it stands is
/// kept by tracker, in the record of its latest run.
///
/// Source: serverless blog pipeline, table Posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Post {
    /// The post.
    pub post_id: Name,
    /// The site.
    pub website_id: Name,
    /// Title of the article to write.
    pub title: Text<1, 200>,
    /// What it should say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<1, 1000>>,
    /// Words it should be found by; absent: the site's.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub keywords: List<Text<1, 80>, 20>,
    /// The latest run that was started for it (the document's `executionArn`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_id: Option<Id>,
    /// When it was first stored.
    pub created_at: Time,
    /// When it was stored last.
    pub updated_at: Time,
}
object_only!(Post);
