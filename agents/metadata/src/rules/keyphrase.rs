//! The phrase an article should be found by.

use super::{
    Article,
    text::{content_words, cut, is_function_word, normal, plain, times, without_loose_end},
};

/// Most words of a keyphrase that carry its meaning.
const CONTENT_WORDS: usize = 4;
/// Most characters (the contract's bound).
const CHARS: usize = 80;

/// The first of the given phrase, the keywords asked for, title and topic that the article speaks of, short enough.
pub(super) fn choose(given: &str, article: &Article<'_>) -> String {
    let others = article.keywords.iter().copied().chain([article.title, article.topic]);
    let says_something = |phrase: &String| content_words(phrase).iter().any(|word| !is_function_word(word));
    let phrases: Vec<String> = std::iter::once(given).chain(others).map(short).filter(says_something).collect();
    let spoken_of = phrases.iter().find(|phrase| is_spoken_of(phrase, article));
    spoken_of.or(phrases.first()).cloned().unwrap_or_else(|| article.topic.to_owned())
}

/// Whether more than half of the words that matter stand in the article.
fn is_spoken_of(phrase: &str, article: &Article<'_>) -> bool {
    let words = content_words(phrase);
    words.iter().filter(|word| times(&article.words, word) > 0).count() * 2 > words.len()
}

/// The start of the phrase with at most four words that matter.
fn short(phrase: &str) -> String {
    let phrase = plain(phrase);
    let mut matter = 0;
    let tokens: Vec<&str> = phrase
        .split(' ')
        .take_while(|token| {
            let parts = normal(token);
            matter += parts.split_whitespace().filter(|word| !is_function_word(word)).count();
            matter <= CONTENT_WORDS
        })
        .collect();
    let kept = tokens.join(" ");
    let whole = kept.len() == phrase.len();
    cut(if whole { &kept } else { without_loose_end(&kept) }, CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_phrase_is_its_first_four_words_that_matter() {
        assert_eq!(short(" green  tea at home"), "green tea at home");
        assert_eq!(short("how to brew green tea at home without a pot"), "how to brew green tea at home");
        assert_eq!(short("one two three four and five"), "one two three four");
        assert_eq!(short("the and of to in on at by"), "the and of to in on at by", "nothing matters, all of it stays");
    }
}
