//! Finding many phrases in one pass over hashed words: case, spacing and punctuation between words do not matter.

use super::{Word, hash_words};

/// Phrases sorted by the hash of their first word.
#[derive(Debug, Default)]
pub(crate) struct PhraseSet {
    phrases: Vec<Phrase>,
}

#[derive(Debug)]
pub(crate) struct Phrase {
    words: Vec<u64>,
    /// The phrase as it was given.
    pub(crate) text: String,
}

impl Phrase {
    /// The number of words in it.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }
}

impl PhraseSet {
    /// A set of phrases; one without any word is ignored.
    pub(crate) fn new<S: AsRef<str>>(phrases: impl IntoIterator<Item = S>) -> Self {
        let hashed = |text: S| Phrase { words: hash_words(text.as_ref()), text: text.as_ref().to_owned() };
        let mut phrases: Vec<Phrase> =
            phrases.into_iter().map(hashed).filter(|phrase| !phrase.words.is_empty()).collect();
        phrases.sort_by(|a, b| a.words.cmp(&b.words));
        phrases.dedup_by(|a, b| a.words == b.words);
        Self { phrases }
    }

    /// The longest phrase that these words begin with.
    pub(crate) fn starts(&self, words: &[Word]) -> Option<&Phrase> {
        let first = words.first()?.hash;
        let from = self.phrases.partition_point(|phrase| phrase.words.first().is_some_and(|hash| *hash < first));
        let same = self.phrases.get(from..)?.iter().take_while(|phrase| phrase.words.first() == Some(&first));
        same.filter(|phrase| begins(words, &phrase.words)).max_by_key(|phrase| phrase.len())
    }

    /// Every place in these words where a phrase begins; places never overlap.
    pub(crate) fn find<'s>(&'s self, words: &'s [Word]) -> impl Iterator<Item = (usize, &'s Phrase)> + 's {
        let mut next = 0;
        (0..words.len()).filter_map(move |at| {
            let phrase = (at >= next).then(|| self.starts(words.get(at..)?)).flatten()?;
            next = at + phrase.len();
            Some((at, phrase))
        })
    }
}

fn begins(words: &[Word], phrase: &[u64]) -> bool {
    words.len() >= phrase.len() && words.iter().zip(phrase).all(|(word, hash)| word.hash == *hash)
}

#[cfg(test)]
mod tests {
    use super::super::TextModel;
    use super::PhraseSet;

    #[test]
    fn finds_the_longest_and_never_overlaps() {
        let set = PhraseSet::new(["as an ai", "As an AI language model", "!!!", "it's"]);
        let model = TextModel::parse("As an AI  language-model no. As an AI, language model; It’s as an AI");
        let found: Vec<(usize, usize)> = set.find(model.words()).map(|(at, phrase)| (at, phrase.len())).collect();
        assert_eq!(found, [(0, 3), (5, 5), (10, 1), (11, 3)]);
    }

    #[test]
    fn an_empty_set_finds_nothing() {
        let set = PhraseSet::new(["", "…"]);
        assert_eq!(set.find(TextModel::parse("a b c").words()).count(), 0);
    }
}
