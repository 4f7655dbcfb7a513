//! Topics in a form in which they can be compared.

/// Words that do not make a topic another one.
const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// A topic in lower case, words separated by one space, without punctuation and articles, so that `The Best  CRM!` equals `best crm`.
/// Normalising twice changes nothing; a topic that consists only of articles keeps them.
#[must_use]
pub fn topic_key(topic: &str) -> String {
    let folded: String =
        topic.chars().filter(|c| !matches!(c, '\'' | '\u{2019}')).flat_map(char::to_lowercase).collect();
    let words = || folded.split(|c: char| !is_word_char(c)).filter(|word| !word.is_empty());
    let mut kept: Vec<&str> = words().filter(|word| !ARTICLES.contains(word)).collect();
    if kept.is_empty() {
        kept = words().collect();
    }
    kept.join(" ")
}

/// Letters, digits, and combining marks (accents, viramas, joiners), which belong to the word they follow.
fn is_word_char(c: char) -> bool {
    let mark = || matches!(u32::from(c), 0x300..=0x36f | 0x483..=0x487 | 0x591..=0x5bd | 0x64b..=0x65f | 0x1ab0..=0x1aff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f | 0x200c..=0x200d);
    c.is_alphanumeric() || mark()
}

#[cfg(test)]
mod tests {
    use super::topic_key;

    #[test]
    fn folds_what_does_not_matter() {
        assert_eq!(topic_key("  The Best  CRM,\tfor a Start-up! "), "best crm for start up");
        assert_eq!(topic_key("Don’t PANIC"), topic_key("don't panic"));
        assert_eq!(topic_key("ÜBER Café"), "über café");
        assert_ne!(topic_key("best crm"), topic_key("worst crm"));
    }

    #[test]
    fn keeps_topics_that_are_only_articles() {
        assert_eq!(topic_key("The The"), "the the");
        assert_eq!(topic_key("?!"), "");
    }

    proptest::proptest! {
        #[test]
        fn is_idempotent(topic in "\\PC*") {
            let once = topic_key(&topic);
            assert_eq!(topic_key(&once), once);
        }
    }
}
