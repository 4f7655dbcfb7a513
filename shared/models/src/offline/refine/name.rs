//! Names what should be named: the keywords, each at least once and none too often, and the readers.

use super::{Block, Mention, Role, Work, asked_keyword, mentions, plain_words, word_count};
use crate::offline::text::{escape, one_line};

/// Most keywords that get a sentence of their own.
const KEYWORDS: usize = 6;
/// Most of a hundred words that are the keyword's.
const DENSITY: usize = 3;

/// Sentences that address the readers at the beginning; none has a verb that would have to agree with `{u}`.
const GREETINGS: [&str; 5] = [
    "These pages speak to {u}.",
    "Think of this text as a note to {u}.",
    "This text keeps {u} in mind.",
    "The words below are for {u}.",
    "With {u} in mind, the pages stay close to daily life.",
];
/// The same at the end.
const FAREWELLS: [&str; 4] = [
    "From here, {u} can choose the next step.",
    "The rest is up to {u}.",
    "May {u} enjoy what comes next.",
    "Now {u} can make these notes their own.",
];

impl Work<'_> {
    /// Names the first keyword (or the topic) in the first paragraph and the others anywhere, and thins out what is named
    /// too often.
    pub(super) fn name_keywords(&mut self) {
        let asked = self.subject.asked.min(KEYWORDS);
        let phrases: Vec<String> = self.subject.keywords.iter().take(asked).cloned().collect();
        for phrase in phrases.iter().chain([&self.subject.phrase]) {
            self.thin(&plain_words(phrase));
        }
        self.introduce(phrases.first());
        for (at, phrase) in phrases.iter().enumerate().skip(1) {
            if mentions(&self.document.render(), &plain_words(phrase)) == 0 {
                let sentence = self.sentence(Role::Claim, Some((Mention::Keyword, at)), None);
                self.put_in_the_middle(at, sentence);
            }
        }
    }

    /// The first paragraph says what the article is about.
    fn introduce(&mut self, keyword: Option<&String>) {
        let phrase = keyword.unwrap_or(&self.subject.phrase);
        let first = self.document.prose().first().copied().filter(|first| self.opens(*first));
        let named =
            first.is_some_and(|first| mentions(&self.document.sentences(first).join(" "), &plain_words(phrase)) > 0);
        if named {
            return;
        }
        let mention = if keyword.is_some() { Mention::Keyword } else { Mention::Topic };
        let sentence = self.sentence(Role::Opening, Some((mention, 0)), None);
        match first.and_then(|first| self.document.sentences_mut(first)) {
            Some(sentences) => sentences.push(sentence),
            None => self.document.blocks.insert(1, Block::Prose(vec![sentence])),
        }
    }

    /// Whether a paragraph stands before the first section.
    fn opens(&self, block: usize) -> bool {
        !self.document.blocks.iter().take(block).skip(1).any(Block::is_heading)
    }

    fn put_in_the_middle(&mut self, at: usize, sentence: String) {
        let prose = self.document.prose();
        let inner = prose.get(1..prose.len().saturating_sub(1)).unwrap_or_default();
        let block = inner.get(at * inner.len() / KEYWORDS.max(1)).or(prose.first()).copied();
        if let Some(sentences) = block.and_then(|block| self.document.sentences_mut(block)) {
            // Never last: the last sentence may lead in a list.
            sentences.insert(sentences.len().saturating_sub(1), sentence);
        }
    }

    /// Takes sentences out until the phrase makes up no more than its share.
    fn thin(&mut self, phrase: &[String]) {
        loop {
            let (words, count) = (self.document.words(), mentions(&self.document.render(), phrase));
            if count * 100 <= words.max(self.min) * DENSITY {
                return;
            }
            let prose = self.document.prose();
            let inner = prose.get(1..prose.len().saturating_sub(1)).unwrap_or_default();
            let naming = inner.iter().rev().find_map(|block| {
                let sentences = self.document.sentences(*block);
                let at = sentences.iter().position(|sentence| mentions(sentence, phrase) > 0);
                at.filter(|_| sentences.len() > 1).map(|at| (*block, at))
            });
            let Some((block, at)) = naming else { return };
            if let Some(sentences) = self.document.sentences_mut(block) {
                sentences.remove(at);
            }
        }
    }

    /// Addresses the readers at the beginning and at the end, unless they are there already.
    pub(super) fn address(&mut self, audience: Option<&str>) {
        let Some(readers) = audience.map(readers).filter(|readers| word_count(readers) > 0) else { return };
        let words = plain_words(&readers);
        let prose = self.document.prose();
        let (Some(first), Some(last)) = (prose.first().copied(), prose.last().copied()) else { return };
        let greeting = GREETINGS[self.writer.rng.below(GREETINGS.len())].replace("{u}", &readers);
        let farewell = FAREWELLS[self.writer.rng.below(FAREWELLS.len())].replace("{u}", &readers);
        let places = if first == last { vec![(first, greeting)] } else { vec![(first, greeting), (last, farewell)] };
        for (block, sentence) in places {
            if let Some(sentences) = self.document.sentences_mut(block)
                && mentions(&sentences.join(" "), &words) == 0
            {
                sentences.push(sentence);
            }
        }
    }
}

/// The audience as part of a sentence.
pub(super) fn readers(audience: &str) -> String {
    let line = one_line(audience);
    let clause = line.split(['.', ';', '!', '?', ':']).next().unwrap_or_default();
    let text = asked_keyword(clause);
    let mut letters = text.chars();
    let (first, second) = (letters.next(), letters.next());
    let proper = second.is_some_and(char::is_uppercase)
        || text.split(' ').skip(1).any(|word| word.starts_with(char::is_uppercase));
    match first {
        Some(first) if !proper => escape(&first.to_lowercase().chain(text.chars().skip(1)).collect::<String>()),
        _ => escape(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_fit_into_a_sentence() {
        for (audience, expected) in [
            ("Busy parents of toddlers.", "busy parents of toddlers"),
            ("IT managers", "IT managers"),
            ("Owners of Volvo cars; they like <b>", "Owners of Volvo cars"),
            ("see https://evil.test", "see"),
            ("", ""),
        ] {
            assert_eq!(readers(audience), expected);
        }
    }
}
