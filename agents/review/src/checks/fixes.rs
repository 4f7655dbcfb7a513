//! Mechanical fixes that are safe without asking anyone.

mod line;

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};

use crate::text::hash_words;
use line::{Neighbours, fixed_line};

/// Passes until nothing changes any more; one is the rule, two happen when a new heading divides blocks anew.
const MAX_PASSES: usize = 4;

/// The Markdown with trailing white space, runs of blank lines, doubled spaces and doubled punctuation mended, a space after heading marks and
/// one final line end; `None` when there is nothing to mend. Code and raw HTML are never touched, and mending twice changes nothing.
#[must_use]
pub fn minor_fixes(markdown: &str) -> Option<String> {
    // A lone carriage return is a line end to Markdown but not here; such a text is left to its author.
    if markdown.trim().is_empty() || markdown.replace("\r\n", "\n").contains('\r') {
        return None;
    }
    let before = Protected::of(markdown);
    let mut protected = before.clone();
    let mut text = markdown.to_owned();
    for _ in 0..MAX_PASSES {
        let next = pass(&text, &protected);
        if next == text {
            return (text != markdown).then_some(text);
        }
        protected = Protected::of(&next);
        // The fixes keep to prose and change no word; should one of them ever do so through a quirk of the syntax, there is no fix.
        if protected.code != before.code || protected.words != before.words {
            return None;
        }
        text = next;
    }
    None
}

/// Lines that must stay as they are, and the code on them.
#[derive(Clone)]
struct Protected {
    /// First and last line of each protected block, from 1.
    lines: Vec<(usize, usize)>,
    code: Vec<String>,
    /// Hashes of all words, to see that none has changed.
    words: Vec<u64>,
}

impl Protected {
    fn of(markdown: &str) -> Self {
        let arena = Arena::new();
        let mut options = Options::default();
        options.extension.table = true;
        options.extension.footnotes = true;
        let root = parse_document(&arena, markdown, &options);
        let mut found = Self { lines: Vec::new(), code: Vec::new(), words: Vec::new() };
        let mut text = String::with_capacity(markdown.len());
        for node in root.descendants() {
            let node = node.data();
            let (start, end) = (node.sourcepos.start.line, node.sourcepos.end.line);
            match &node.value {
                NodeValue::CodeBlock(code) => {
                    found.code.push(code.literal.clone());
                    found.lines.push((start, end));
                }
                NodeValue::Code(code) => {
                    found.code.push(code.literal.clone());
                    // Code on one line is recognised by its backtick; over several lines only the tree knows it.
                    if start != end {
                        found.lines.push((start, end));
                    }
                }
                NodeValue::HtmlBlock(_) | NodeValue::HtmlInline(_) => found.lines.push((start, end)),
                NodeValue::Text(piece) => text.push_str(piece),
                _ => text.push('\n'),
            }
        }
        found.words = hash_words(&text);
        found
    }

    /// One flag per line.
    fn flags(&self, count: usize) -> Vec<bool> {
        let mut flags = vec![false; count];
        for (start, end) in &self.lines {
            flags.iter_mut().take(*end).skip(start.saturating_sub(1)).for_each(|flag| *flag = true);
        }
        flags
    }
}

fn pass(markdown: &str, protected: &Protected) -> String {
    let lines: Vec<&str> = markdown.split('\n').collect();
    let flags = protected.flags(lines.len());
    let is_protected = |at: usize| flags.get(at).copied().unwrap_or_default();
    let is_blank = |at: usize| lines.get(at).is_none_or(|line| line.trim().is_empty());
    let mut out = String::with_capacity(markdown.len() + 1);
    let mut blank_before = true;
    for (at, line) in lines.iter().enumerate() {
        if is_protected(at) {
            out.push_str(line);
            out.push('\n');
            blank_before = false;
        } else if is_blank(at) {
            if !blank_before {
                out.push('\n');
            }
            blank_before = true;
        } else {
            let around = Neighbours { first: out.is_empty(), blank_before, blank_after: is_blank(at + 1) };
            out.push_str(&fixed_line(line, around));
            out.push('\n');
            blank_before = false;
        }
    }
    // A protected last line may hold line ends of its own; only blank lines added here are taken back.
    if !lines.len().checked_sub(1).is_some_and(is_protected) {
        out.truncate(out.trim_end_matches('\n').len());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::TextModel;

    fn fixed(text: &str) -> String {
        minor_fixes(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn mends_lines_and_blank_lines() {
        assert_eq!(
            fixed("\n\n# Title  \n\n\n\nOne  two,, three;;   four.   \n\n\n"),
            "# Title\n\nOne two, three; four.\n"
        );
        assert_eq!(fixed("One line"), "One line\n");
        assert_eq!(fixed("a\r\n\r\n\r\nb\r\n"), "a\n\nb\n");
    }

    #[test]
    fn leaves_clean_text_and_odd_texts_alone() {
        for text in [
            "# Title\n\nText… and “quotes”.\n",
            "",
            "  \n",
            "a\rb  c",
            "3.",
            "a  \nb\n",
            "-   item\n\n    more\n",
            "1.  one\n2.  two\n",
        ] {
            assert_eq!(minor_fixes(text), None, "{text:?}");
        }
    }

    #[test]
    fn never_touches_code() {
        for code in [
            "```\na  b,,   \n\n\n\nc\n```\n",
            "Text.\n\n    a  b,,  \n\n\n    c\n",
            "A `b  c,,` d\n",
            "A `b  \n c,,  d` e\n",
            "<pre>\na  b  \n</pre>\n",
            "~~~\nopen  \n\n\n",
        ] {
            assert_eq!(minor_fixes(code), None, "{code:?}");
        }
        assert_eq!(fixed("a  b\n\n\n```\nc  d\n\n\n```\n\n\ne  f"), "a b\n\n```\nc  d\n\n\n```\n\ne f\n");
    }

    #[test]
    fn mends_headings() {
        assert_eq!(fixed("#Title\n\n##Part\n\nText\n"), "# Title\n\n## Part\n\nText\n");
        for text in ["Text\n\n#hashtag\n", "##Part\n    not code\n", "#1 of all\n", "#!shebang\n"] {
            assert_eq!(minor_fixes(text), None, "{text:?}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]
        #[test]
        fn is_idempotent_and_keeps_words_and_code(
            text in "\\PC{0,40}",
            lines in proptest::collection::vec("( {0,5}|> |- |1. |# |##|    |```|~~~|\t)[a-c ,;.`*<>\\[\\]()|'’“”:/#\\\\-]{0,12}( {0,3}|\r)", 0..12),
        ) {
            for markdown in [text, lines.join("\n")] {
                let Some(once) = minor_fixes(&markdown) else { continue };
                assert_eq!(minor_fixes(&once), None, "{markdown:?}");
                let words = |text: &str| {
                    let model = TextModel::parse(text);
                    model.words().iter().map(|word| word.hash).collect::<Vec<_>>()
                };
                assert_eq!(words(&once), words(&markdown), "{markdown:?}");
                assert_eq!(Protected::of(&once).code, Protected::of(&markdown).code, "{markdown:?}");
            }
        }
    }
}
