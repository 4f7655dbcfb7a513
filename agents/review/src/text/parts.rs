//! The parts an article consists of.

use std::ops::Range;

/// A half-open range of positions, small and `Copy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first position.
    pub start: u32,
    /// One past the last position.
    pub end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        // Articles are far below 4 GiB; saturating keeps the conversion total.
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end) }
    }

    /// The span as a `usize` range, for slicing.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The number of positions in it.
    #[must_use]
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// What a block of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading with its level, 1 to 6.
    Heading(u8),
    /// A paragraph of the body.
    Paragraph,
    /// A paragraph inside a list.
    ListItem,
    /// A paragraph inside a block quote.
    Quote,
    /// A table cell.
    Cell,
    /// A footnote's text.
    Footnote,
    /// A code block; its text is not part of the model. `closed` is false when its fence never ends.
    Code {
        /// Whether the closing fence is there (always true for indented code).
        closed: bool,
    },
}

impl BlockKind {
    /// Whether sentences of this block count for readability: running text, not labels.
    #[must_use]
    pub fn is_prose(self) -> bool {
        matches!(self, Self::Paragraph | Self::ListItem | Self::Quote)
    }
}

/// One block of the article, in document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Line of the Markdown it starts on, from 1.
    pub line: u32,
    /// Its bytes in [`TextModel::text`].
    pub bytes: Span,
    /// Its words in [`TextModel::words`].
    pub words: Span,
    /// Its sentences in [`TextModel::sentences`].
    pub sentences: Span,
    /// Whether all its text lies inside links (a call to action, say).
    pub only_links: bool,
}

/// One word: where it is, and a hash of its case-folded letters, so that comparing words needs no allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Its bytes in [`TextModel::text`].
    pub bytes: Span,
    /// Hash of the folded letters; equal for `Don’t` and `don't`.
    pub hash: u64,
}

/// One sentence; it never crosses a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Its bytes in [`TextModel::text`].
    pub bytes: Span,
    /// Its words in [`TextModel::words`].
    pub words: Span,
    /// Index of its block in [`TextModel::blocks`].
    pub block: u32,
}

/// A link or an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The address as Markdown gives it, escapes resolved.
    pub url: String,
    /// Line of the Markdown it is on, from 1.
    pub line: u32,
    /// True for an image.
    pub image: bool,
}

/// A piece of raw HTML in the Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawHtml {
    /// The markup as written.
    pub(crate) markup: String,
    /// Line of the Markdown it starts on, from 1.
    pub(crate) line: u32,
}

/// The words and blocks under one heading, or before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Section {
    /// Index of the heading's block; none before the first heading.
    pub(crate) heading: Option<usize>,
    /// Level of the heading, 0 before the first.
    pub(crate) level: u8,
    /// Words under the heading, without the heading's own.
    pub(crate) words: Span,
    /// Line of the heading, or 1.
    pub(crate) line: u32,
}
