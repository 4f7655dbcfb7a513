//! Text of strangers, made safe: one line, no control characters, no addresses, and no Markdown of its own.

/// How many words a text has: tokens between white space that hold a letter or a digit, so that `#` and `-` of Markdown
/// do not count.
pub(super) fn word_count(text: &str) -> usize {
    text.split_whitespace().filter(|token| token.chars().any(char::is_alphanumeric)).count()
}

/// The text on one line, single-spaced, without control and direction characters and without addresses.
///
/// Addresses go because bare ones become links in most renderers, and this model promises to write none.
pub(super) fn one_line(text: &str) -> String {
    // Invisible characters first: what they hide inside an address would hide the address from us.
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let mut line = String::with_capacity(visible.len());
    for token in visible.split(|c: char| c.is_whitespace() || c.is_control()) {
        if token.is_empty() || is_address(token) {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(token);
    }
    line
}

/// True for a web or mail address, however it is wrapped.
pub(super) fn is_address(token: &str) -> bool {
    let has = |part: &str| token.as_bytes().windows(part.len()).any(|at| at.eq_ignore_ascii_case(part.as_bytes()));
    has("://") || has("www.") || has("mailto:") || has("xmpp:") || token.find('@').is_some_and(|at| at > 0)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// At most `limit` characters of the text, cut between words where it can be.
pub(super) fn shorten(text: &str, limit: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(limit) else { return text };
    let head = &text[..end];
    match head.rfind(' ') {
        Some(space) if space * 2 > head.len() => &head[..space],
        _ => head,
    }
}

/// Puts a backslash before everything that Markdown, HTML or a template would take as its own.
///
/// No more than that: a plain `C++` or `AT&T` stays as typed, so that a reviewer finds it in the text.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let hazard = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '{' | '}' | '|' | '~' | '^' | '$' => true,
            // Emphasis needs an edge of a word.
            '_' => !before.is_alphanumeric() || !rest.clone().next().is_some_and(char::is_alphanumeric),
            // A heading's closing marks stand after a space.
            '#' => before == ' ' || before == '#',
            '&' => {
                rest.clone().next().is_some_and(|next| next == '#' || next.is_ascii_alphabetic())
                    && is_entity(rest.as_str())
            }
            '=' => before == '=',
            _ => false,
        };
        if hazard {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

/// Whether what follows an `&` makes it a character reference.
fn is_entity(rest: &str) -> bool {
    let name = rest.strip_prefix('#').unwrap_or(rest);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    end > 0 && end < 40 && name[end..].starts_with(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_taken_literally() {
        assert_eq!(escape("<b>*x*</b> [a](b) `c`"), r"\<b\>\*x\*\</b\> \[a\](b) \`c\`");
        assert_eq!(escape("{{ secret }} ~~no~~"), r"\{\{ secret \}\} \~\~no\~\~");
        assert_eq!(escape("&lt;script&gt; &#60;"), r"\&lt;script\&gt; \&#60;");
        assert_eq!(escape("_x_ snake_case # ##"), r"\_x\_ snake_case \# \#\#");
        assert_eq!(escape(r"\*"), r"\\\*");
    }

    #[test]
    fn harmless_text_stays_as_typed() {
        for text in ["C++ and C#", "AT&T", "Größe: 5 % (ca.)", "日本の庭園", "R&D; more", "a-b, c/d!"] {
            assert_eq!(escape(text).replace(r"\&D;", "&D;"), text);
        }
    }

    #[test]
    fn one_line_drops_controls_directions_and_addresses() {
        assert_eq!(one_line("a\r\n\tb\u{0}c \u{202e}d\u{200b}e"), "a b c de");
        assert_eq!(one_line("see https://evil.test/x, WWW.evil.test or me@evil.test @home"), "see or @home");
        assert_eq!(one_line(" \u{feff} \n"), "");
        assert_eq!(one_line("go https:\u{200b}//evil.test now"), "go now");
    }

    #[test]
    fn shortens_between_words_and_characters() {
        assert_eq!(shorten("one two three", 9), "one two");
        assert_eq!(shorten("ééééé", 3), "ééé");
        assert_eq!(shorten("short", 9), "short");
        assert_eq!(word_count("# A *b* - c, 5 !"), 4);
    }
}
