//! What an article was asked for by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Post, WebsiteSettings};
use crate::{Int, List, Text, WebAddress, events::Source, object::object_only};

/// A source with the number it is cited by: `[#3]` in a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct NumberedSource {
    /// Its number.
    pub id: Int<1, 30>,
    /// Its title.
    pub title: Text<1, 200>,
    /// What it says.
    pub text: Text<1, 4000>,
    /// Where readers find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
}
object_only!(NumberedSource);

impl NumberedSource {
    /// A source under its number.
    #[must_use]
    pub fn new(id: Int<1, 30>, Source { title, text, url }: Source) -> Self {
        Self { id, title, text, url }
    }
}

/// Stored by content-gen as `briefs/{content_id}.r{revision}.json`: the site's settings, the post and the sources as they
/// were when the article was asked for, so that all agents of a run work by the same ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct Brief {
    /// The site's settings.
    pub website: WebsiteSettings,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Post>,
    /// What the article may cite, by number: the request's texts and feeds, then the site's.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub sources: List<NumberedSource, 30>,
}
object_only!(Brief);
