//! Cutting the text of a block into sentences.

use super::words::is_word_char;
use super::{Span, Word};

/// Words whose full stop seldom ends a sentence. `etc` is missing on purpose: it often does.
const ABBREVIATIONS: [&str; 24] = [
    "approx", "art", "ca", "cf", "dept", "dr", "e.g", "ed", "fig", "gen", "i.e", "inc", "jr", "ltd", "mr", "mrs", "ms",
    "no", "nr", "prof", "sr", "st", "vol", "vs",
];

/// Calls `each` with the bytes and the words (indices into `words`) of every sentence of `text[block]`.
/// Sentences without a word are left out.
pub(super) fn split(text: &str, block: Span, words: &[Word], mut each: impl FnMut(Span, Span)) {
    let mut begin = block.start as usize;
    let mut first = 0;
    let mut seen = 0;
    let mut skip_to = begin;
    for (offset, c) in text.get(block.range()).unwrap_or_default().char_indices() {
        let at = block.start as usize + offset;
        if at < skip_to || !is_terminator(c) {
            continue;
        }
        while words.get(seen).is_some_and(|word| (word.bytes.start as usize) < at) {
            seen += 1;
        }
        let Some(end) = boundary(text, block, at, c, seen.checked_sub(1).and_then(|i| words.get(i))) else { continue };
        skip_to = end;
        if seen > first {
            each(trimmed(text, begin, end), Span::new(first, seen));
            first = seen;
        }
        begin = end;
    }
    if words.len() > first {
        each(trimmed(text, begin, block.end as usize), Span::new(first, words.len()));
    }
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '\u{2026}') || is_wide(c)
}

/// Full-width terminators need no space behind them.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{3002}' | '\u{ff01}' | '\u{ff1f}' | '\u{0964}')
}

/// Whether a character closes a quotation or bracket after the terminator.
pub(crate) fn is_closer(c: char) -> bool {
    matches!(c, '"' | '\'' | ')' | ']' | '\u{201d}' | '\u{2019}' | '\u{bb}' | '\u{300d}' | '\u{ff09}')
}

/// Whether a text ends as a finished sentence does.
pub(crate) fn ends_finished(text: &str) -> bool {
    text.trim_end().trim_end_matches(is_closer).trim_end().chars().next_back().is_some_and(is_terminator)
}

/// Where the sentence ends when the terminator at `at` does end it.
fn boundary(text: &str, block: Span, at: usize, c: char, before: Option<&Word>) -> Option<usize> {
    let tail = text.get(at..block.end as usize)?;
    let closing = tail.trim_start_matches(is_terminator).trim_start_matches(is_closer);
    let end = block.end as usize - closing.len();
    let next = closing.trim_start();
    if is_wide(c) || next.is_empty() {
        return Some(end);
    }
    if next.len() == closing.len() {
        return None;
    }
    let single = end == at + c.len_utf8();
    let follows = next.chars().find(|c| is_word_char(*c));
    let goes_on = follows.is_some_and(char::is_lowercase);
    let stops = match c {
        '.' if single => !goes_on && !before.is_some_and(|word| is_abbreviation(text, word, at)),
        '.' | '\u{2026}' => !goes_on,
        _ => true,
    };
    stops.then_some(end)
}

/// An abbreviation, or a single initial as in `J. Smith`.
fn is_abbreviation(text: &str, word: &Word, stop: usize) -> bool {
    if word.bytes.end as usize != stop {
        return false;
    }
    let head = text.get(..stop).unwrap_or_default();
    let token = head.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"')).next().unwrap_or_default();
    let mut letters = token.chars();
    let initial = matches!((letters.next(), letters.next()), (Some(c), None) if c.is_uppercase() && c != 'I');
    initial || ABBREVIATIONS.iter().any(|known| known.eq_ignore_ascii_case(token))
}

fn trimmed(text: &str, begin: usize, end: usize) -> Span {
    let raw = text.get(begin..end).unwrap_or_default();
    let start = begin + (raw.len() - raw.trim_start().len());
    Span::new(start, start + raw.trim().len())
}

#[cfg(test)]
mod tests {
    use super::super::TextModel;
    use super::ends_finished;

    fn cut(text: &str) -> Vec<String> {
        let model = TextModel::parse(text);
        model.sentences().iter().map(|sentence| model.slice(sentence.bytes).to_owned()).collect()
    }

    #[test]
    fn ends_at_terminators_followed_by_space() {
        assert_eq!(
            cut("One is 3.5 high. Two!! Really?! \"Three.\" Four"),
            ["One is 3.5 high.", "Two!!", "Really?!", "\"Three.\"", "Four"]
        );
        assert_eq!(cut("第一句。第二句！"), ["第一句。", "第二句！"]);
    }

    #[test]
    fn goes_on_after_abbreviations_and_initials() {
        assert_eq!(
            cut("Dr. Who met J. Smith, e.g. twice. Plan B. works etc. Next."),
            ["Dr. Who met J. Smith, e.g. twice.", "Plan B. works etc.", "Next."]
        );
        assert_eq!(
            cut("It was I. Then he left… and came. A vs. B."),
            ["It was I.", "Then he left… and came.", "A vs. B."]
        );
    }

    #[test]
    fn drops_sentences_without_words() {
        assert_eq!(cut("... !!! ???"), Vec::<String>::new());
    }

    #[test]
    fn sees_finished_ends() {
        for text in ["Done.", "Done!)", "“Done.” ", "完了。", "So…"] {
            assert!(ends_finished(text), "{text}");
        }
        for text in ["Done", "and,", "", "list:", "\""] {
            assert!(!ends_finished(text), "{text}");
        }
    }
}
