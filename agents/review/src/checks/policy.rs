//! The thresholds of all checks. Every one is a setting of the site; the defaults have their source in the field's comment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Thresholds of the checks. "Yoast" names the published scoring tables of the yoastseo package; "own" is this project's judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Bytes of Markdown above which the article is blocked unread (own: about four times the longest article).
    pub max_bytes: usize,
    /// Findings one check reports at most per severity (own).
    pub max_findings_per_check: usize,

    /// Share of the requested words by which the length may differ before a revision (ContentGen design: ±10 %).
    pub length_revise_tolerance: f64,
    /// Share of the requested words by which the length may differ before it blocks (own: twice the revision's).
    pub length_block_tolerance: f64,
    /// Words an article has at least, whatever was requested; the tolerances apply (ContentRequest; Yoast green from 300).
    pub min_words: usize,
    /// Words an article has at most, whatever was requested; the tolerances apply (ContentRequest).
    pub max_words: usize,

    /// Flesch reading ease, 0 to 100, below which is warned (Yoast: 60). English only.
    pub flesch_warn: f64,
    /// Flesch reading ease below which a revision is asked (Yoast: 50). English only.
    pub flesch_revise: f64,
    /// Words from which on readability is measured at all (own: shorter texts swing too much).
    pub readability_min_words: usize,
    /// Words a sentence may have before it counts as long (Yoast: 20).
    pub sentence_words: usize,
    /// The same for single languages, by ISO 639-1 code (Yoast: it 25; ru, he, tr 15).
    pub sentence_words_by_language: BTreeMap<String, usize>,
    /// Share of long sentences above which is warned (Yoast: 25 %).
    pub long_sentences_warn: f64,
    /// Share of long sentences above which a revision is asked (Yoast: 30 %).
    pub long_sentences_revise: f64,
    /// Words of a paragraph above which is warned (Yoast: 150).
    pub paragraph_words_warn: usize,
    /// Words of a paragraph above which a revision is asked (Yoast: 200).
    pub paragraph_words_revise: usize,
    /// Consecutive sentences with the same first word from which on a revision is asked (Yoast: 3).
    pub same_opening_run: usize,
    /// Share of sentences in the passive voice above which is warned (Yoast: 10 %). English only.
    pub passive_share_warn: f64,
    /// Share of sentences with a transition word below which is warned (Yoast: 20 %). English only.
    pub transition_share_warn: f64,
    /// Words from which on transition words are looked for (Yoast: 200).
    pub transition_min_words: usize,

    /// Words before the first subheading above which a revision is asked (Yoast: 300).
    pub words_before_subheading: usize,
    /// Words under one subheading above which a revision is asked (Yoast: 350).
    pub words_under_subheading: usize,

    /// Words a sentence has at least for its repetition to count (own: short phrases recur in good texts).
    pub repeated_sentence_min_words: usize,
    /// Share of a section's word 5-shingles found in another above which a revision is asked (own: 0.3).
    pub section_overlap_revise: f64,
    /// Words a section has at least to be compared with others (own).
    pub section_overlap_min_words: usize,
    /// Jaccard index of word 5-shingles with another article of the site from which on it blocks (Manning, IIR: 0.8).
    pub near_duplicate_block: f64,
    /// Jaccard index of word 5-shingles with another article from which on a revision is asked (own, calibrated: 0.5).
    pub near_duplicate_revise: f64,
    /// Days for which a topic counts as used; the caller chooses the recent articles by it (design: 90).
    pub prior_topic_days: u32,
    /// Jaccard index of the titles' word 3-shingles from which on a revision is asked (own: 0.6).
    pub title_similarity_revise: f64,

    /// Whether the built-in list of stock phrases of language models is looked for (own). English only.
    pub stock_phrases: bool,
    /// URL schemes links may have (own: https, mailto).
    pub link_schemes: Vec<String>,
    /// Characters of prose from which on the language is detected (own: below 200 it is unreliable).
    pub language_min_chars: usize,
    /// Occurrences of the keyphrase per word above which it counts as stuffing and blocks (Yoast: 4 %).
    pub keyphrase_density_block: f64,
    /// Words from which on keyphrase density is measured (Yoast: 100).
    pub keyphrase_min_words: usize,
}

impl Default for Policy {
    fn default() -> Self {
        let by_language = [("it", 25), ("ru", 15), ("he", 15), ("tr", 15)];
        Self {
            max_bytes: 64 * 1024,
            max_findings_per_check: 10,
            length_revise_tolerance: 0.10,
            length_block_tolerance: 0.20,
            min_words: 300,
            max_words: 2000,
            flesch_warn: 60.0,
            flesch_revise: 50.0,
            readability_min_words: 100,
            sentence_words: 20,
            sentence_words_by_language: by_language.into_iter().map(|(code, words)| (code.to_owned(), words)).collect(),
            long_sentences_warn: 0.25,
            long_sentences_revise: 0.30,
            paragraph_words_warn: 150,
            paragraph_words_revise: 200,
            same_opening_run: 3,
            passive_share_warn: 0.10,
            transition_share_warn: 0.20,
            transition_min_words: 200,
            words_before_subheading: 300,
            words_under_subheading: 350,
            repeated_sentence_min_words: 5,
            section_overlap_revise: 0.3,
            section_overlap_min_words: 20,
            near_duplicate_block: 0.8,
            near_duplicate_revise: 0.5,
            prior_topic_days: 90,
            title_similarity_revise: 0.6,
            stock_phrases: true,
            link_schemes: vec!["https".to_owned(), "mailto".to_owned()],
            language_min_chars: 200,
            keyphrase_density_block: 0.04,
            keyphrase_min_words: 100,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Policy;

    #[test]
    fn a_site_overrides_single_thresholds() {
        let policy: Policy = serde_json::from_str(r#"{"flesch_revise": 40.0, "min_words": 100}"#).unwrap();
        assert_eq!(policy, Policy { flesch_revise: 40.0, min_words: 100, ..Policy::default() });
    }

    #[test]
    fn a_misspelt_threshold_is_an_error() {
        assert!(serde_json::from_str::<Policy>(r#"{"flesh_revise": 40.0}"#).is_err());
    }

    #[test]
    fn survives_the_round_trip() {
        let policy = Policy::default();
        assert_eq!(serde_json::from_str::<Policy>(&serde_json::to_string(&policy).unwrap()).unwrap(), policy);
    }
}
