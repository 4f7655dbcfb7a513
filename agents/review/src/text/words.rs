//! Cutting text into words and hashing them, in one pass and without allocating.

use super::{Span, Word};

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a over the folded characters of one word.
#[derive(Clone, Copy)]
struct WordHash(u64);

impl WordHash {
    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
    }

    fn push(&mut self, c: char) {
        if c.is_ascii() {
            self.byte(c.to_ascii_lowercase() as u8);
            return;
        }
        match c {
            '\u{2019}' | '\u{2bc}' => self.byte(b'\''),
            '\u{2010}' | '\u{2011}' => self.byte(b'-'),
            _ => c.to_lowercase().flat_map(|low| u32::from(low).to_le_bytes()).for_each(|byte| self.byte(byte)),
        }
    }
}

/// The hash that [`Word::hash`] has for this word; the text must be a single word.
pub(crate) fn hash_word(word: &str) -> u64 {
    let mut hash = WordHash(FNV_OFFSET);
    word.chars().for_each(|c| hash.push(c));
    hash.0
}

/// The hashes of all words of a text.
pub(crate) fn hash_words(text: &str) -> Vec<u64> {
    let mut hashes = Vec::new();
    scan(text, |word| hashes.push(word.hash));
    hashes
}

/// Calls `each` for every word of `text`; spans are relative to it.
///
/// A word is a run of letters, digits and marks. Apostrophes, hyphens and underscores join when letters stand on both sides, points and commas
/// between digits. A URL is one word. Ideographs and kana are one word each, as scripts without spaces are counted by characters.
pub(crate) fn scan(text: &str, mut each: impl FnMut(Word)) {
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !is_word_char(first) {
            continue;
        }
        let mut hash = WordHash(FNV_OFFSET);
        hash.push(first);
        let mut end = start + first.len_utf8();
        let mut last = first;
        if !is_ideograph(first) {
            while let Some(&(at, c)) = rest.peek() {
                let next = text.get(at + c.len_utf8()..).and_then(|tail| tail.chars().next());
                let url = c == ':' && text.get(at..).is_some_and(|tail| tail.starts_with("://"));
                if url {
                    end = url_end(text, at);
                    text.get(at..end).unwrap_or_default().chars().for_each(|c| hash.push(c));
                    while rest.next_if(|(at, _)| *at < end).is_some() {}
                    break;
                }
                if is_ideograph(c) || !(is_word_char(c) || joins(last, c, next)) {
                    break;
                }
                hash.push(c);
                end = at + c.len_utf8();
                last = c;
                rest.next();
            }
        }
        each(Word { bytes: Span::new(start, end), hash: hash.0 });
    }
}

fn url_end(text: &str, from: usize) -> usize {
    let tail = text.get(from..).unwrap_or_default();
    let stop = |c: char| c.is_whitespace() || matches!(c, ')' | '>' | '"' | ']' | '<');
    tail.find(stop).map_or(text.len(), |len| from + len)
}

fn joins(last: char, c: char, next: Option<char>) -> bool {
    let Some(next) = next else { return false };
    match c {
        '\'' | '\u{2019}' | '-' | '\u{2010}' | '\u{2011}' | '_' => is_word_char(next) && !is_ideograph(next),
        '.' | ',' => last.is_numeric() && next.is_numeric(),
        _ => false,
    }
}

/// The hashed words of a title, articles included.
pub(crate) fn topic_words(title: &str) -> Vec<Word> {
    let mut words = Vec::new();
    scan(title, |word| words.push(word));
    words
}

pub(crate) fn is_word_char(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() || is_mark(c) }
}

/// Combining marks that are not alphabetic by themselves but belong to the word (accents, viramas, joiners).
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f | 0x483..=0x487 | 0x591..=0x5bd | 0x64b..=0x65f | 0x1ab0..=0x1aff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f | 0x200c..=0x200d)
        || matches!(u32::from(c), 0x900..=0xdff if !matches!(c, '\u{964}' | '\u{965}' | '\u{970}'))
        || matches!(u32::from(c), 0xe31..=0xe4e if c != '\u{e3f}')
}

fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        scan(text, |word| found.push(&text[word.bytes.range()]));
        found
    }

    #[test]
    fn joins_only_inside_words() {
        assert_eq!(cut("Don't stop - it's well-known, 'tis"), ["Don't", "stop", "it's", "well-known", "tis"]);
        assert_eq!(
            cut("3.5 or 1,000. Then,next a.b snake_case_"),
            ["3.5", "or", "1,000", "Then", "next", "a", "b", "snake_case"]
        );
    }

    #[test]
    fn a_url_is_one_word() {
        assert_eq!(cut("see (https://a.io/b-c?d=e) now"), ["see", "https://a.io/b-c?d=e", "now"]);
    }

    #[test]
    fn counts_ideographs_one_by_one() {
        assert_eq!(cut("Rust は速い"), ["Rust", "は", "速", "い"]);
        assert_eq!(cut("नमस्ते दुनिया"), ["नमस्ते", "दुनिया"]);
    }

    #[test]
    fn folds_case_and_apostrophes() {
        assert_eq!(hash_words("DON’T Über"), hash_words("don't über"));
        assert_eq!(hash_words("well-known"), [hash_word("WELL\u{2011}known")]);
        assert_ne!(hash_word("cat"), hash_word("act"));
    }
}
