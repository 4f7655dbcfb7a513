//! Whether the article is as long as was asked for.

use super::Context;
use super::finding::{Finding, Severity, Sink};

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    let policy = context.policy;
    let words = context.metrics.words as f64;
    let bounds = (policy.min_words as f64, policy.max_words as f64);
    // The absolute limits are those of a request; what was asked for within them may miss them as it may miss any number.
    let nearest = words.clamp(bounds.0, bounds.1.max(bounds.0));
    let requested = context.article.requested_words.map(f64::from);
    let deviation = deviation(words, nearest).max(requested.map_or(0.0, |wanted| deviation(words, wanted)));
    let severity = if deviation > policy.length_block_tolerance + f64::EPSILON {
        Severity::Block
    } else if deviation > policy.length_revise_tolerance + f64::EPSILON {
        Severity::Revise
    } else {
        return;
    };
    let wanted = requested.unwrap_or(nearest);
    let message = if words < wanted { "The article is too short." } else { "The article is too long." };
    let window = (wanted * (1.0 - policy.length_revise_tolerance), wanted * (1.0 + policy.length_revise_tolerance));
    let threshold = format!("{:.0} to {:.0} words", window.0.ceil(), window.1.floor());
    out.push(Finding::new("length", severity, message).measured(format!("{words} words")).threshold(threshold));
}

fn deviation(words: f64, wanted: f64) -> f64 {
    if wanted > 0.0 { (words - wanted).abs() / wanted } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, findings, found, prose};
    use super::Severity::{self, Block, Revise};
    use crate::checks::Article;

    fn severity(words: usize, requested: Option<u32>) -> Vec<Severity> {
        found("length", &Article { requested_words: requested, ..article(&prose(1, words, 10)) })
    }

    #[test]
    fn a_tenth_is_tolerated() {
        for words in [450, 500, 550] {
            assert_eq!(severity(words, Some(500)), [], "{words}");
        }
    }

    #[test]
    fn up_to_a_fifth_is_revised() {
        for words in [400, 449, 551, 600] {
            assert_eq!(severity(words, Some(500)), [Revise], "{words}");
        }
    }

    #[test]
    fn more_than_a_fifth_blocks() {
        for words in [399, 601, 10] {
            assert_eq!(severity(words, Some(500)), [Block], "{words}");
        }
    }

    #[test]
    fn the_absolute_limits_hold_without_a_request() {
        for (words, expected) in [
            (270, None),
            (269, Some(Revise)),
            (239, Some(Block)),
            (2200, None),
            (2201, Some(Revise)),
            (2401, Some(Block)),
        ] {
            assert_eq!(severity(words, None), expected.into_iter().collect::<Vec<_>>(), "{words}");
        }
        assert_eq!(severity(100, Some(100)), [Block]);
    }

    #[test]
    fn says_the_window() {
        let text = prose(1, 400, 10);
        let finding = findings("length", &Article { requested_words: Some(500), ..article(&text) });
        assert_eq!(
            finding.first().map(|f| (f.measured.as_str(), f.threshold.as_str())),
            Some(("400 words", "450 to 550 words"))
        );
    }
}
