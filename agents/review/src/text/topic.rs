//! Topics and titles in a form in which they can be compared.

use super::Word;
use super::words::{is_word_char, scan};

/// Words that do not make a topic another one.
const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// A topic in lower case, words separated by one space, without punctuation and articles, so that `The Best  CRM!` equals `best crm`.
/// Normalising twice changes nothing; a topic that consists only of articles keeps them.
#[must_use]
pub fn normalise_topic(topic: &str) -> String {
    let folded: String =
        topic.chars().filter(|c| !matches!(c, '\'' | '\u{2019}')).flat_map(char::to_lowercase).collect();
    let words = || folded.split(|c: char| !is_word_char(c)).filter(|word| !word.is_empty());
    let mut kept: Vec<&str> = words().filter(|word| !ARTICLES.contains(word)).collect();
    if kept.is_empty() {
        kept = words().collect();
    }
    kept.join(" ")
}

/// The hashed words of a title, articles included.
pub(crate) fn topic_words(title: &str) -> Vec<Word> {
    let mut words = Vec::new();
    scan(title, |word| words.push(word));
    words
}

#[cfg(test)]
mod tests {
    use super::normalise_topic;

    #[test]
    fn folds_what_does_not_matter() {
        assert_eq!(normalise_topic("  The Best  CRM,\tfor a Start-up! "), "best crm for start up");
        assert_eq!(normalise_topic("Don’t PANIC"), normalise_topic("don't panic"));
        assert_eq!(normalise_topic("ÜBER Café"), "über café");
        assert_ne!(normalise_topic("best crm"), normalise_topic("worst crm"));
    }

    #[test]
    fn keeps_topics_that_are_only_articles() {
        assert_eq!(normalise_topic("The The"), "the the");
        assert_eq!(normalise_topic("?!"), "");
    }

    proptest::proptest! {
        #[test]
        fn is_idempotent(topic in "\\PC*") {
            let once = normalise_topic(&topic);
            assert_eq!(normalise_topic(&once), once);
        }
    }
}
