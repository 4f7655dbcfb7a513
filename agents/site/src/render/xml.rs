//! Escaping for XML and HTML.

/// Appends `text` escaped for element content and double-quoted attributes. Characters that XML 1.0
/// forbids even when escaped are replaced, since one of them makes a whole feed unreadable.
pub(super) fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
}

/// Appends `<name>text</name>` and a line end.
pub(super) fn element(out: &mut String, name: &str, text: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    escape_into(out, text);
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_break_out_or_break_the_document() {
        let mut out = String::new();
        element(&mut out, "t", "a<b>&\"'\n\u{0}\u{ffff}é");
        assert_eq!(out, "<t>a&lt;b&gt;&amp;&quot;&#39; \u{fffd}\u{fffd}é</t>\n");
    }
}
