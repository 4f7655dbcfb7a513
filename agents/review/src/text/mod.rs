//! A small model of an article: Markdown parsed once into plain text with blocks, words and sentences over it.
//! It knows nothing of thresholds; every check reads this model and never the Markdown syntax.

mod build;
mod phrases;
mod sensitive;
mod sentences;
mod shingles;
mod signature;
mod syllables;
mod topic;
mod words;

use std::ops::Range;

pub(crate) use phrases::PhraseSet;
pub(crate) use sensitive::{SensitiveKind, find_sensitive, mask_value, masked};
pub(crate) use sentences::ends_finished;
pub(crate) use shingles::{containment, jaccard, shingle_hashes};
pub use signature::{Signature, SignatureError};
pub(crate) use syllables::syllables;
pub use topic::normalise_topic;
pub(crate) use topic::topic_words;
pub(crate) use words::{hash_word, hash_words};

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

/// An article parsed into plain text, blocks, sentences and words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextModel {
    text: String,
    blocks: Vec<Block>,
    words: Vec<Word>,
    sentences: Vec<Sentence>,
    links: Vec<Link>,
    raw_html: Vec<RawHtml>,
    code_spans: Vec<Span>,
    html: String,
    depth: u32,
}

impl TextModel {
    /// Parses Markdown (CommonMark with tables, strike-through, autolinks, task lists and footnotes).
    #[must_use]
    pub fn parse(markdown: &str) -> Self {
        build::build(markdown)
    }

    /// The plain text of all blocks, one after the other; code blocks, image texts and raw HTML are left out.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The blocks in document order.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// All words: those of headings, lists, tables and footnotes too, not those of code blocks.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// All sentences of blocks that are no headings, cells or code.
    #[must_use]
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// Links and images in document order.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The number of words a reader sees.
    #[must_use]
    pub fn word_count(&self) -> usize {
        self.words.len()
    }

    /// The text of the first H1, or none.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.blocks.iter().find(|block| block.kind == BlockKind::Heading(1)).map(|block| self.slice(block.bytes))
    }

    pub(crate) fn raw_html(&self) -> &[RawHtml] {
        &self.raw_html
    }

    /// How deep lists and quotes are nested.
    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    /// The rendered page *before* sanitising, raw HTML included.
    pub(crate) fn unsafe_html(&self) -> &str {
        &self.html
    }

    /// The text of a byte span; empty when the span is not of this text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    pub(crate) fn words_of(&self, span: Span) -> &[Word] {
        self.words.get(span.range()).unwrap_or_default()
    }

    /// The byte span from the first to the last word of a word span.
    pub(crate) fn bytes_of_words(&self, span: Span) -> Span {
        match (self.words_of(span).first(), self.words_of(span).last()) {
            (Some(first), Some(last)) => Span { start: first.bytes.start, end: last.bytes.end },
            _ => Span::default(),
        }
    }

    /// Whether a byte offset of the text lies in a code span.
    pub(crate) fn in_code_span(&self, at: usize) -> bool {
        let after = self.code_spans.partition_point(|span| span.start as usize <= at);
        after.checked_sub(1).and_then(|i| self.code_spans.get(i)).is_some_and(|span| at < span.end as usize)
    }

    /// The Markdown line of a byte offset of the text. Line breaks inside a block are kept in the text, so counting them is enough.
    #[must_use]
    pub fn line_of(&self, at: usize) -> u32 {
        let after = self.blocks.partition_point(|block| block.bytes.start as usize <= at);
        let Some(block) = after.checked_sub(1).and_then(|i| self.blocks.get(i)) else { return 1 };
        let before = self.text.as_bytes().get(block.bytes.start as usize..at).unwrap_or_default();
        let breaks = before.iter().filter(|byte| **byte == b'\n').count();
        block.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX))
    }

    /// The sections in document order; the first holds what stands before the first heading.
    pub(crate) fn sections(&self) -> Vec<Section> {
        let mut sections = vec![Section { heading: None, level: 0, words: Span::default(), line: 1 }];
        for (index, block) in self.blocks.iter().enumerate() {
            if let BlockKind::Heading(level) = block.kind {
                let words = Span { start: block.words.end, end: block.words.end };
                sections.push(Section { heading: Some(index), level, words, line: block.line });
            } else if let Some(section) = sections.last_mut() {
                section.words.end = block.words.end;
            }
        }
        sections
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "# Title here\n\nFirst line of text.\nSecond line! Third.\n\n## Part\n\n- one item\n- two\n";

    #[test]
    fn knows_lines_inside_paragraphs() {
        let model = TextModel::parse(SAMPLE);
        let lines: Vec<u32> = model.sentences().iter().map(|s| model.line_of(s.bytes.start as usize)).collect();
        assert_eq!(lines, [3, 4, 4, 8, 9]);
        assert_eq!(model.title(), Some("Title here"));
        assert_eq!(model.line_of(usize::MAX), 9);
    }

    #[test]
    fn cuts_sections_at_headings() {
        let model = TextModel::parse(SAMPLE);
        let sections: Vec<(u8, usize)> = model.sections().iter().map(|s| (s.level, s.words.len())).collect();
        assert_eq!(sections, [(0, 0), (1, 7), (2, 3)]);
    }

    #[test]
    fn a_foreign_span_is_empty_text() {
        let model = TextModel::parse("abc");
        assert_eq!(model.slice(Span::new(2, 90)), "");
        assert_eq!(model.slice(Span::new(3, 1)), "");
    }

    proptest::proptest! {
        #[test]
        fn parses_anything(text in "\\PC*", marks in "[ #*_`>\\-\\[\\]()<!|~\n\ta-c1.:/@&;{}]{0,80}") {
            for markdown in [text, marks] {
                let model = TextModel::parse(&markdown);
                for block in model.blocks() {
                    assert!(model.text.get(block.bytes.range()).is_some());
                    assert!(model.words.get(block.words.range()).is_some());
                    assert!(model.sentences.get(block.sentences.range()).is_some());
                }
                for word in model.words() {
                    assert!(!model.slice(word.bytes).is_empty());
                }
                for sentence in model.sentences() {
                    assert!(!sentence.words.is_empty());
                }
            }
        }
    }
}
