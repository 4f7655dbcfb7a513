//! Finds words worth mentioning in the context that comes with a topic.

use super::{
    phrase::{is_in, is_stop, trim},
    text::is_address,
};

/// How many different terms are weighed.
const CANDIDATES: usize = 64;

/// Words and pairs of words of the context, the most frequent first, then in their order.
///
/// Sentences that forbid something are left out: what they name is what the author does not want to read.
pub(super) fn context_terms(context: &str, limit: usize) -> Vec<String> {
    let mut terms: Vec<(String, usize)> = Vec::new();
    for sentence in context.split(['.', '!', '?', '\n', ';']) {
        let words: Vec<&str> = sentence.split_whitespace().collect();
        if words.iter().any(|word| is_in(FORBIDDING, trim(word))) {
            continue;
        }
        for run in words.split(|word| !is_term(word)) {
            for pair in run.chunks(2) {
                let term = pair.iter().map(|word| trim(word)).collect::<Vec<_>>().join(" ");
                let first = sentence.trim_start().starts_with(pair[0]);
                let term = if first { term.to_lowercase() } else { term };
                match terms.iter().position(|(known, _)| *known == term) {
                    Some(at) => terms[at].1 += 1,
                    None if terms.len() < CANDIDATES => terms.push((term, 1)),
                    None => {}
                }
            }
        }
    }
    terms.sort_by_key(|(_, times)| usize::MAX - times);
    terms.into_iter().map(|(term, _)| term).take(limit).collect()
}

fn is_term(raw: &str) -> bool {
    let word = trim(raw);
    (3..=24).contains(&word.chars().count())
        && word.chars().all(char::is_alphabetic)
        && !is_address(raw)
        && !is_stop(word)
        && !is_in(INSTRUCTIONS, word)
}

/// Words of the context that speak to the writer and not about the subject.
const INSTRUCTIONS: &[&str] = &[
    "write",
    "article",
    "articles",
    "focus",
    "please",
    "use",
    "using",
    "tone",
    "style",
    "include",
    "mention",
    "audience",
    "reader",
    "readers",
    "words",
    "word",
    "text",
    "section",
    "sections",
    "paragraph",
    "keep",
    "make",
    "should",
    "must",
    "like",
    "also",
    "them",
    "here",
    "there",
    "only",
    "want",
    "wants",
    "need",
    "needs",
    "been",
    "ignore",
    "previous",
    "instructions",
    "system",
    "prompt",
    "topic",
    "content",
    "blog",
    "post",
    "describe",
];

/// Words that turn a sentence of the context into a ban.
const FORBIDDING: &[&str] =
    &["not", "never", "avoid", "without", "no", "don't", "don’t", "except", "exclude", "skip", "omit", "leave"];
