//! Repetition inside the article: sentences that come twice, and sections that say the same.

use super::Context;
use super::finding::{Finding, Place, Severity, Sink, percent};
use crate::text::{Section, Sentence, containment, shingle_hashes};

const SHINGLE_WORDS: usize = 5;

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    repeated_sentences(context, out);
    overlapping_sections(context, out);
}

fn repeated_sentences(context: &Context<'_>, out: &mut Sink) {
    let model = context.model;
    let words = |sentence: &Sentence| model.words_of(sentence.words).iter().map(|word| word.hash);
    let shortest = context.policy.repeated_sentence_min_words;
    let mut sentences: Vec<&Sentence> =
        model.sentences().iter().filter(|sentence| sentence.words.len() >= shortest).collect();
    // Equal sentences become neighbours; ties keep the order of the text.
    sentences.sort_by(|a, b| words(a).cmp(words(b)).then(a.bytes.start.cmp(&b.bytes.start)));
    let mut repeated: Vec<(&Sentence, usize)> = Vec::new();
    for group in sentences.chunk_by(|a, b| words(a).eq(words(b))) {
        if let [_, second, ..] = group {
            repeated.push((second, group.len()));
        }
    }
    repeated.sort_by_key(|(sentence, _)| sentence.bytes.start);
    for (sentence, count) in repeated {
        let finding = Finding::new("repeated-sentence", Severity::Block, "A sentence is repeated word for word.");
        out.push(finding.measured(format!("{count} times")).threshold("once").at(context.place(sentence.bytes)));
    }
}

fn overlapping_sections(context: &Context<'_>, out: &mut Sink) {
    let long_enough = |section: &Section| section.words.len() >= context.policy.section_overlap_min_words;
    let sections: Vec<(Section, Vec<u64>)> = context
        .model
        .sections()
        .into_iter()
        .filter(long_enough)
        .map(|section| (section, shingles(context, &section)))
        .collect();
    for (index, (section, own)) in sections.iter().enumerate() {
        let earlier = sections.iter().take(index).map(|(other, set)| (other, containment(own, set)));
        let Some((other, overlap)) = earlier.reduce(|best, next| if next.1 > best.1 { next } else { best }) else {
            continue;
        };
        if overlap > context.policy.section_overlap_revise {
            let title = title(context, other);
            let message =
                format!("Two sections say the same in the same words; the other one is {title} (line {}).", other.line);
            let place = Place::new(section.line, &self::title(context, section));
            let limit = percent(context.policy.section_overlap_revise);
            out.push(
                Finding::new("section-overlap", Severity::Revise, message)
                    .measured(percent(overlap))
                    .threshold(format!("at most {limit}"))
                    .at(place),
            );
        }
    }
}

fn shingles(context: &Context<'_>, section: &Section) -> Vec<u64> {
    let mut set: Vec<u64> = shingle_hashes(context.model.words_of(section.words), SHINGLE_WORDS).collect();
    set.sort_unstable();
    set.dedup();
    set
}

fn title(context: &Context<'_>, section: &Section) -> String {
    let heading = section.heading.and_then(|index| context.model.blocks().get(index));
    heading.map_or_else(
        || "the beginning".to_owned(),
        |block| format!("\"{}\"", super::finding::excerpt(context.model.slice(block.bytes))),
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, findings, found, prose};
    use super::Severity;

    #[test]
    fn a_sentence_twice_blocks() {
        let text = "This one is said here twice. Another comes between.\n\nThis one, is SAID here twice!";
        let found = findings("repeated-sentence", &article(text));
        assert_eq!(
            found.iter().map(|f| (f.severity, f.place.as_ref().map(|p| p.line))).collect::<Vec<_>>(),
            [(Severity::Block, Some(3))]
        );
    }

    #[test]
    fn short_sentences_may_recur() {
        assert_eq!(found("repeated-sentence", &article("Why does it matter? It does. Why does it matter?")), []);
        assert_eq!(
            found("repeated-sentence", &article("Why does it matter now? Why does it matter now?")),
            [Severity::Block]
        );
    }

    /// Two sections of 44 words (40 shingles), of which the last `common` words are the same.
    fn overlap(common: usize) -> Vec<Severity> {
        let (first, second) = (prose(1, 44, 11), prose(100, 44 - common, 11));
        let text = format!("# T\n\n## A\n\n{first}\n\n## B\n\n{second} {}", prose(45 - common, common, 11));
        found("section-overlap", &article(&text))
    }

    #[test]
    fn sections_may_share_three_tenths() {
        assert_eq!(overlap(16), [], "12 of 40 shingles");
        assert_eq!(overlap(17), [Severity::Revise], "13 of 40 shingles");
    }

    #[test]
    fn short_sections_are_not_compared() {
        assert_eq!(found("section-overlap", &article(&format!("## A\n\n{0}\n\n## B\n\n{0}", prose(1, 19, 4)))), []);
        assert_eq!(
            found("section-overlap", &article(&format!("## A\n\n{0}\n\n## B\n\n{0}", prose(1, 20, 4)))),
            [Severity::Revise]
        );
    }
}
