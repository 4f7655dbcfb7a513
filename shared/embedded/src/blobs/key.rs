//! Ranges of keys.

/// The first text after all that start with `prefix`; `None` when there is none.
pub(super) fn end_of(prefix: &str) -> Option<String> {
    let mut rest = prefix.to_owned();
    while let Some(last) = rest.pop() {
        // The letter after this one; the step over the surrogates is the only gap.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            rest.push(next);
            return Some(rest);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::end_of;

    #[test]
    fn the_end_of_a_prefix_is_after_all_that_start_with_it() {
        assert_eq!(end_of("a/").as_deref(), Some("a0"));
        assert_eq!(end_of("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(end_of("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(end_of(""), None);
        assert_eq!(end_of("\u{10ffff}"), None);
    }
}
