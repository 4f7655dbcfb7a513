//! The slug: code makes it, or lets one pass that is made as it would be.

use mesh_article::ascii_words;
use mesh_contracts::Slug;

use super::{Article, text::content_words};

/// Most characters (the contract's bound).
const CHARS: usize = 75;
/// Hex digits of the content id in the slug of an article whose title has no Latin letters. The end of the id is used, as
/// publish does.
const ID_DIGITS: usize = 8;

/// The slug given when it is one and holds more than half of the keyphrase's words; else the title's, else keyphrase and
/// title. Letters outside of ASCII are transliterated; without any that can be, the slug is `article-` and a part of the id.
pub(super) fn fit(given: &str, keyphrase: &str, title: &str, article: &Article<'_>) -> Option<Slug> {
    let given = given.trim();
    let made = [title.to_owned(), article.title.to_owned(), format!("{keyphrase} {title}")];
    let made = made.iter().map(|text| joined(&ascii_words(text)));
    let candidates = std::iter::once(given.to_owned()).chain(made);
    let mut valid = candidates.filter_map(|text| Slug::new(text).ok());
    valid.find(|slug| covers(slug, keyphrase)).or_else(|| {
        let id = article.content_id.0.simple().to_string();
        Slug::new(format!("article-{}", &id[id.len() - ID_DIGITS..])).ok()
    })
}

/// Whether more than half of the keyphrase's words that matter are in the slug, as far as they can be.
fn covers(slug: &Slug, keyphrase: &str) -> bool {
    let parts: Vec<&str> = slug.split('-').collect();
    let words: Vec<Vec<String>> =
        content_words(keyphrase).iter().map(|word| ascii_words(word)).filter(|word| !word.is_empty()).collect();
    let there = words.iter().filter(|word| word.iter().all(|part| parts.contains(&part.as_str()))).count();
    words.is_empty() || there * 2 > words.len()
}

/// Words with hyphens between them, each once, as many as fit.
fn joined(words: &[String]) -> String {
    let mut slug = String::new();
    for (at, word) in words.iter().enumerate() {
        let gap = usize::from(!slug.is_empty());
        if words[..at].contains(word) {
            continue;
        }
        if slug.len() + gap + word.len() > CHARS {
            break;
        }
        if gap == 1 {
            slug.push('-');
        }
        slug.push_str(word);
    }
    slug
}
