//! `ReviewCompleted`: the article passed its review.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Part;
use crate::{
    Contract, Finality, Id, Int, Language, List, Name, Pointer, Text, Time,
    object::{object_only, word_only},
};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
pub enum Severity {
    /// Recorded.
    Warn,
    /// Asks for a revision while revisions are left.
    Revise,
    /// Rejects the article.
    Block,
}
word_only!(Severity);

/// What a check of the review found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct Finding {
    /// The check: `length`.
    pub check: Text<1, 60>,
    /// How much it weighs.
    pub severity: Severity,
    /// What was measured.
    pub measured: Text<0, 200>,
    /// What is allowed.
    pub threshold: Text<0, 200>,
    /// Line of the draft, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Int<1, 1_000_000>>,
    /// The place in the text; secrets are masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Text<0, 200>>,
    /// One sentence for a person.
    pub message: Text<1, 300>,
}
object_only!(Finding);

/// What the review measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct Scores {
    /// Words.
    pub word_count: Int<0, 100_000>,
    /// Flesch reading ease times 100 (English); higher reads easier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flesch_x100: Option<Int<-100_000, 100_000>>,
    /// Share of long sentences, in percent.
    pub long_sentences_percent: Int<0, 100>,
    /// 100 minus the likeness (percent) to the most similar article of the site.
    pub originality_percent: Int<0, 100>,
    /// Findings that ask for a revision.
    pub revise: Int<0, 1000>,
    /// Findings that are only recorded.
    pub warn: Int<0, 1000>,
}
object_only!(Scores);

/// The article passed its review. Published to `/content/reviewed` by review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct ReviewCompleted {
    /// The article.
    pub content_id: Id,
    /// The draft reviewed.
    pub revision: Int<1, 1000>,
    /// The topic as requested.
    pub content_topic: Text<1, 200>,
    /// The title.
    pub title: Text<1, 300>,
    /// The summary.
    pub summary: Text<1, 300>,
    /// The text to publish, Markdown: the draft, or a copy with minor fixes.
    pub reviewed: Pointer,
    /// True when the review saved minor fixes.
    pub fixed: bool,
    /// What was measured.
    pub scores: Scores,
    /// What was found, gravest first.
    pub findings: List<Finding, 50>,
    /// The site's settings and the post as they were when the article was asked for; absent: the defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<Pointer>,
    /// What the page waits for besides the reviewed text.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub parts: List<Part, 5>,
    /// The models that wrote it.
    pub models: List<Text<1, 100>, 10>,
    /// Version of the prompt template.
    pub prompt_version: Text<1, 100>,
    /// True: a rule-based stand-in wrote it.
    pub offline: bool,
    /// When the draft was made.
    pub created_at: Time,
    /// When the review ended.
    pub reviewed_at: Time,
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
object_only!(ReviewCompleted);

impl Contract for ReviewCompleted {
    const TYPE: &'static str = "ReviewCompleted";
    const CONTRACT: &'static str = "review-completed-v1";
    const CHANNEL: &'static str = "/content/reviewed";
    const FINALITY: Finality = Finality::Step;
}
