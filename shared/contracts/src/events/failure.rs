//! The one shape of every failure, and the failures of the content agents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Detail, Id, Int, List, Pointer, Text, Time,
    object::{object_only, word_only},
};

/// What kind of cause a failure has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum ErrorType {
    /// The message breaks its contract or a business rule.
    Validation,
    /// The model provider refused or failed.
    Model,
    /// Ours: store, queue, code.
    Infrastructure,
}
word_only!(ErrorType);

/// Tokens and money spent on the event before it failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct Cost {
    /// Tokens read by models.
    pub input_tokens: Int<0, 9_007_199_254_740_991>,
    /// Tokens written by models.
    pub output_tokens: Int<0, 9_007_199_254_740_991>,
    /// Millionths of a US dollar; absent when no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub micro_usd: Option<Int<0, 9_007_199_254_740_991>>,
}
object_only!(Cost);

impl Cost {
    /// Both together.
    #[must_use]
    pub fn plus(self, more: Self) -> Self {
        let sum = |a: Int<0, 9_007_199_254_740_991>, b: Int<0, 9_007_199_254_740_991>| {
            Int::clamp(a.get().saturating_add(b.get()))
        };
        let micro_usd = match (self.micro_usd, more.micro_usd) {
            (Some(a), Some(b)) => Some(sum(a, b)),
            (one, other) => one.or(other),
        };
        Self {
            input_tokens: sum(self.input_tokens, more.input_tokens),
            output_tokens: sum(self.output_tokens, more.output_tokens),
            micro_usd,
        }
    }
}

/// What every failure says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct Failure {
    /// Permanent code with a page in `contracts/errors/`: `WORD_COUNT_OUT_OF_RANGE`.
    pub code: Text<1, 80>,
    /// The kind of cause.
    pub error_type: ErrorType,
    /// One sentence for a person.
    pub error_message: Text<1, 1000>,
    /// What is wrong with which field.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub details: List<Detail, 50>,
    /// The agent that failed.
    pub agent: Text<1, 60>,
    /// Type of the event it failed on; absent when it could not be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_type: Option<Text<1, 100>>,
    /// Id of the event it failed on.
    pub event_id: Id,
    /// The topic, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_topic: Option<Text<1, 200>>,
    /// The article, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<Id>,
    /// The draft, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Int<1, 1000>>,
    /// The caller's own id of the request, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text<1, 200>>,
    /// Whether sending the same message again may help.
    pub retryable: bool,
    /// Whether this ends the run.
    pub r#final: bool,
    /// Whether the message waits in the dead-letter queue.
    pub dead_lettered: bool,
    /// Attempts made.
    pub attempts: Int<0, 1000>,
    /// The message as received, whole, in quarantine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Pointer>,
    /// What was spent.
    pub cost: Cost,
    /// When it failed.
    pub failed_at: Time,
}
object_only!(Failure);

/// Declares a failure event: `failure_event! { /// doc  Name, "Name", "name-v1" }`.
#[macro_export]
macro_rules! failure_event {
    ($(#[$doc:meta])* $name:ident, $event_type:literal, $contract:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub $crate::events::Failure);

        impl $crate::Contract for $name {
            const TYPE: &'static str = $event_type;
            const CONTRACT: &'static str = $contract;
            const CHANNEL: &'static str = "/content/errors";
            const FINALITY: $crate::Finality = $crate::Finality::Field;
        }
    };
}
pub use failure_event;

failure_event! {
    /// A message was rejected as invalid. Published to `/content/errors` by every agent.
    ValidationError, "ValidationError", "validation-error-v1"
}
failure_event! {
    /// Generating the article failed. Published to `/content/errors` by content-gen.
    GenFailure, "GenFailure", "gen-failure-v1"
}
failure_event! {
    /// The review could not be carried out. Published to `/content/errors` by review.
    ReviewError, "ReviewError", "review-error-v1"
}
failure_event! {
    /// Publishing the article failed. Published to `/content/errors` by publish.
    PublishFailure, "PublishFailure", "publish-failure-v1"
}
failure_event! {
    /// Index, feed or sitemap could not be built. Published to `/content/errors` by site; a notice, never final.
    SiteFailure, "SiteFailure", "site-failure-v1"
}
failure_event! {
    /// Rewriting the article failed. Published to `/content/errors` by refine.
    RefineFailure, "RefineFailure", "refine-failure-v1"
}
failure_event! {
    /// Planning or making images failed. Published to `/content/errors` by image-plan and image-render; a notice: publish
    /// decides what a missing part means.
    ImageFailure, "ImageFailure", "image-failure-v1"
}
failure_event! {
    /// Making metadata failed. Published to `/content/errors` by metadata; a notice: publish decides what a missing part
    /// means.
    MetadataFailure, "MetadataFailure", "metadata-failure-v1"
}
failure_event! {
    /// The status of a run could not be kept. Published to `/content/errors` by tracker; a notice, never final.
    TrackerFailure, "TrackerFailure", "tracker-failure-v1"
}
