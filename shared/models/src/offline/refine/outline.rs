//! The outline: one title, no level left out, no sentence twice, no paragraph without an end; and the disclosure once.

use std::collections::BTreeSet;

use super::{
    Work,
    document::{Block, Document},
    sentences::plain_words,
};
use crate::offline::{
    article::DISCLOSURE,
    text::{escape, one_line, word_count},
    writer::capitalise,
};

/// A paragraph of more words is divided (the review warns above 150).
const PARAGRAPH_WORDS: usize = 120;
/// So is the text under one heading (the review asks for it above 300 and 350).
const SECTION_WORDS: usize = 280;
/// Shorter sentences may recur.
const REPEATED_WORDS: usize = 4;

/// Puts the outline in order; `title` is for an article that has none.
pub(super) fn mend(document: &mut Document, title: &str) {
    document.retain(|line| !line.contains(DISCLOSURE));
    levels(document, title);
    let mut seen = BTreeSet::new();
    document.retain(|line| {
        let words = plain_words(line);
        words.len() < REPEATED_WORDS || seen.insert(words)
    });
    ends(document);
}

/// The text of the first heading.
pub(super) fn title(document: &Document) -> String {
    match document.blocks.first() {
        Some(Block::Heading(_, text)) => text.clone(),
        _ => String::new(),
    }
}

/// One H1, at the beginning; of other headings none is more than one level below the one before it.
fn levels(document: &mut Document, title: &str) {
    let blocks = &mut document.blocks;
    blocks.retain(|block| !matches!(block, Block::Heading(_, text) if word_count(text) == 0));
    let first = blocks.iter().position(|block| matches!(block, Block::Heading(1, _)));
    let title = match first {
        Some(at) => blocks.remove(at),
        None => {
            let mut text = escape(&one_line(title));
            if word_count(&text) == 0 {
                "Sample article".clone_into(&mut text);
            }
            capitalise(&mut text);
            Block::Heading(1, text)
        }
    };
    blocks.insert(0, title);
    let mut above = 1;
    for block in blocks.iter_mut().skip(1) {
        if let Block::Heading(level, _) = block {
            *level = (*level).clamp(2, above + 1);
            above = *level;
        }
    }
    // A heading with nothing below it says nothing.
    for at in (1..blocks.len()).rev() {
        let next = blocks.get(at + 1);
        let level = |block: &Block| if let Block::Heading(level, _) = block { Some(*level) } else { None };
        let empty = next.is_none_or(|next| level(next) <= level(&blocks[at]) && next.is_heading());
        if blocks[at].is_heading() && empty {
            blocks.remove(at);
        }
    }
}

/// Every paragraph ends like one.
fn ends(document: &mut Document) {
    for block in &mut document.blocks {
        if let Block::Prose(sentences) = block
            && let Some(last) = sentences.last_mut()
            && !last.ends_with(['.', '!', '?', ':', '"', ')', '”', '…'])
        {
            last.push('.');
        }
    }
}

impl Work<'_> {
    /// Divides long paragraphs and long sections.
    pub(super) fn divide(&mut self) {
        self.paragraphs();
        while let Some((at, section)) = self.long_section() {
            let heading = self.heading(section);
            self.document.blocks.insert(at, heading);
        }
    }

    /// Divides long paragraphs.
    pub(super) fn paragraphs(&mut self) {
        let mut at = 0;
        while at < self.document.blocks.len() {
            let long = self.document.blocks[at].words() > PARAGRAPH_WORDS;
            let half = self.document.sentences(at).len() / 2;
            if long
                && half > 0
                && let Some(sentences) = self.document.sentences_mut(at)
            {
                let rest = sentences.split_off(half);
                self.document.blocks.insert(at + 1, Block::Prose(rest));
            } else {
                at += 1;
            }
        }
    }

    /// Where a heading is missing: the block it should stand before, in the middle of a section that is too long.
    fn long_section(&self) -> Option<(usize, usize)> {
        self.document.sections().into_iter().enumerate().find_map(|(index, section)| {
            let words = |at: usize| self.document.blocks[at].words();
            let total: usize = section.clone().map(words).sum();
            if total <= SECTION_WORDS {
                return None;
            }
            let mut so_far = 0;
            let middle = section.clone().skip(2).find(|at| {
                so_far = (section.start..*at).map(words).sum();
                let led_in = matches!(self.document.blocks[*at], Block::Items(_));
                (so_far * 2 >= total || so_far + words(*at) > SECTION_WORDS) && !led_in
            });
            middle.map(|at| (at, index))
        })
    }
}
