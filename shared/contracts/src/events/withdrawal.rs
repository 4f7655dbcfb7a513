//! The events by which an article is taken off the site.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Contract, Finality, Id, Int, Name, Pointer, Text, Time, object::object_only};

/// An article is to be taken off the site. Published to `/content/withdraw` by the gateway or the command line; starts a
/// run of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct WithdrawalRequested {
    /// The article.
    pub content_id: Id,
    /// The site.
    pub website_id: Name,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
    /// Why, as the notice on the page says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text<1, 300>>,
}
object_only!(WithdrawalRequested);

impl Contract for WithdrawalRequested {
    const TYPE: &'static str = "WithdrawalRequested";
    const CONTRACT: &'static str = "withdrawal-requested-v1";
    const CHANNEL: &'static str = "/content/withdraw";
    const FINALITY: Finality = Finality::Step;
}

/// The article is off the site: a notice stands in its place. Published to `/content/withdrawn` by publish; ends the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ContentWithdrawn {
    /// The article.
    pub content_id: Id,
    /// The draft that was published.
    pub revision: Int<1, 1000>,
    /// Path of the page below the site's address.
    pub path: Text<1, 200>,
    /// Absolute address of the page when the site has one, else the path.
    pub url: Text<1, 500>,
    /// The notice in its place, HTML.
    pub page: Pointer,
    /// Why, as the notice says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text<1, 300>>,
    /// When.
    pub withdrawn_at: Time,
    /// The site.
    pub website_id: Name,
    /// The post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Name>,
}
object_only!(ContentWithdrawn);

impl Contract for ContentWithdrawn {
    const TYPE: &'static str = "ContentWithdrawn";
    const CONTRACT: &'static str = "content-withdrawn-v1";
    const CHANNEL: &'static str = "/content/withdrawn";
    const FINALITY: Finality = Finality::Final;
}
