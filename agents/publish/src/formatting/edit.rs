//! Changing places of a Markdown text that its syntax tree names.

use std::ops::Range;

use comrak::nodes::NodeValue;
use comrak::{Node, nodes::Sourcepos};

/// Replaces a range of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) at: Range<usize>,
    pub(super) text: String,
}

/// The bytes of a text by line and column.
#[derive(Debug)]
pub(super) struct Source<'t> {
    text: &'t str,
    lines: Vec<usize>,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text, lines: std::iter::once(0).chain(breaks).collect() }
    }

    /// Where a line, from 1, starts.
    pub(super) fn line(&self, number: usize) -> Option<usize> {
        self.lines.get(number.checked_sub(1)?).copied()
    }

    /// The byte at which a node starts.
    pub(super) fn start(&self, at: Sourcepos) -> Option<usize> {
        Some(self.line(at.start.line)? + at.start.column.checked_sub(1)?)
    }

    /// Where a text node stands, when the source says there what the node says: entities, escapes and lines that the parser
    /// joined do not, and are let be.
    pub(super) fn verbatim(&self, node: Node<'_>) -> Option<Range<usize>> {
        let data = node.data();
        let NodeValue::Text(text) = &data.value else { return None };
        let start = self.start(data.sourcepos)?;
        let range = start..start + text.len();
        (self.text.get(range.clone()) == Some(&**text)).then_some(range)
    }

    /// The text with the edits made; of those that overlap the first.
    pub(super) fn edited(&self, mut edits: Vec<Edit>) -> String {
        edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
        let mut out = String::with_capacity(self.text.len() + 64);
        let mut done = 0;
        for edit in edits {
            let Some(kept) = self.text.get(done..edit.at.start) else { continue };
            out.push_str(kept);
            out.push_str(&edit.text);
            done = edit.at.end;
        }
        out.push_str(self.text.get(done..).unwrap_or_default());
        out
    }
}
