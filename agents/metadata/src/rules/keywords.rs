//! The tags.

use std::collections::BTreeSet;

use super::{
    Article,
    text::{cut, normal, plain, times},
};

/// Most tags, and most characters of one (the contract's bounds).
const MOST: usize = 20;
const CHARS: usize = 80;
/// Most words of a tag: what has more is a title or a sentence.
const WORDS: usize = 5;

/// The keywords given, each once, and the site's core keywords that the article speaks of. Without any, the keyphrase and
/// what was asked for.
pub(super) fn fit(given: &[String], keyphrase: &str, article: &Article<'_>) -> Vec<String> {
    let core: Vec<&str> =
        article.core_keywords.iter().copied().filter(|word| times(&article.words, &normal(word)) > 0).collect();
    let mut seen = BTreeSet::new();
    let mut kept = distinct(given.iter().map(String::as_str), &mut seen);
    if kept.is_empty() {
        kept = distinct(std::iter::once(keyphrase).chain(article.keywords.iter().copied()), &mut seen);
    }
    let missing = distinct(core.into_iter(), &mut seen);
    kept.truncate(MOST.saturating_sub(missing.len()));
    kept.extend(missing);
    kept
}

fn distinct<'a>(words: impl Iterator<Item = &'a str>, seen: &mut BTreeSet<String>) -> Vec<String> {
    let short = words.map(|word| cut(&plain(word), CHARS));
    let tag = |word: &String| (1..=WORDS).contains(&word.split_whitespace().count());
    short.filter(|word| tag(word) && !normal(word).is_empty() && seen.insert(normal(word))).collect()
}
