//! Fills patterns with words, one fresh sentence after the other, and keeps count of what the text has so far.

use std::collections::BTreeSet;

use super::{
    grammar::{self, Mention, POOLS, Role},
    mentions::Mentions,
    seed::{Deck, Rng},
    subject::Subject,
    text::word_count,
    words::List,
};

/// How many sentences are tried for one that is new, opens differently and fits.
const TRIES: usize = 16;

/// What kind of line a sentence stands in; openings are compared among all lines and among prose alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Prose,
    Line,
}

/// What sentence is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// Index into [`POOLS`].
    pub(super) pool: usize,
    /// What the pool mentions.
    pub(super) mention: Mention,
    /// Which keyword.
    pub(super) keyword: usize,
    /// The role whose connectives may come first.
    pub(super) ties: Option<Role>,
    /// Words left in the section, when it is time to care.
    pub(super) room: Option<usize>,
    /// Where it stands.
    pub(super) place: Place,
}

/// The text so far and everything that decides the next sentence.
pub(super) struct Writer<'a> {
    pub(super) rng: Rng,
    pub(super) subject: &'a Subject,
    /// The text.
    pub(super) out: String,
    /// Its words, as [`word_count`] counts them.
    pub(super) words: usize,
    lists: Vec<Deck>,
    patterns: Vec<Deck>,
    connectives: Vec<Deck>,
    seen: BTreeSet<u64>,
    last_prose: u64,
    last_line: u64,
    pub(super) mentions: Mentions,
    candidate: String,
    best: String,
}

impl<'a> Writer<'a> {
    /// A writer with an empty text, made for about `words` words.
    pub(super) fn new(rng: Rng, subject: &'a Subject, words: usize) -> Self {
        const ROLES: [Role; 6] = [Role::Opening, Role::Claim, Role::Reason, Role::Example, Role::Caution, Role::Close];
        Self {
            rng,
            subject,
            out: String::with_capacity(words * 7 + 256),
            words: 0,
            lists: List::ALL.iter().map(|list| Deck::new(list.words().len())).collect(),
            patterns: POOLS.iter().map(|pool| Deck::new(pool.len())).collect(),
            connectives: ROLES.iter().map(|role| Deck::new(grammar::connectives(*role).len())).collect(),
            seen: BTreeSet::new(),
            last_prose: 0,
            last_line: 0,
            mentions: Mentions::new(subject),
            candidate: String::with_capacity(256),
            best: String::with_capacity(256),
        }
    }

    /// Adds fixed text.
    pub(super) fn push(&mut self, text: &str) {
        self.words += word_count(text);
        self.out.push_str(text);
    }

    /// Makes the sentences of `text` known, so that none of them is written again.
    pub(super) fn remember(&mut self, text: &str) {
        for line in text.lines() {
            let line = line.trim_start_matches(['-', '#', ' ']);
            for sentence in line.split_inclusive(". ") {
                self.seen.insert(hash(sentence.trim()));
            }
        }
    }

    /// Writes one sentence (or heading, or item) as wished.
    pub(super) fn write(&mut self, wish: &Wish) {
        let mut best: Option<(usize, usize)> = None;
        for _ in 0..TRIES {
            let words = self.compose(wish);
            if !self.is_fresh() {
                continue;
            }
            let misfit = wish.room.map_or(0, |room| misfit(room, words));
            if best.is_none_or(|(_, known)| misfit < known) {
                best = Some((words, misfit));
                std::mem::swap(&mut self.best, &mut self.candidate);
            }
            if misfit <= 2 {
                break;
            }
        }
        // Sixteen stale sentences in a row do not happen with these lists; should they, a stale one is still a sentence.
        let words = best.map_or_else(|| self.compose_last(wish), |(words, _)| words);
        self.commit(wish, words);
    }

    fn compose_last(&mut self, wish: &Wish) -> usize {
        let words = self.compose(wish);
        std::mem::swap(&mut self.best, &mut self.candidate);
        words
    }

    fn commit(&mut self, wish: &Wish, words: usize) {
        let opening = opening(&self.best);
        self.last_line = opening;
        if wish.place == Place::Prose {
            self.last_prose = opening;
        }
        self.seen.insert(hash(&self.best));
        self.mentions.count(wish.mention, wish.keyword);
        self.words += words;
        self.out.push_str(&self.best);
    }

    /// Whether the candidate was not written before and opens unlike its neighbours.
    fn is_fresh(&self) -> bool {
        let opening = opening(&self.candidate);
        opening != self.last_line && opening != self.last_prose && !self.seen.contains(&hash(&self.candidate))
    }

