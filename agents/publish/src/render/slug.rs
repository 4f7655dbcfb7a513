//! Slugs: the last path segment of an article.

use mesh_article::ascii_words;
use uuid::Uuid;

/// Longest slug, id suffix included.
const MAX_CHARS: usize = 75;
const SUFFIX_CHARS: usize = 8;
/// Used when a title holds nothing that can be written in ASCII.
const FALLBACK: &str = "article";

/// A lower-case ASCII kebab slug of at most 75 characters.
#[must_use]
pub fn slug(title: &str) -> String {
    stem(title, MAX_CHARS)
}

/// The slug of an article whose own is taken: made unique by the last eight hex digits of the content id. The end of the
/// id is used because the start of a time-ordered id is not unique.
#[must_use]
pub fn unique_slug(title: &str, content_id: Uuid) -> String {
    let id = content_id.simple().to_string();
    let suffix = &id[id.len() - SUFFIX_CHARS..];
    format!("{}-{suffix}", stem(title, MAX_CHARS - SUFFIX_CHARS - 1))
}

/// True for slugs and ids of posts, and for nothing that could be a path of its own or need escaping.
pub(super) fn is_segment(segment: &str) -> bool {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.');
    (1..=MAX_CHARS).contains(&segment.len())
        && segment.bytes().all(allowed)
        && segment.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Whole words of the title in ASCII, as many as fit.
fn stem(title: &str, room: usize) -> String {
    let mut stem = String::new();
    for word in ascii_words(&spoken(title)) {
        let needed = word.len() + usize::from(!stem.is_empty());
        if stem.len() + needed > room {
            if stem.is_empty() {
                stem.push_str(&word[..room]);
            }
            break;
        }
        if !stem.is_empty() {
            stem.push('-');
        }
        stem.push_str(&word);
    }
    if stem.is_empty() { FALLBACK.to_owned() } else { stem }
}

/// The few signs people put in titles, as words.
fn spoken(title: &str) -> String {
    title.replace('&', " and ").replace('+', " plus ").replace('%', " percent ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: Uuid = Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);

    #[test]
    fn titles_become_readable_slugs() {
        for (title, want) in [
            ("Why Teams Ship Slower: 5 Reasons", "why-teams-ship-slower-5-reasons-89abcdef"),
            ("Café & Crème brûlée — don’t panic!", "cafe-and-creme-brulee-dont-panic-89abcdef"),
            ("ŁÓDŹ, Straße, Đà Nẵng", "lodz-strasse-da-nang-89abcdef"),
            ("100% CPU", "100-percent-cpu-89abcdef"),
            ("日本語のタイトル", "article-89abcdef"),
            ("", "article-89abcdef"),
            ("../../etc/passwd", "etc-passwd-89abcdef"),
        ] {
            assert_eq!(unique_slug(title, ID), want);
            assert_eq!(slug(title), want.trim_end_matches("-89abcdef"));
        }
    }

    #[test]
    fn long_titles_are_cut_between_words() {
        let got = unique_slug(&"observability ".repeat(12), ID);
        assert_eq!(got, "observability-observability-observability-observability-89abcdef");
        assert_eq!((unique_slug(&"x".repeat(200), ID).len(), slug(&"x".repeat(200)).len()), (75, 75));
    }

    proptest! {
        #[test]
        fn every_title_gives_a_valid_slug(title in "\\PC{0,120}", id in any::<u128>()) {
            for got in [slug(&title), unique_slug(&title, Uuid::from_u128(id))] {
                prop_assert!(mesh_contracts::Slug::new(got.as_str()).is_ok() && is_segment(&got), "{got}");
            }
        }
    }
}
