//! Words, phrases and cuts, in any language.

use std::collections::BTreeSet;

/// Words that carry no meaning of their own, of the languages that most sites are written in.
const FUNCTION_WORDS: &str = "a an and are as at be by can do does for from has have how i if in into is it its my no not of \
    on or our so than that the their them they this to up was we what when where which who why will with you your \
    am auf aus bei das dem den der des die ein eine einem einen einer für im ist mit nicht oder sich sie sind so und \
    vom von was wie zu zum zur au aux ce ces dans de du en est et la le les leur mais ne nous ou par pas pour que qui \
    sa se ses son sur un une vos votre vous al con como da del dei della di do dos e el es il las lo los na no o os \
    para per por su um uma una uno y aan dat een het met niet te uit van voor";

/// The text on one line, white space aside as it was given.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text on one line without addresses: no link comes from a model.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().filter(|word| !is_address(word)).collect::<Vec<_>>().join(" ")
}

fn is_address(word: &str) -> bool {
    let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    word.contains("://") || bare.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
}

/// The paragraphs of a Markdown text, one behind the other, without marks and addresses.
pub(super) fn prose(markdown: &str) -> String {
    let is_prose = |line: &&str| line.chars().next().is_some_and(|first| first.is_alphanumeric() || first == '"');
    let lines: Vec<String> = markdown.lines().filter(is_prose).map(without_marks).collect();
    plain(&lines.join(" "))
}

/// Links become their texts; marks of emphasis and code go.
fn without_marks(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("](") {
        text.push_str(before);
        rest = after.split_once(')').map_or("", |(_, behind)| behind);
    }
    text.push_str(rest);
    text.replace(['*', '`', '[', ']'], "")
}

/// Lower-case words with single spaces between them: what is the same here is the same to a reader.
pub(super) fn normal(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The words of a text that carry its meaning, as [`normal`] gives them; all of them when there are no others.
pub(super) fn content_words(text: &str) -> Vec<String> {
    let function_words: BTreeSet<&str> = FUNCTION_WORDS.split_whitespace().collect();
    let normal = normal(text);
    let all: Vec<String> = normal.split_whitespace().map(str::to_owned).collect();
    let content: Vec<String> = all.iter().filter(|word| !function_words.contains(word.as_str())).cloned().collect();
    if content.is_empty() { all } else { content }
}

/// How often a phrase stands in a text, both as [`normal`] gives them: at the borders of words, or anywhere in scripts that
/// write no spaces.
pub(super) fn times(text: &str, phrase: &str) -> usize {
    if phrase.is_empty() {
        return 0;
    }
    let border = |c: Option<char>| c.is_none_or(|c| c == ' ' || is_unspaced(c));
    let free = |at: &usize| {
        let before = text[..*at].chars().next_back();
        border(before) && border(text[at + phrase.len()..].chars().next())
            || phrase.starts_with(is_unspaced) && phrase.ends_with(is_unspaced)
    };
    text.match_indices(phrase).map(|(at, _)| at).filter(free).count()
}

/// Letters of scripts that are written without spaces, or with spaces in other places than between words.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x2E80..=0xD7FF | 0xF900..=0xFAFF
        | 0x2_0000..=0x3_FFFF)
}

/// The text cut between words to `most` characters, without a joining word or mark at its end; a word that is longer than
/// that, and a script without spaces, is cut where it must be.
pub(super) fn cut(text: &str, most: usize) -> String {
    let Some((end, next)) = text.char_indices().nth(most) else { return text.to_owned() };
    let kept = &text[..end];
    let at_border = next == ' ' || is_unspaced(next) || kept.ends_with(is_unspaced);
    let words = if at_border { kept } else { kept.rsplit_once(' ').map_or(kept, |(words, _)| words) };
    without_loose_end(words).to_owned()
}

/// The text without joining words and marks at its end; one word stays at least.
pub(super) fn without_loose_end(text: &str) -> &str {
    let mut words = text.trim_end_matches(is_joint);
    while let Some((before, _)) = words.rsplit_once(' ').filter(|(_, last)| is_function_word(last)) {
        words = before.trim_end_matches(is_joint);
    }
    words
}

fn is_joint(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '(' | '|' | '&' | '/')
}

pub(super) fn is_function_word(word: &str) -> bool {
    let word = word.to_lowercase();
    FUNCTION_WORDS.split_whitespace().any(|known| known == word)
}

/// The text with its first letter as a capital.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The sentences of a text on one line.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, mark) in text.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '。' | '！' | '？')) {
        let behind = at + mark.len_utf8();
        let mut rest = text[behind..].chars();
        // "e.g. this" and "3.5" go on; a full stop of a script without spaces ends.
        let ends = match rest.next() {
            None => true,
            Some(' ') => rest.next().is_none_or(|next| !next.is_lowercase()),
            Some(_) => is_unspaced(mark) || !mark.is_ascii(),
        };
        if ends {
            found.push(text[start..behind].trim());
            start = behind;
        }
    }
    found.push(text[start..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_found_at_the_borders_of_words_only() {
        assert_eq!(times(&normal("Tea, tea! Teapot; green TEA."), "tea"), 3);
        assert_eq!(times(&normal("Edge-computing at the edge"), &normal("edge computing")), 1);
        assert_eq!(times(&normal("日本語のタイトル"), &normal("日本語")), 1);
        assert_eq!(times("text", ""), 0);
    }

    #[test]
    fn a_cut_leaves_whole_words_and_no_loose_end() {
        assert_eq!(cut("one two three", 13), "one two three");
        assert_eq!(cut("one two three", 12), "one two");
        assert_eq!(cut("a guide to the, best tea", 16), "a guide");
        assert_eq!(cut("abcdefgh", 3), "abc");
        assert_eq!(cut("日本語のタイトル", 3), "日本語");
    }

    #[test]
    fn sentences_end_where_readers_end_them() {
        let text = "Ask for 3.5 g, e.g. of tea. Yes! Really? 終わり。次";
        assert_eq!(sentences(text), ["Ask for 3.5 g, e.g. of tea.", "Yes!", "Really?", "終わり。", "次"]);
    }

    #[test]
    fn prose_has_neither_marks_nor_addresses() {
        let markdown =
            "# T\n\n- a list\n\nRead *this* [guide](https://a.example/b) at https://c.example now.\n\n## H\n\nEnd.\n";
        assert_eq!(prose(markdown), "Read this guide at now. End.");
        assert_eq!(plain("See WWW.example.com or (http://x) it"), "See or it");
    }
}
