//! Plain-text helpers shared by the renderers.

/// One line of printable text: white space collapsed, control characters dropped.
pub(super) fn tidy(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.chars().filter(|c| !c.is_control()).collect::<String>());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// At most `limit` characters of tidied text, cut between words and closed with an ellipsis.
pub(super) fn clip(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let head: String = text.chars().take(limit.saturating_sub(1)).collect();
    // A cut that falls inside a word goes back to the word before, unless that would leave little.
    let cut = match head.rfind(' ') {
        Some(space) if space > head.len() / 2 => &head[..space],
        _ => &head,
    };
    format!("{}…", cut.trim_end_matches([' ', ',', ';', ':', '-', '–', '—']))
}

/// Appends `text` escaped for HTML text and quoted attributes.
///
/// # Errors
/// Only when `out` fails.
pub(super) fn escape_html(out: &mut dyn std::fmt::Write, text: &str) -> std::fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'', '\0']) {
        out.write_str(&rest[..at])?;
        out.write_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => "\u{fffd}",
        })?;
        rest = &rest[at + 1..];
    }
    out.write_str(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tidy_makes_one_clean_line() {
        assert_eq!(tidy("  a\n\tb\u{0}c \u{7} d "), "a bc d");
    }

    #[test]
    fn clip_cuts_between_words() {
        assert_eq!(clip("short", 10), "short");
        assert_eq!(clip("alpha beta, gamma", 13), "alpha beta…");
        assert_eq!(clip(&"x".repeat(50), 10), format!("{}…", "x".repeat(9)));
        assert_eq!(clip("ééééé", 3), "éé…");
    }

    #[test]
    fn escaping_covers_text_and_attributes() {
        let mut out = String::new();
        escape_html(&mut out, "<a href='x' b=\"y\">&/é").unwrap_or_default();
        assert_eq!(out, "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;/é");
    }
}
