//! Sentences of plain prose: where they end, what they open with, how they are compared.

use crate::offline::words::List;

/// Words whose full stop ends no sentence.
const SHORTENED: [&str; 14] =
    ["vs", "e.g", "i.e", "etc", "mr", "mrs", "ms", "dr", "st", "no", "fig", "approx", "inc", "cf"];

/// Words that a sentence may open with and that stand in lower case inside of one.
const OPENING: [&str; 64] = [
    "a", "an", "the", "it", "its", "they", "their", "them", "you", "your", "we", "our", "this", "that", "these",
    "those", "there", "then", "when", "while", "once", "if", "since", "because", "before", "after", "until", "every",
    "each", "both", "many", "some", "most", "no", "not", "nobody", "anyone", "people", "good", "new", "small", "clear",
    "with", "without", "behind", "start", "think", "let", "keep", "try", "ask", "look", "add", "say", "take", "pick",
    "leave", "give", "put", "treat", "avoid", "watch", "picture", "imagine",
];

/// The sentences of a paragraph.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let after = at + c.len_utf8();
        if matches!(c, '.' | '!' | '?') && ends(&text[start..after], &text[after..]) {
            let closed = after + closing(&text[after..]);
            found.push(text[start..closed].trim().to_owned());
            start = closed;
        }
    }
    let rest = text[start..].trim();
    found.extend((!rest.is_empty()).then(|| rest.to_owned()));
    found
}

/// Whether a sentence ends with `before`, given what comes after.
fn ends(before: &str, after: &str) -> bool {
    let rest = &after[closing(after)..];
    let next = rest.trim_start().chars().next();
    let parted = rest.is_empty() || rest.starts_with(' ');
    let opens = next.is_none_or(|c| !c.is_lowercase());
    let word = before.trim_end_matches('.').rsplit(' ').next().unwrap_or_default().to_lowercase();
    let initial = word.chars().count() == 1 && before.ends_with('.') && word.chars().all(char::is_alphabetic);
    parted && opens && !(before.ends_with('.') && (SHORTENED.contains(&word.as_str()) || initial))
}

/// The length of the quotes and brackets that close after the mark.
fn closing(text: &str) -> usize {
    text.len() - text.trim_start_matches(['"', '\'', ')', ']', '”', '’', '»']).len()
}

/// The words of a text in lower case, without the marks around them; a hyphen parts words as a space does.
pub(super) fn plain_words(text: &str) -> Vec<String> {
    let clean = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    text.split(|c: char| c.is_whitespace() || c == '-').map(clean).filter(|word| !word.is_empty()).collect()
}

/// How often a phrase, given by its words, stands in a text.
pub(super) fn mentions(text: &str, phrase: &[String]) -> usize {
    if phrase.is_empty() {
        return 0;
    }
    plain_words(text).windows(phrase.len()).filter(|words| *words == phrase).count()
}

/// What a sentence opens with: the first word, or the first two when the first says little.
pub(super) fn opening(sentence: &str) -> String {
    let words = plain_words(sentence);
    let weak = ["a", "an", "the", "this", "that", "these", "those"];
    let count = if words.first().is_some_and(|first| weak.contains(&first.as_str())) { 2 } else { 1 };
    words.into_iter().take(count).collect::<Vec<_>>().join(" ")
}

/// The sentence after `opener`, in lower case where it begins with a word of our own; `None` where that cannot be told.
pub(super) fn after(opener: &str, sentence: &str) -> Option<String> {
    let first = sentence.split(' ').next()?;
    let lower = first.to_lowercase();
    let ours = || List::ALL.iter().flat_map(|list| list.words()).any(|own| own.split(' ').next() == Some(&lower));
    let known = OPENING.contains(&lower.as_str()) || ours();
    known.then(|| format!("{opener} {lower}{}", &sentence[first.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_a_reader_sees_an_end() {
        for (text, count) in [
            ("One. Two! Three?", 3),
            ("Node.js vs. Deno is a choice. Yes.", 2),
            ("He said (so.) Then he left.", 2),
            ("It costs 3.5 units and e.g. Tea.", 1),
            ("No end", 1),
            ("J. Doe came. He left", 2),
            ("...", 1),
        ] {
            assert_eq!(sentences(text).len(), count, "{text}: {:?}", sentences(text));
        }
    }

    #[test]
    fn a_sentence_is_lowered_only_when_its_first_word_is_ours() {
        assert_eq!(after("Thus,", "The plan works."), Some("Thus, the plan works.".to_owned()));
        assert_eq!(after("Thus,", "Kubernetes works."), None);
        assert_eq!(opening("The plan, then."), "the plan");
        assert_eq!(mentions("Red shoes, red Shoes!", &plain_words("red shoes")), 2);
    }
}
