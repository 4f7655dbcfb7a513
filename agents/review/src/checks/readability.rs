//! Whether the article reads easily: Flesch reading ease, long sentences, long paragraphs.

use super::Context;
use super::finding::{Finding, Severity, Sink, percent};
use crate::text::BlockKind;

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    if context.metrics.words >= context.policy.readability_min_words {
        reading_ease(context, out);
        sentence_length(context, out);
    }
    paragraph_length(context, out);
}

/// The severity of a value that is bad when it is large.
fn above(value: f64, warn: f64, revise: f64) -> Option<(Severity, f64)> {
    if value > revise {
        Some((Severity::Revise, revise))
    } else if value > warn {
        Some((Severity::Warn, warn))
    } else {
        None
    }
}

fn reading_ease(context: &Context<'_>, out: &mut Sink) {
    let policy = context.policy;
    let Some(flesch) = context.metrics.flesch else { return };
    let Some((severity, limit)) = above(-flesch, -policy.flesch_warn, -policy.flesch_revise) else { return };
    let message = "The text is hard to read; use shorter sentences and shorter words.";
    out.push(
        Finding::new("readability", severity, message)
            .measured(format!("{flesch:.1} Flesch"))
            .threshold(format!("at least {:.0} Flesch", -limit)),
    );
}

fn sentence_length(context: &Context<'_>, out: &mut Sink) {
    let (policy, metrics) = (context.policy, context.metrics);
    let Some((severity, limit)) =
        above(metrics.long_sentences, policy.long_sentences_warn, policy.long_sentences_revise)
    else {
        return;
    };
    let message =
        format!("Too many sentences have more than {} words; the place is the longest.", metrics.sentence_limit);
    let finding = Finding::new("sentence-length", severity, message)
        .measured(percent(metrics.long_sentences))
        .threshold(format!("at most {}", percent(limit)));
    let prose = context.model.sentences().iter().filter(|sentence| {
        context.model.blocks().get(sentence.block as usize).is_some_and(|block| block.kind.is_prose())
    });
    let longest = prose.reduce(|best, next| if next.words.len() > best.words.len() { next } else { best });
    out.push(match longest {
        Some(longest) => finding.at(context.place(longest.bytes)),
        None => finding,
    });
}

fn paragraph_length(context: &Context<'_>, out: &mut Sink) {
    let policy = context.policy;
    let paragraphs =
        context.model.blocks().iter().filter(|block| matches!(block.kind, BlockKind::Paragraph | BlockKind::Quote));
    for block in paragraphs {
        let words = block.words.len();
        let (severity, limit) = if words > policy.paragraph_words_revise {
            (Severity::Revise, policy.paragraph_words_revise)
        } else if words > policy.paragraph_words_warn {
            (Severity::Warn, policy.paragraph_words_warn)
        } else {
            continue;
        };
        let finding = Finding::new("paragraph-length", severity, "A paragraph is too long; divide it.")
            .measured(format!("{words} words"));
        out.push(finding.threshold(format!("at most {limit} words")).at(context.place(block.bytes)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, findings, found, prose};
    use super::Severity::{self, Revise, Warn};
    use crate::checks::Article;

    #[test]
    fn hard_texts_are_warned_then_revised() {
        let easy = "The cat sat on the mat and had a good day. ".repeat(12);
        assert_eq!(found("readability", &article(&easy)), []);
        let hard = "Organisational considerations necessitate comprehensive administrative deliberation. ".repeat(20);
        assert_eq!(found("readability", &article(&hard)), [Revise]);
        // 8 words and 13 syllables a sentence: 206.835 - 8.12 - 137.475 = 61.2; one syllable more makes it 50.7.
        let (fair, dense) =
            ("A simple story of water over the mountain. ", "A simple story of water over the potato. ");
        assert_eq!(found("readability", &article(&fair.repeat(15))), []);
        assert_eq!(found("readability", &article(&dense.repeat(15))), [Warn]);
    }

    #[test]
    fn only_english_and_long_texts_are_measured() {
        let hard = "Organisational considerations necessitate comprehensive administrative deliberation. ";
        assert_eq!(found("readability", &article(hard)), []);
        assert_eq!(found("readability", &Article { language: Some("de"), ..article(&hard.repeat(20)) }), []);
    }

    /// Twenty sentences, of which `long` have 21 words and the others 20.
    fn with_long(long: usize, language: Option<&'static str>) -> Vec<Severity> {
        let sentence = |i: usize| prose(i * 100, if i < long { 21 } else { 20 }, 50);
        let text = (0..20).map(sentence).collect::<Vec<_>>().join(" ");
        found("sentence-length", &Article { language, ..article(&text) })
    }

    #[test]
    fn long_sentences_are_warned_then_revised() {
        assert_eq!(with_long(5, None), []);
        assert_eq!(with_long(6, None), [Warn]);
        assert_eq!(with_long(7, None), [Revise]);
    }

    #[test]
    fn what_is_long_depends_on_the_language() {
        assert_eq!(with_long(20, Some("it-IT")), []);
        assert_eq!(with_long(0, Some("tr")), [Revise]);
    }

    #[test]
    fn long_paragraphs_are_warned_then_revised() {
        for (words, expected) in [(150, None), (151, Some(Warn)), (200, Some(Warn)), (201, Some(Revise))] {
            let text = format!("# T\n\n{}", prose(1, words, 10));
            let found = findings("paragraph-length", &article(&text));
            assert_eq!(found.first().map(|finding| finding.severity), expected, "{words}");
        }
    }
}
