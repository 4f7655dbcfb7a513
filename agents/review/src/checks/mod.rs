//! The checks of a review: pure functions from an article and a policy to findings. One file per check or small family.

mod article;
mod citations;
mod finding;
mod fixes;
mod headings;
mod html;
mod keyphrase;
mod language;
mod length;
mod links;
mod metrics;
mod originality;
mod phrases;
mod policy;
mod prior_topic;
mod readability;
mod repetition;
mod residue;
mod scores;
mod sensitive;
mod style;
mod truncation;

pub use article::{Article, RecentArticle, SiteArticle};
pub use finding::{Finding, Place, Severity, Verdict, verdict};
pub use fixes::minor_fixes;
pub use policy::Policy;
pub use scores::{FindingCounts, Scores};

use mesh_article::without_citations;

use finding::Sink;
use language::Detected;
use metrics::Metrics;

use crate::text::{Signature, Span, TextModel};

/// Everything a review yields.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// The findings, heaviest first.
    pub findings: Vec<Finding>,
    /// What follows from them.
    pub verdict: Verdict,
    /// The measurements.
    pub scores: Scores,
    /// The article's own signature, to be stored for the reviews of later articles.
    pub signature: Signature,
}

/// What the checks read.
pub(crate) struct Context<'a> {
    pub(crate) article: &'a Article<'a>,
    pub(crate) policy: &'a Policy,
    pub(crate) model: &'a TextModel,
    pub(crate) metrics: &'a Metrics,
    pub(crate) detected: Option<Detected>,
    /// Whether checks for English apply.
    pub(crate) english: bool,
}

impl Context<'_> {
    /// The place of a byte span of the text.
    pub(crate) fn place(&self, bytes: Span) -> Place {
        Place::new(self.model.line_of(bytes.start as usize), self.model.slice(bytes))
    }
}

type Check = fn(&Context<'_>, &mut Sink);

/// All checks, in the order their findings are listed within one severity.
const CHECKS: [Check; 18] = [
    truncation::check,
    residue::check,
    sensitive::check,
    html::check,
    links::check,
    citations::check,
    language::check,
    length::check,
    headings::check,
    repetition::check,
    originality::check,
    prior_topic::check,
    phrases::check,
    keyphrase::check,
    readability::check,
    style::openings,
    style::passive_voice,
    style::transition_words,
];

/// Runs every check. The same article and policy give the same review, always.
#[must_use]
pub fn review(article: &Article<'_>, policy: &Policy) -> Review {
    let readable = article.markdown.len() <= policy.max_bytes;
    // Readers see a number in the place of a citation; no other check has to do with it.
    let text = without_citations(if readable { article.markdown } else { "" });
    let model = TextModel::parse(&text);
    let detected = language::detect(&model, policy);
    let english = language::is_english(article.language, detected);
    let signature = Signature::of(&model);
    let metrics = Metrics::of(article, policy, &model, signature, english);
    let mut sink = Sink::new(policy.max_findings_per_check);
    if readable {
        let context = Context { article, policy, model: &model, metrics: &metrics, detected, english };
        CHECKS.iter().for_each(|check| check(&context, &mut sink));
    } else {
        sink.push(too_big(article, policy));
    }
    let findings = sink.into_findings();
    let scores = Scores::new(&metrics, &findings, article, detected);
    Review { verdict: verdict(&findings), scores, findings, signature }
}

/// The findings of [`review`] alone.
#[must_use]
pub fn run(article: &Article<'_>, policy: &Policy) -> Vec<Finding> {
    review(article, policy).findings
}

fn too_big(article: &Article<'_>, policy: &Policy) -> Finding {
    Finding::new("size", Severity::Block, "The text is far longer than an article and was not read.")
        .measured(format!("{} bytes", article.markdown.len()))
        .threshold(format!("at most {} bytes", policy.max_bytes))
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
