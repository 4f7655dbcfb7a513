//! Measuring an article, and shortening one that is too long.

/// Words of a Markdown text: runs of non-space characters with at least one letter or digit. Citations are none.
#[must_use]
pub fn count_words(markdown: &str) -> usize {
    markdown.split_whitespace().filter(|token| is_word(token)).count()
}

fn is_word(token: &str) -> bool {
    token.chars().any(char::is_alphanumeric) && !is_citation(token)
}

/// Whether a run of non-space characters is nothing but marks, or part of one: `[#1].`, `[#1][#2]`, `#2],`.
fn is_citation(token: &str) -> bool {
    let marked = token.starts_with("[#") || (token.starts_with('#') && token.contains(']'));
    marked && token.chars().all(|c| c.is_ascii_digit() || c.is_ascii_punctuation())
}

/// Cuts a text with more than `limit` words at the end of the last sentence that fits. Headings left without text go, and
/// a text that has no sentence end within the limit stays as it is: nothing is cut in mid-sentence.
#[must_use]
pub fn trim(markdown: &str, limit: usize) -> String {
    if count_words(markdown) <= limit {
        return markdown.to_owned();
    }
    match last_sentence_end(markdown, limit) {
        Some(end) => {
            let mut kept = markdown[..end].trim_end();
            while let Some((before, last)) = kept.rsplit_once('\n') {
                if !last.trim_start().starts_with('#') {
                    break;
                }
                kept = before.trim_end();
            }
            format!("{kept}\n")
        }
        None => markdown.to_owned(),
    }
}

/// Byte position behind the last sentence that ends within the first `limit` words.
fn last_sentence_end(text: &str, limit: usize) -> Option<usize> {
    let mut words = 0;
    let mut end = None;
    let mut heading = text.starts_with('#');
    let mut fenced = false;
    let mut ended = false;
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        fenced ^= line.trim_start().starts_with("```");
        heading = line.trim_start().starts_with('#') || (heading && line.trim().is_empty());
        let mut at = 0;
        for token in line.split_inclusive(char::is_whitespace) {
            let word = token.trim();
            words += usize::from(is_word(word));
            if words > limit {
                return end;
            }
            at += token.len();
            // A citation behind a sentence belongs to it.
            let ends = ends_sentence(word) || (ended && is_citation(word));
            ended = ends || (ended && word.is_empty());
            if ends && !line.trim_start().starts_with('#') && !fenced {
                end = Some(position + at - (token.len() - token.trim_end().len()));
            }
        }
        position += line.len();
    }
    end
}

fn ends_sentence(word: &str) -> bool {
    let word = word.split("[#").next().filter(|bare| !bare.is_empty()).unwrap_or(word);
    let bare = word.trim_end_matches(['"', '\'', '”', '’', ')', '*', '_']);
    bare.ends_with(['.', '!', '?', '…', '。']) && !is_abbreviation(bare)
}

fn is_abbreviation(word: &str) -> bool {
    let stem = word.trim_end_matches('.');
    stem.chars().count() == 1 && stem.chars().all(char::is_alphabetic)
        || matches!(stem.to_lowercase().as_str(), "e.g" | "i.e" | "etc" | "mr" | "mrs" | "dr" | "vs" | "st")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_are_no_words() {
        assert_eq!(count_words("# A title\n\n- one - two\n\n**three** 4 --- ##"), 6);
    }

    #[test]
    fn citations_are_no_words_and_stay_with_their_sentence() {
        assert_eq!(count_words("One [#1]. Two.[#2] Three [#1, #2] and #5 [#4][#5]."), 5);
        assert_eq!(trim("One two [#1]. Three four.[#2] Five six. [#3] Seven.", 4), "One two [#1]. Three four.[#2]\n");
        assert_eq!(trim("One two. [#1] Three four five.", 3), "One two. [#1]\n");
    }

    #[test]
    fn a_text_that_fits_stays() {
        assert_eq!(trim("One two. Three four.", 4), "One two. Three four.");
    }

    #[test]
    fn the_cut_is_behind_a_sentence() {
        assert_eq!(trim("One two. Three four. Five six.", 5), "One two. Three four.\n");
        assert_eq!(trim("# T\n\nOne two.\n\n## Next\n\nThree four five.", 5), "# T\n\nOne two.\n");
    }

    #[test]
    fn no_sentence_is_ever_cut() {
        assert_eq!(trim("one two three four", 2), "one two three four");
        assert_eq!(trim("Ask Dr. Who about it. Yes.", 4), "Ask Dr. Who about it. Yes.");
    }

    proptest! {
        #[test]
        fn what_is_left_is_a_start_of_the_text_that_fits(text in "([A-Za-z]{1,6}[ .!?\n#]{1,3}){0,60}", limit in 1usize..40) {
            let cut = trim(&text, limit);
            prop_assert!(text.starts_with(cut.trim_end()));
            let words = count_words(&cut);
            prop_assert!(words <= limit || cut == text);
        }

        #[test]
        fn nothing_breaks_it(text in any::<String>(), limit in 0usize..50) {
            let _ = trim(&text, limit);
        }
    }
}
