//! A small model of an article: Markdown parsed once into plain text with blocks, words and sentences over it.
//! It knows nothing of thresholds; every check reads this model and never the Markdown syntax.

mod build;
mod parts;
mod phrases;
mod sensitive;
mod sentences;
mod shingles;
mod signature;
mod syllables;
mod words;

pub use parts::{Block, BlockKind, Link, Sentence, Span, Word};
pub(crate) use parts::{RawHtml, Section};
pub(crate) use phrases::PhraseSet;
pub(crate) use sensitive::{SensitiveKind, find_sensitive, mask_value, masked};
pub(crate) use sentences::ends_finished;
pub(crate) use shingles::{containment, jaccard, shingle_hashes};
pub use signature::{Signature, SignatureError};
pub(crate) use syllables::syllables;
pub(crate) use words::topic_words;
pub(crate) use words::{hash_word, hash_words};

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
