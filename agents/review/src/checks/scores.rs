//! The measurements of a review, for the review event and for dashboards.

use serde::Serialize;

use super::language::Detected;
use super::metrics::Metrics;
use super::{Article, Finding, Severity};

/// How many findings there are of each severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FindingCounts {
    /// Findings that block.
    pub block: usize,
    /// Findings that ask for a revision.
    pub revise: usize,
    /// Warnings.
    pub warn: usize,
}

/// Measurements of one article. Shares and indices are rounded to three decimals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Words a reader sees, those in code blocks excepted.
    pub word_count: usize,
    /// Sentences of running text.
    pub sentence_count: usize,
    /// Paragraphs of the body.
    pub paragraph_count: usize,
    /// Words per sentence.
    pub mean_sentence_words: f64,
    /// Words of the longest sentence.
    pub longest_sentence_words: usize,
    /// Share of sentences that are too long, 0 to 1.
    pub long_sentence_share: f64,
    /// Flesch reading ease; English only.
    pub readability: Option<f64>,
    /// Share of sentences in the passive voice, 0 to 1; English only.
    pub passive_share: Option<f64>,
    /// Share of sentences with a transition word, 0 to 1; English only.
    pub transition_share: Option<f64>,
    /// 1 minus the Jaccard index with the most similar other article of the site; 1 when there is none.
    pub originality: f64,
    /// Content id of that article, when it has anything in common.
    pub most_similar: Option<String>,
    /// The language detected reliably, ISO 639-3.
    pub language: Option<&'static str>,
    /// How many findings there are.
    pub findings: FindingCounts,
}

impl Scores {
    pub(super) fn new(
        metrics: &Metrics,
        findings: &[Finding],
        article: &Article<'_>,
        detected: Option<Detected>,
    ) -> Self {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let nearest = metrics.nearest.filter(|(_, similarity)| *similarity > 0.0);
        Self {
            word_count: metrics.words,
            sentence_count: metrics.sentences,
            paragraph_count: metrics.paragraphs,
            mean_sentence_words: rounded(metrics.mean_sentence_words),
            longest_sentence_words: metrics.longest_sentence_words,
            long_sentence_share: rounded(metrics.long_sentences),
            readability: metrics.flesch.map(rounded),
            passive_share: metrics.passive_share.map(rounded),
            transition_share: metrics.transition_share.map(rounded),
            originality: rounded(1.0 - nearest.map_or(0.0, |(_, similarity)| similarity)),
            most_similar: nearest
                .and_then(|(index, _)| article.site_articles.get(index))
                .map(|other| other.content_id.to_owned()),
            language: detected.filter(|detected| detected.reliable).map(|detected| detected.language.code()),
            findings: FindingCounts {
                block: count(Severity::Block),
                revise: count(Severity::Revise),
                warn: count(Severity::Warn),
            },
        }
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::super::{Policy, SiteArticle, review};
    use super::*;
    use crate::text::{Signature, TextModel};

    #[test]
    fn originality_is_against_others_only() {
        let markdown = "A few words that are the same in both of the articles here.";
        let signature = Signature::of(&TextModel::parse(markdown));
        let site = [
            SiteArticle { content_id: "own", title: "t", signature },
            SiteArticle { content_id: "other", title: "t", signature },
        ];
        let article = Article { content_id: "own", markdown, site_articles: &site[..1], ..Article::default() };
        let scores = review(&article, &Policy::default()).scores;
        assert_eq!((scores.originality, scores.most_similar), (1.0, None));
        let scores = review(&Article { site_articles: &site, ..article }, &Policy::default()).scores;
        assert_eq!((scores.originality, scores.most_similar.as_deref()), (0.0, Some("other")));
    }

    #[test]
    fn counts_findings_and_rounds() {
        let review =
            review(&Article { markdown: "One two three. Four. Five six", ..Article::default() }, &Policy::default());
        assert_eq!(
            review.scores.findings.block,
            review.findings.iter().filter(|finding| finding.severity == Severity::Block).count()
        );
        assert_eq!(
            (review.scores.word_count, review.scores.sentence_count, review.scores.mean_sentence_words),
            (6, 3, 2.0)
        );
        assert_eq!(review.scores.language, None);
    }
}
