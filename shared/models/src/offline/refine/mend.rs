//! What a review found, mended where a rule can do it.

use super::{Block, Work, input::Finding, mentions, plain_words};
use crate::offline::{text::word_count, writer::capitalise};

/// Checks whose excerpt is taken out with the sentence around it.
const TAKEN_OUT: [&str; 6] =
    ["banned-phrase", "assistant-residue", "sensitive-data", "links", "raw-html", "html-safety"];
/// A sentence of more words is long.
const LONG: usize = 20;
/// The shortest half of a divided sentence.
const HALF: usize = 5;
/// Where a sentence can be divided, and what the second half then opens with.
const JOINTS: [(&str, &str); 5] =
    [(", and ", ""), (", but ", "However, "), (", so ", "So "), (", yet ", "Still, "), ("; ", "")];
/// Words with which a clause of its own goes on.
const SUBJECTS: [&str; 16] = [
    "the", "a", "an", "it", "they", "we", "you", "he", "she", "this", "that", "these", "those", "there", "people",
    "many",
];
/// Participles that no rule for the ending shows.
const PARTICIPLES: [&str; 20] = [
    "made", "done", "given", "taken", "seen", "known", "shown", "written", "built", "kept", "held", "found", "told",
    "said", "sent", "brought", "chosen", "driven", "left", "lost",
];

impl Work<'_> {
    /// Mends each finding; what no rule covers is left to the other steps.
    pub(super) fn mend(&mut self, findings: &[Finding<'_>]) {
        for finding in findings {
            let excerpt = finding.excerpt.map(|text| plain_words(text.trim_end_matches('…'))).unwrap_or_default();
            match finding.check {
                check if TAKEN_OUT.contains(&check) && !excerpt.is_empty() => self.take_out(&excerpt),
                "sentence-length" | "readability" => self.divide_sentences(),
                "passive-voice" => self.retain_inner(|_, sentence| !is_passive(sentence)),
                // What comes in their place is seeded by the round.
                "near-duplicate" => self.retain_inner(|at, _| at % 2 == 0),
                "section-overlap" => self.empty_section(&excerpt),
                "transition-words" => self.voice.connect_more(),
                _ => {}
            }
        }
    }

    /// Takes out every sentence, item and block that holds the words; from a heading the words alone.
    fn take_out(&mut self, words: &[String]) {
        let holds = |text: &str| {
            let own = plain_words(text);
            // The excerpt may be a part of the sentence, or the sentence a part of the excerpt.
            mentions(text, words) > 0 || (own.len() > 3 && words.windows(own.len()).any(|run| *run == own[..]))
        };
        self.document.retain(|line| !holds(line));
        self.document.blocks.retain(|block| !matches!(block, Block::Other(text) if holds(text)));
        for at in 0..self.document.blocks.len() {
            let Block::Heading(level, text) = &self.document.blocks[at] else { continue };
            if mentions(text, words) == 0 {
                continue;
            }
            let (level, mut text) = (*level, without(text, words));
            capitalise(&mut text);
            let replaced = word_count(&text) == 0;
            self.document.blocks[at] = match (replaced, level) {
                (false, _) => Block::Heading(level, text),
                (true, 1) => Block::Heading(1, "Sample article".to_owned()),
                (true, _) => self.heading(at),
            };
        }
    }

    /// Divides long sentences where a clause ends.
    fn divide_sentences(&mut self) {
        for block in self.document.prose() {
            if let Some(sentences) = self.document.sentences_mut(block) {
                *sentences = sentences.drain(..).flat_map(|sentence| halves(&sentence)).collect();
            }
        }
    }

    /// Keeps the sentences between the first and the last paragraph that `keep` accepts, and of each paragraph one.
    fn retain_inner(&mut self, keep: impl Fn(usize, &str) -> bool) {
        let prose = self.document.prose();
        for block in prose.get(1..prose.len().saturating_sub(1)).unwrap_or_default() {
            if let Some(sentences) = self.document.sentences_mut(*block) {
                let kept: Vec<String> = sentences
                    .iter()
                    .enumerate()
                    .filter(|(at, sentence)| keep(*at, sentence))
                    .map(|(_, sentence)| sentence.clone())
                    .collect();
                if kept.is_empty() {
                    sentences.truncate(1);
                } else {
                    *sentences = kept;
                }
            }
        }
    }

    /// Leaves of a section, named by its heading, the first sentence of each paragraph.
    fn empty_section(&mut self, heading: &[String]) {
        let last = self.document.prose().last().copied();
        let named = |block: &Block| matches!(block, Block::Heading(_, text) if !heading.is_empty() && plain_words(text) == heading);
        let Some(section) =
            self.document.sections().into_iter().find(|section| named(&self.document.blocks[section.start]))
        else {
            return;
        };
        for block in section.filter(|block| Some(*block) != last) {
            if let Some(sentences) = self.document.sentences_mut(block) {
                sentences.truncate(1);
            }
        }
    }
}

