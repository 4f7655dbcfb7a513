//! The length: sentences out of the longest sections, or further sentences and sections, until it fits.

use super::{Block, Document, Role, Work, article, sentences::opening, speak, voice::Voice, word_count};
use crate::offline::article::{FULL, SECTION_WORDS, TIGHT};

/// Shortening and lengthening take turns so often at most.
const ROUNDS: usize = 6;
/// A gap of so many words is filled with sections, a smaller one with sentences.
const NEW_SECTION: usize = 90;
/// How far above the lower bound a text is lengthened.
const MARGIN: usize = 15;
/// With more to take out than this, any sentence will do.
const ROUGH: usize = 20;
/// Sentences that are tried for one that fits.
const TRIES: usize = 8;
/// A paragraph takes further sentences up to so many words.
const PARAGRAPH_WORDS: usize = 90;
/// Equal openings in a row that are too many.
const RUN: usize = 3;
/// Items a list keeps.
const ITEMS: usize = 2;

impl Work<'_> {
    /// Brings the text between its bounds, or within half a sentence of them where they lie too close together.
    pub(super) fn fit(&mut self) {
        for _ in 0..ROUNDS {
            self.paragraphs();
            self.vary_openings();
            let words = self.document.words();
            if words > self.max {
                self.shorten(words);
            } else if words < self.min && self.max - words > FULL {
                self.lengthen(words);
            } else {
                return;
            }
        }
        let words = self.document.words();
        if words > self.max {
            self.shorten(words);
        }
    }

    fn shorten(&mut self, mut words: usize) {
        while words > self.max {
            let dropped = self.drop_sentence(words - self.max).or_else(|| self.drop_items());
            let Some(dropped) = dropped else { return };
            words -= dropped;
        }
    }

    /// Takes a sentence out of the longest section that can spare one: its words.
    fn drop_sentence(&mut self, excess: usize) -> Option<usize> {
        let mut sections = self.document.sections();
        let words = |section: &std::ops::Range<usize>| -> usize {
            section.clone().map(|at| self.document.blocks[at].words()).sum()
        };
        sections.sort_by_key(|section| usize::MAX - words(section));
        let spare = sections.into_iter().map(|section| self.spare(section)).find(|spare| !spare.is_empty())?;
        let length = |(block, at): &(usize, usize)| word_count(&self.document.sentences(*block)[*at]);
        let chosen = if excess >= ROUGH {
            spare.last().copied()
        } else {
            // The shortest that is enough, or else the longest.
            let fits = |place: &(usize, usize)| {
                let length = length(place);
                if length >= excess { (0, length) } else { (1, usize::MAX - length) }
            };
            spare.into_iter().rev().min_by_key(fits)
        };
        let (block, at) = chosen?;
        let dropped = length(&(block, at));
        let sentences = self.document.sentences_mut(block)?;
        sentences.remove(at);
        if sentences.is_empty() {
            self.document.blocks.remove(block);
        }
        Some(dropped)
    }

    /// The sentences that a section can spare: none of the first and the last paragraph, none that leads in a list, and not
    /// the only one.
    fn spare(&self, section: std::ops::Range<usize>) -> Vec<(usize, usize)> {
        let prose = self.document.prose();
        let ends = [prose.first(), prose.last()];
        let content = |at: usize| match &self.document.blocks[at] {
            Block::Heading(..) => 0,
            Block::Prose(sentences) => sentences.len(),
            Block::Items(_) | Block::Other(_) => 1,
        };
        if section.clone().map(content).sum::<usize>() < 2 {
            return Vec::new();
        }
        let inner = section.filter(|at| !ends.contains(&Some(at)));
        let places = inner.flat_map(|block| {
            let count = self.document.sentences(block).len();
            let led_in = matches!(self.document.blocks.get(block + 1), Some(Block::Items(_)));
            (0..count - usize::from(led_in && count > 0)).map(move |at| (block, at))
        });
        places.collect()
    }

    /// Takes an item out of the longest list, or a list that has few with the sentence before it: the words.
    fn drop_items(&mut self) -> Option<usize> {
        let items = |block: &Block| if let Block::Items(lines) = block { lines.len() } else { 0 };
        let blocks = &mut self.document.blocks;
        let longest = (0..blocks.len()).max_by_key(|at| (items(&blocks[*at]), usize::MAX - at))?;
        if let Some(Block::Items(lines)) = blocks.get_mut(longest)
            && lines.len() > ITEMS
        {
            return lines.pop().map(|line| word_count(&line));
        }
        let prose = self.document.prose();
        let lists = (1..self.document.blocks.len()).filter(|at| items(&self.document.blocks[*at]) > 0);
        let mut led_in = lists.filter(|at| {
            let alone = self.document.sentences(at - 1).len() == 1;
            let ends = [prose.first(), prose.last()].contains(&Some(&(at - 1)));
            let more = self.document.sections().into_iter().find(|section| section.contains(at));
            alone && !ends && more.is_some_and(|section| section.len() > 3)
        });
        let at = led_in.next_back()?;
        let dropped = self.document.blocks[at - 1].words() + self.document.blocks[at].words();
        self.document.blocks.drain(at - 1..=at);
        Some(dropped)
    }

    fn lengthen(&mut self, words: usize) {
        let target = self.min + ((self.max - self.min) / 2).min(MARGIN);
        if target - words >= NEW_SECTION {
            self.add_sections(target - words);
        } else {
            self.add_sentences(words);
        }
    }

    /// Adds sections of so many words together before the last one.
    fn add_sections(&mut self, words: usize) {
        let headed = |block: &Block| matches!(block, Block::Heading(2, _));
        let at = self.document.blocks.iter().rposition(headed).unwrap_or(self.document.blocks.len());
        let before = self.document.blocks.iter().filter(|block| headed(block)).count();
        let count = ((words + SECTION_WORDS / 2) / SECTION_WORDS).max(1);
        self.writer.out.clear();
        let start = self.writer.words;
        for section in 0..count {
            article::heading(&mut self.writer, before + section, false);
            article::section(&mut self.writer, start + words * (section + 1) / count, section % 3 == 2, false);
        }
        let mut added = Document::parse(&self.writer.out);
        for block in &mut added.blocks {
            speak(block, &mut self.voice, &mut false);
        }
        self.document.blocks.splice(at..at, added.blocks);
    }

    /// Adds sentences, each to the section that is the shortest then.
    fn add_sentences(&mut self, mut words: usize) {
        let mut role = self.writer.rng.below(3);
        while words < self.min {
            let room = self.max - words;
            let tight = (room <= TIGHT).then_some(room);
            let fitting = (0..TRIES).find_map(|_| {
                role += 1;
                let role = [Role::Claim, Role::Reason, Role::Example][role % 3];
                let sentence = self.sentence(role, None, tight);
                (word_count(&sentence) <= room).then_some(sentence)
            });
            let Some(sentence) = fitting else { return };
            words += word_count(&sentence);
            self.place(sentence);
        }
    }

    fn place(&mut self, sentence: String) {
        let sections = self.document.sections();
        let inner = if sections.len() > 1 { &sections[1..] } else { &sections[..] };
        let words = |section: &&std::ops::Range<usize>| -> usize {
            (*section).clone().map(|at| self.document.blocks[at].words()).sum()
        };
        let Some(section) = inner.iter().min_by_key(words).cloned() else { return };
        let prose = self.document.prose();
        let (first, last) = (prose.first().copied(), prose.last().copied());
        let takes = |at: &usize| {
            let block = &self.document.blocks[*at];
            let led_in = matches!(self.document.blocks.get(at + 1), Some(Block::Items(_)));
            let plain = matches!(block, Block::Prose(_)) && block.words() < PARAGRAPH_WORDS;
            plain && !led_in && Some(*at) != first && Some(*at) != last
        };
        let end = if last.is_some_and(|last| section.contains(&last)) { last } else { None };
        let before_last = end.filter(|end| Some(*end) != first).unwrap_or(section.end);
        match section.clone().rev().find(takes).and_then(|at| self.document.sentences_mut(at)) {
            Some(sentences) => sentences.push(sentence),
            None => self.document.blocks.insert(before_last, Block::Prose(vec![sentence])),
        }
    }

    /// Opens a sentence otherwise where three in a row begin alike.
    fn vary_openings(&mut self) {
        let mut run: Vec<(usize, usize)> = Vec::new();
        let mut last = String::new();
        for block in 0..self.document.blocks.len() {
            if self.document.sentences(block).is_empty() {
                run.clear();
            }
            for at in 0..self.document.sentences(block).len() {
                let own = opening(&self.document.sentences(block)[at]);
                if own != last {
                    run.clear();
                }
                run.push((block, at));
                last = own;
                if run.len() == RUN {
                    self.reopen(&run);
                    last = opening(&self.document.sentences(block)[at]);
                    run = vec![(block, at)];
                }
            }
        }
    }

    /// Puts the tone's words before one of the sentences, the last that takes them, or takes such words away.
    fn reopen(&mut self, run: &[(usize, usize)]) {
        for (block, at) in run.iter().rev() {
            let sentence = self.document.sentences(*block)[*at].clone();
            let Some(opened) = self.voice.open_now(&sentence).or_else(|| Voice::untied(&sentence)) else { continue };
            if opening(&opened) != opening(&sentence)
                && let Some(own) = self.document.sentences_mut(*block).and_then(|sentences| sentences.get_mut(*at))
            {
                *own = opened;
                return;
            }
        }
    }
}
