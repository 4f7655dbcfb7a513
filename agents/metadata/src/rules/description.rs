//! The description for search results.

use std::ops::RangeInclusive;

use super::{
    Article,
    text::{capitalised, cut, normal, plain, sentences, times},
};

/// More than 120 characters and fewer than 157.
const CHARS: RangeInclusive<usize> = 121..=156;
/// How often the keyphrase stands in it.
const TIMES: RangeInclusive<usize> = 1..=2;

/// The description given when it fits; else one made of its sentences and the article's, the keyphrase put in front where
/// no sentence holds it. `None` when all of them together are too short.
pub(super) fn fit(given: &str, keyphrase: &str, article: &Article<'_>) -> Option<String> {
    let given = plain(given);
    let keyphrase_words = normal(keyphrase);
    let keyed = |text: &String| TIMES.contains(&times(&normal(text), &keyphrase_words));
    if CHARS.contains(&given.chars().count()) && keyed(&given) {
        return Some(given);
    }
    let summary = plain(article.summary);
    let texts = [given.as_str(), &summary, &article.prose];
    let leads = [String::new(), format!("{}:", capitalised(keyphrase))];
    let made: Vec<String> = leads
        .iter()
        .map(|lead| assemble(lead, &texts, &keyphrase_words))
        .filter(|text| CHARS.contains(&text.chars().count()))
        .collect();
    made.iter().find(|text| keyed(text)).or(made.first()).cloned()
}

/// Sentences, each once, until the text is long enough; the last one is cut between words where it must be.
fn assemble(lead: &str, texts: &[&str], keyphrase: &str) -> String {
    let mut text = lead.to_owned();
    for sentence in texts.iter().flat_map(|text| sentences(text)) {
        if CHARS.contains(&text.chars().count()) {
            break;
        }
        let longer = joined(&text, sentence);
        let said = times(&normal(&text), &normal(sentence)) > 0;
        if said || times(&normal(&longer), keyphrase) > *TIMES.end() {
            continue;
        }
        text = within(&longer);
    }
    text
}

/// Both, the first one with a full stop when it has no end of its own.
fn joined(text: &str, sentence: &str) -> String {
    let ended = text.ends_with(['.', '!', '?', ':', '…', '。', '！', '？']);
    match text {
        "" => sentence.to_owned(),
        _ if ended => format!("{text} {sentence}"),
        _ => format!("{text}. {sentence}"),
    }
}

/// The text, cut with a mark that says so.
fn within(text: &str) -> String {
    if text.chars().count() <= *CHARS.end() {
        return text.to_owned();
    }
    let kept = cut(text, *CHARS.end() - 1);
    format!("{}…", kept.trim_end_matches(['.', '!', '?']))
}
