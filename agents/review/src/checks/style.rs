//! Habits of style: equal openings, passive voice, transition words. Word lists, no grammar: hence warnings for the last two.

mod lists;

use super::Context;
use super::finding::{Finding, Severity, Sink, percent};
use crate::text::{BlockKind, Sentence, TextModel, Word};

/// Several sentences in a row that begin with the same word.
pub(super) fn openings(context: &Context<'_>, out: &mut Sink) {
    let model = context.model;
    let limit = context.policy.same_opening_run.max(2);
    let mut run: (Option<u64>, usize, Option<&Sentence>) = (None, 0, None);
    for block in model.blocks() {
        // A list's items begin alike on purpose, and a heading starts afresh.
        if block.kind != BlockKind::Paragraph {
            report(context, run, limit, out);
            run = (None, 0, None);
            continue;
        }
        for sentence in model.sentences().get(block.sentences.range()).unwrap_or_default() {
            let opening = opening(model.words_of(sentence.words));
            if opening == run.0 {
                run.1 += 1;
            } else {
                report(context, run, limit, out);
                run = (opening, 1, Some(sentence));
            }
        }
    }
    report(context, run, limit, out);
}

fn report(context: &Context<'_>, run: (Option<u64>, usize, Option<&Sentence>), limit: usize, out: &mut Sink) {
    if let (_, count, Some(first)) = run
        && count >= limit
    {
        let finding = Finding::new(
            "sentence-opening",
            Severity::Revise,
            "Sentences in a row begin with the same word; vary them.",
        );
        out.push(
            finding
                .measured(format!("{count} sentences"))
                .threshold(format!("fewer than {limit}"))
                .at(context.place(first.bytes)),
        );
    }
}

/// What a sentence opens with: its first word, or the first two when the first is an article or a demonstrative.
fn opening(words: &[Word]) -> Option<u64> {
    let first = words.first()?.hash;
    match words.get(1) {
        Some(second) if lists::WEAK_OPENINGS.contains(first) => Some(first.rotate_left(7) ^ second.hash),
        _ => Some(first),
    }
}

/// Too many sentences in the passive voice.
pub(super) fn passive_voice(context: &Context<'_>, out: &mut Sink) {
    let limit = context.policy.passive_share_warn;
    let measurable = context.metrics.words >= context.policy.readability_min_words;
    let Some(share) = context.metrics.passive_share.filter(|share| measurable && *share > limit) else { return };
    let finding =
        Finding::new("passive-voice", Severity::Warn, "Many sentences are in the passive voice; say who does it.")
            .measured(percent(share));
    out.push(finding.threshold(format!("at most {}", percent(limit))));
}

/// Too few sentences that say how they follow from the last one.
pub(super) fn transition_words(context: &Context<'_>, out: &mut Sink) {
    let limit = context.policy.transition_share_warn;
    let measurable = context.metrics.words >= context.policy.transition_min_words;
    let Some(share) = context.metrics.transition_share.filter(|share| measurable && *share < limit) else { return };
    let finding =
        Finding::new("transition-words", Severity::Warn, "Few sentences have a transition word; connect them.")
            .measured(percent(share));
    out.push(finding.threshold(format!("at least {}", percent(limit))));
}

/// The number of prose sentences a test holds for.
pub(super) fn count(model: &TextModel, holds: fn(&TextModel, &[Word]) -> bool) -> usize {
    let prose = model.blocks().iter().filter(|block| block.kind.is_prose());
    let sentences = prose.flat_map(|block| model.sentences().get(block.sentences.range()).unwrap_or_default());
    sentences.filter(|sentence| holds(model, model.words_of(sentence.words))).count()
}

/// A form of `to be`, at most two adverbs, then a past participle.
pub(super) fn is_passive(model: &TextModel, words: &[Word]) -> bool {
    let after = |at: usize| words.get(at + 1..).unwrap_or_default();
    let forms = words.iter().enumerate().filter(|(_, word)| lists::BE_FORMS.contains(word.hash));
    forms.map(|(at, _)| after(at)).any(|rest| {
        let adverbs = rest.iter().take(2).take_while(|word| is_adverb(model, word)).count();
        rest.get(adverbs).is_some_and(|word| is_participle(model, word))
    })
}

fn is_adverb(model: &TextModel, word: &Word) -> bool {
    lists::ADVERBS.contains(word.hash) || model.slice(word.bytes).ends_with("ly")
}

fn is_participle(model: &TextModel, word: &Word) -> bool {
    let text = model.slice(word.bytes);
    let regular =
        text.len() > 4 && text.ends_with("ed") && !text.ends_with("eed") && !lists::NOT_PARTICIPLES.contains(word.hash);
    regular || lists::PARTICIPLES.contains(word.hash)
}

/// A word or phrase that connects with what was said before.
pub(super) fn has_transition(_: &TextModel, words: &[Word]) -> bool {
    lists::TRANSITIONS.find(words).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, findings, found};
    use super::Severity::{Revise, Warn};
    use super::*;

    #[test]
    fn three_equal_openings_are_revised() {
        assert_eq!(found("sentence-opening", &article("We walk. We run. They sit. We eat.")), []);
        assert_eq!(found("sentence-opening", &article("We walk. We run.\n\nWe sit. They eat.")), [Revise]);
        assert_eq!(found("sentence-opening", &article("We walk. We run.\n\n## Next\n\nWe sit.")), []);
        assert_eq!(found("sentence-opening", &article("- We walk.\n- We run.\n- We sit.")), []);
    }

    #[test]
    fn articles_count_with_the_next_word() {
        assert_eq!(found("sentence-opening", &article("The cat sat. The dog ran. The bird flew.")), []);
        assert_eq!(found("sentence-opening", &article("The cat sat. The cat ran. The cat slept.")), [Revise]);
    }

    #[test]
    fn sees_the_passive() {
        let passive = |text: &str| count(&TextModel::parse(text), is_passive) == 1;
        for text in
            ["It was written by him.", "They are often loved.", "It has been very carefully made.", "Is it known?"]
        {
            assert_eq!(passive(text), text != "Is it known?", "{text}");
        }
        for text in ["He wrote it.", "It is red.", "We are indeed here.", "They were a hundred.", "She is writing."] {
            assert!(!passive(text), "{text}");
        }
    }

    fn mixed(special: &str, plain: &str, of_ten: usize) -> String {
        let sentence = |i: usize| if i % 10 < of_ten { special } else { plain };
        (0..50).map(sentence).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn more_than_a_tenth_in_the_passive_is_a_warning() {
        let (passive, active) = ("The note was written by him.", "He wrote the note this morning.");
        assert_eq!(found("passive-voice", &article(&mixed(passive, active, 1))), []);
        assert_eq!(found("passive-voice", &article(&mixed(passive, active, 2))), [Warn]);
    }

    #[test]
    fn less_than_a_fifth_with_transitions_is_a_warning() {
        let (linked, plain) = ("However, he wrote the note.", "He wrote the note this morning.");
        assert_eq!(found("transition-words", &article(&mixed(linked, plain, 2))), []);
        assert_eq!(
            findings("transition-words", &article(&mixed(linked, plain, 1)))
                .iter()
                .map(|f| f.measured.as_str())
                .collect::<Vec<_>>(),
            ["10.0 %"]
        );
        assert_eq!(found("transition-words", &article(plain)), []);
    }
}