    /// Composes a candidate and returns its words.
    fn compose(&mut self, wish: &Wish) -> usize {
        self.candidate.clear();
        let pattern = POOLS[wish.pool][self.patterns[wish.pool].deal(&mut self.rng)];
        let bare = pattern.strip_prefix('!');
        if let Some(role) = wish.ties.filter(|_| bare.is_none()) {
            // A bit more than a third: with the patterns that hold such a word themselves, about half of all sentences.
            if self.rng.below(100) < 36 {
                let words = grammar::connectives(role);
                self.candidate.push_str(words[self.connectives[role as usize].deal(&mut self.rng)]);
                self.candidate.push(' ');
            }
        }
        self.fill(bare.unwrap_or(pattern), wish.keyword);
        capitalise(&mut self.candidate);
        self.candidate.bytes().filter(|byte| *byte == b' ').count() + 1
    }

    fn fill(&mut self, pattern: &'static str, keyword: usize) {
        let mut rest = pattern;
        while let Some(at) = rest.find('{') {
            self.candidate.push_str(&rest[..at]);
            let letter = rest.as_bytes().get(at + 1).copied().unwrap_or_default();
            let word = match List::of(letter) {
                Some(list) => list.words()[self.lists[list as usize].deal(&mut self.rng)],
                None => match letter {
                    b'f' => &self.subject.full,
                    b'k' => self.subject.keywords.get(keyword).unwrap_or(&self.subject.phrase),
                    _ => &self.subject.phrase,
                },
            };
            if word.starts_with(['a', 'e', 'i', 'o', 'u']) && ends_with_article(&self.candidate) {
                self.candidate.pop();
                self.candidate.push_str("n ");
            }
            self.candidate.push_str(word);
            rest = &rest[at + 3..];
        }
        self.candidate.push_str(rest);
    }
}

/// How badly `words` words fit into the room: what is left must be almost nothing, or enough for one more sentence.
fn misfit(room: usize, words: usize) -> usize {
    match room.checked_sub(words) {
        None => 2 * (words - room),
        Some(left @ 0..=3) => left,
        Some(4..=5) => 5,
        Some(6..=9) => 3,
        Some(_) => 2,
    }
}

fn ends_with_article(text: &str) -> bool {
    text == "a " || text.ends_with(" a ")
}

/// Upper-cases the first letter, unless the word has capitals of its own (`iPhone`).
pub(super) fn capitalise(text: &mut String) {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return };
    if first.is_lowercase() && !chars.next().is_some_and(char::is_uppercase) {
        let upper: String = first.to_uppercase().collect();
        text.replace_range(..first.len_utf8(), &upper);
    }
}

/// FNV-1a of the first word in lower case.
fn opening(sentence: &str) -> u64 {
    let end = sentence.find([' ', ',']).unwrap_or(sentence.len());
    sentence.as_bytes()[..end].iter().fold(FNV, |hash, byte| mix(hash, byte.to_ascii_lowercase()))
}

/// FNV-1a of the whole sentence.
fn hash(sentence: &str) -> u64 {
    sentence.bytes().fold(FNV, mix)
}

const FNV: u64 = 0xcbf2_9ce4_8422_2325;

fn mix(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::offline::task::DraftInput;

    #[test]
    fn a_sentence_that_is_known_or_opens_like_its_neighbour_is_stale() {
        let input =
            DraftInput { topic: "Tea", word_count: 300, context: "", keywords: Vec::new(), sources: Vec::new() };
        let subject = Subject::of(&input);
        let mut writer = Writer::new(Rng::new("m", "draft", &Value::Null), &subject, 300);
        let pool = grammar::pool(Role::Claim, Mention::Nothing);
        let wish = Wish {
            pool,
            mention: Mention::Nothing,
            keyword: 0,
            ties: Some(Role::Claim),
            room: None,
            place: Place::Prose,
        };
        writer.compose(&wish);
        assert!(writer.is_fresh());
        let known = format!("# Tea\n\nHot water. {} More.\n", writer.candidate);
        writer.remember(&known);
        assert!(!writer.is_fresh());
        writer.write(&wish);
        writer.candidate = writer.out.replace(' ', " yet ");
        assert!(!writer.is_fresh());
    }

    #[test]
    fn articles_and_capitals_follow_the_word() {
        assert!(ends_with_article("a ") && ends_with_article("with a ") && !ends_with_article("tea "));
        for (text, expected) in [("tea", "Tea"), ("iPhone", "iPhone"), ("größe", "Größe"), ("éa", "Éa"), ("", "")]
        {
            let mut text = text.to_owned();
            capitalise(&mut text);
            assert_eq!(text, expected);
        }
    }
}