/// The text without the words, where they first stand in a row.
fn without(text: &str, words: &[String]) -> String {
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let run = |from: usize, to: usize| plain_words(&tokens[from..to].join(" ")) == words;
    let found =
        (0..tokens.len()).find_map(|from| (from + 1..=tokens.len()).find(|to| run(from, *to)).map(|to| from..to));
    let kept = tokens.iter().enumerate().filter(|(at, _)| !found.as_ref().is_some_and(|found| found.contains(at)));
    kept.map(|(_, token)| *token).collect::<Vec<_>>().join(" ")
}

/// A long sentence in two, where its second half can stand alone.
fn halves(sentence: &str) -> Vec<String> {
    if word_count(sentence) <= LONG {
        return vec![sentence.to_owned()];
    }
    for (joint, opener) in JOINTS {
        for (at, _) in sentence.match_indices(joint) {
            let (first, second) = (&sentence[..at], &sentence[at + joint.len()..]);
            let alone = plain_words(second).first().is_some_and(|word| SUBJECTS.contains(&word.as_str()));
            if alone && word_count(first) >= HALF && word_count(second) >= HALF {
                let mut second = format!("{opener}{second}");
                capitalise(&mut second);
                return [vec![format!("{first}.")], halves(&second)].concat();
            }
        }
    }
    vec![sentence.to_owned()]
}

/// A form of `to be` and a participle after it, an adverb between them at most.
fn is_passive(sentence: &str) -> bool {
    const FORMS: [&str; 7] = ["is", "are", "was", "were", "be", "been", "being"];
    let words = plain_words(sentence);
    let participle = |word: &String| {
        (word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed")) || PARTICIPLES.contains(&word.as_str())
    };
    let at = |from: usize| words.get(from).is_some_and(participle);
    let adverb =
        |from: usize| words.get(from).is_some_and(|word| word.ends_with("ly") || word == "not" || word == "often");
    (0..words.len())
        .filter(|at| FORMS.contains(&words[*at].as_str()))
        .any(|form| at(form + 1) || (adverb(form + 1) && at(form + 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_are_divided_where_a_clause_ends() {
        let long = "The plan that we made on a quiet day keeps the group calm and busy, but the notes that they wrote \
                    before lunch say little.";
        assert_eq!(halves(long).len(), 2, "{:?}", halves(long));
        assert!(halves(long)[1].starts_with("However, the notes"));
        let list = "We need a plan with many steps and some time for bread, milk, apples, pears, and eggs before the week \
                    ends at last.";
        assert_eq!(halves(list), [list]);
        assert_eq!(halves("Short, but the point."), ["Short, but the point."]);
    }

    #[test]
    fn the_passive_is_seen_and_words_are_taken_out() {
        assert!(is_passive("The note was quickly written.") && is_passive("They are trusted."));
        assert!(!is_passive("She is here.") && !is_passive("We need it."));
        assert_eq!(without("How Best-in class tools help", &plain_words("best in class")), "How tools help");
    }
}
