//! Mending one line of Markdown that is no code.

/// What is around a line.
#[derive(Clone, Copy)]
pub(super) struct Neighbours {
    /// Nothing but blank lines before it.
    pub(super) first: bool,
    pub(super) blank_before: bool,
    pub(super) blank_after: bool,
}

/// Punctuation that is wrong when doubled. Full stops are left out: two of them are as often an ellipsis or a path.
const DOUBLED: [char; 5] = [',', ';', '\u{2019}', '\u{201c}', '\u{201d}'];
/// What makes a line more than plain prose: code, HTML, links, tables, escapes. Only its end is mended.
const MARKUP: [&str; 8] = ["`", "<", "](", "]:", "|", "\\", "://", "$"];

/// The line without trailing white space, doubled spaces and doubled punctuation, and with a space after heading marks.
pub(super) fn fixed_line(line: &str, around: Neighbours) -> String {
    let end = line.trim_end_matches([' ', '\t', '\r']);
    // A backslash before the line end is a hard break, and was none while white space followed.
    if end.ends_with('\\') {
        return line.to_owned();
    }
    let mut fixed = heading(end, around).unwrap_or_else(|| end.to_owned());
    if !MARKUP.iter().any(|mark| fixed.contains(mark)) {
        fixed = inner(&fixed);
    }
    let trailing = line.strip_prefix(end).unwrap_or_default();
    // Two spaces before another line of the paragraph are a hard break: the author's choice.
    if trailing.starts_with("  ") && !around.blank_after && !end.trim_start().starts_with('#') {
        fixed.push_str("  ");
    }
    fixed
}

/// `##Part` as `## Part`. A single mark may be a hashtag, unless the text begins with it.
fn heading(line: &str, around: Neighbours) -> Option<String> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let marks = (2..=6).contains(&level) || (level == 1 && around.first);
    let alone = around.blank_before && around.blank_after;
    (marks && alone && text.starts_with(char::is_alphabetic)).then(|| format!("{} {text}", "#".repeat(level)))
}

fn inner(line: &str) -> String {
    let start = prefix(line);
    let (head, body) = line.split_at_checked(start).unwrap_or((line, ""));
    let mut fixed = String::with_capacity(line.len());
    fixed.push_str(head);
    let mut last = None;
    for c in body.chars() {
        let doubled = last == Some(c) && (c == ' ' || DOUBLED.contains(&c));
        if !doubled {
            fixed.push(c);
        }
        last = Some(c);
    }
    fixed
}

/// The length of indentation and of marks of quotes, lists, tasks and headings: spaces there carry structure.
fn prefix(line: &str) -> usize {
    let mut rest = line;
    loop {
        let trimmed = rest.trim_start();
        let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
        let mark = match trimmed.bytes().next() {
            Some(b'>') => 1,
            Some(b'-' | b'*' | b'+') => 1,
            Some(b'#') => trimmed.bytes().take_while(|byte| *byte == b'#').count(),
            Some(b'[') => trimmed.find(']').map_or(0, |at| at + 1),
            _ if digits > 0 && matches!(trimmed.as_bytes().get(digits), Some(b'.' | b')')) => digits + 1,
            _ => 0,
        };
        let after = trimmed.get(mark..).unwrap_or_default();
        // A mark is one only before a space or the next mark of a quote.
        if mark == 0 || !(after.is_empty() || after.starts_with([' ', '\t']) || trimmed.starts_with('>')) {
            return line.len() - trimmed.len();
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALONE: Neighbours = Neighbours { first: false, blank_before: true, blank_after: true };

    #[test]
    fn mends_prose() {
        assert_eq!(fixed_line("One  two,, ’’three’’  ", ALONE), "One two, ’three’");
        assert_eq!(fixed_line("> -  1.  [ ]  a  b", ALONE), "> -  1.  [ ]  a b");
        assert_eq!(fixed_line("  *a*  b", ALONE), "  *a* b");
    }

    #[test]
    fn leaves_markup_and_ellipses() {
        for line in [
            "[a  b](c,,d)",
            "|a  |b  |",
            "see https://a.io/b,,c  d",
            "wait... what..",
            "[x]: /a  'b'",
            "a \\  b",
            "Really!! Now??",
        ] {
            assert_eq!(fixed_line(line, ALONE), line);
        }
    }

    #[test]
    fn keeps_hard_breaks() {
        let inside = Neighbours { blank_after: false, ..ALONE };
        assert_eq!(fixed_line("a    ", inside), "a  ");
        assert_eq!(fixed_line("a ", inside), "a");
        assert_eq!(fixed_line("a\\ ", inside), "a\\ ");
        assert_eq!(fixed_line("# a  ", inside), "# a");
    }
}
