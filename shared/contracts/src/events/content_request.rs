//! `ContentRequest`: somebody wants an article.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Feed, Source};
use crate::{Contract, Finality, Int, Language, List, Name, Text, object::object_only};

/// Asks for an article. Published to `/content/request` by anybody: a person, the gateway, another agent.
///
/// Source: ContentGen specification, section 4.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ContentRequest {
    /// Subject or title of the article: "Benefits of AI in Finance".
    pub content_topic: Text<1, 200>,
    /// Desired length in words. The upper bound is MAX_WORDS, which a deployment may lower.
    pub word_count: Int<300, 2000>,
    /// Extra context or outline, such as the audience; under 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_context: Option<Text<0, 1999>>,
    /// The caller's own id of the request; the same id from the same site is the same request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text<1, 200>>,
    /// The site the article is for; absent: `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_id: Option<Name>,
    /// The post the article belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
    /// Words the article should be found by.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub keywords: List<Text<1, 80>, 20>,
    /// Language of the article; absent: English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What the article may draw on and cite.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub sources: List<Source, 20>,
    /// Feeds whose entries the article may draw on and cite: the content of each (RSS, Atom, JSON Feed), not its address.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub feeds: List<Feed, 2>,
}
object_only!(ContentRequest);

impl Contract for ContentRequest {
    const TYPE: &'static str = "ContentRequest";
    const CONTRACT: &'static str = "content-request-v1";
    const CHANNEL: &'static str = "/content/request";
    const FINALITY: Finality = Finality::Step;
}
