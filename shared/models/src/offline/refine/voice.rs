//! How an article takes on a tone: adjective by adjective, and with words before some sentences.

use super::{
    sentences::{after, plain_words},
    tone::{NEUTRAL, TONES, Tone},
};
use crate::offline::{
    grammar::{Role, connectives},
    seed::{Deck, Rng},
    writer::capitalise,
};

/// One sentence in so many opens with the tone's own words; and where the review misses connections.
const OPENED: usize = 5;
const OPENED_OFTEN: usize = 3;
const ROLES: [Role; 6] = [Role::Opening, Role::Claim, Role::Reason, Role::Example, Role::Caution, Role::Close];
/// Words after which nothing can be put before a sentence.
const CLAUSES: [&str; 10] =
    ["when", "because", "since", "once", "if", "before", "without", "that", "although", "while"];

/// Speaks in a tone.
pub(super) struct Voice {
    rng: Rng,
    adjectives: Vec<&'static str>,
    openers: Vec<&'static str>,
    adjective_deck: Deck,
    opener_deck: Deck,
    /// Phrases in which no word is changed, by their words.
    protected: Vec<Vec<String>>,
    since_opener: usize,
    every: usize,
}

impl Voice {
    /// A voice that changes nothing within `protected` phrases and says nothing of what is to be `avoided`.
    pub(super) fn new(tone: &'static Tone, rng: Rng, protected: &[String], avoided: &[String]) -> Self {
        let wanted =
            |words: &&&'static str| !avoided.iter().any(|phrase| words.to_lowercase().contains(phrase.as_str()));
        let adjectives: Vec<&str> = tone.adjectives.iter().filter(wanted).copied().collect();
        let openers: Vec<&str> = tone.openers.iter().filter(wanted).copied().collect();
        Self {
            rng,
            adjective_deck: Deck::new(adjectives.len()),
            opener_deck: Deck::new(openers.len()),
            adjectives,
            openers,
            protected: protected.iter().map(|phrase| phrase.split(' ').map(bare).collect()).collect(),
            since_opener: 0,
            every: OPENED,
        }
    }

    /// Ties more sentences together from now on.
    pub(super) fn connect_more(&mut self) {
        self.every = OPENED_OFTEN;
    }

    /// The sentence in the tone's words, as many as before.
    pub(super) fn say(&mut self, sentence: &str) -> String {
        let tokens: Vec<&str> = sentence.split(' ').collect();
        let fixed = self.fixed(&tokens);
        let mut out: Vec<String> = Vec::with_capacity(tokens.len());
        for (at, token) in tokens.iter().enumerate() {
            let of = tokens.get(at + 1).is_some_and(|next| *next == "of");
            let word = if fixed[at] || of { None } else { self.variant(token) };
            if let Some(word) = &word {
                agree(out.last_mut(), word);
            }
            out.push(word.unwrap_or_else(|| (*token).to_owned()));
        }
        out.join(" ")
    }

    /// The sentence with the tone's words before it, when it is time for some and they fit.
    pub(super) fn open(&mut self, sentence: &str) -> Option<String> {
        if self.openers.iter().any(|opener| sentence.starts_with(opener)) {
            self.since_opener = 0;
            return None;
        }
        self.since_opener += 1;
        if self.since_opener < self.every {
            return None;
        }
        let opened = self.open_now(sentence)?;
        self.since_opener = 0;
        Some(opened)
    }

    /// The same without waiting.
    pub(super) fn open_now(&mut self, sentence: &str) -> Option<String> {
        let head = sentence.split(' ').take(5).any(|word| word.ends_with(','));
        let clause = plain_words(sentence).first().is_some_and(|first| CLAUSES.contains(&first.as_str()));
        if head || clause || self.openers.is_empty() {
            return None;
        }
        let opener = self.openers[self.opener_deck.deal(&mut self.rng)];
        after(opener, sentence)
    }

    /// The sentence without the words that tie it to the one before, when it has such.
    pub(super) fn untied(sentence: &str) -> Option<String> {
        let ties = ROLES.into_iter().flat_map(connectives).chain(TONES.iter().flat_map(|tone| tone.openers));
        let mut rest = ties.copied().find_map(|tie| sentence.strip_prefix(tie))?.trim_start().to_owned();
        capitalise(&mut rest);
        Some(rest)
    }

    /// The sentence with this tone's opener in place of another tone's.
    pub(super) fn reopen(&mut self, sentence: &str) -> Option<String> {
        let others = TONES.iter().flat_map(|tone| tone.openers).filter(|opener| !self.openers.contains(opener));
        let rest = others.filter_map(|opener| sentence.strip_prefix(opener)).next()?.trim_start();
        if self.openers.is_empty() {
            let mut rest = rest.to_owned();
            capitalise(&mut rest);
            return Some(rest);
        }
        Some(format!("{} {rest}", self.openers[self.opener_deck.deal(&mut self.rng)]))
    }

    /// Which tokens are part of a protected phrase.
    fn fixed(&self, tokens: &[&str]) -> Vec<bool> {
        let words: Vec<String> = tokens.iter().copied().map(bare).collect();
        let mut fixed = vec![false; tokens.len()];
        for phrase in self.protected.iter().filter(|phrase| !phrase.is_empty() && phrase.len() <= tokens.len()) {
            for at in 0..=tokens.len() - phrase.len() {
                if words[at..at + phrase.len()] == phrase[..] {
                    fixed[at..at + phrase.len()].fill(true);
                }
            }
        }
        fixed
    }

    /// The tone's word in place of a token, with the token's marks and capital.
    fn variant(&mut self, token: &str) -> Option<String> {
        let word = token.trim_matches(|c: char| c.is_ascii_punctuation());
        let lower = word.to_lowercase();
        let lower = lower.as_str();
        if self.adjectives.is_empty() || self.adjectives.contains(&lower) {
            return None;
        }
        let toned = TONES.iter().any(|tone| tone.adjectives.contains(&lower));
        // Some of what suits any tone stays, so that not everything sounds alike.
        let gives_way = toned || (NEUTRAL.contains(&lower) && self.rng.below(10) < 7);
        if !gives_way {
            return None;
        }
        let mut variant = self.adjectives[self.adjective_deck.deal(&mut self.rng)].to_owned();
        if word.starts_with(char::is_uppercase) {
            capitalise(&mut variant);
        }
        Some(token.replacen(word, &variant, 1))
    }
}

/// A token in lower case without the marks around it.
fn bare(token: &str) -> String {
    token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Makes `a` or `an` fit the word after it.
fn agree(article: Option<&mut String>, word: &str) {
    let vowel = word.to_lowercase().starts_with(['a', 'e', 'i', 'o', 'u']);
    if let Some(article) = article.filter(|article| matches!(article.as_str(), "a" | "an" | "A" | "An")) {
        let capital = article.starts_with('A');
        *article = match (capital, vowel) {
            (false, false) => "a",
            (false, true) => "an",
            (true, false) => "A",
            (true, true) => "An",
        }
        .to_owned();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::offline::refine::tone::of;

    fn voice(wish: &str, avoided: &[String]) -> Voice {
        Voice::new(of(Some(wish)), Rng::new("m", "t", &Value::Null), &["Clear Water".to_owned()], avoided)
    }

    #[test]
    fn adjectives_change_and_protected_phrases_stay() {
        let said = voice("formal", &[]).say("A friendly note on clear water keeps a robust, kind of gentle plan.");
        assert!(said.contains("clear water") && said.contains("kind of"), "{said}");
        assert!(!said.contains("friendly") && !said.contains("robust") && !said.contains("gentle"), "{said}");
        assert_eq!(said.split(' ').count(), 13);
    }

    #[test]
    fn articles_agree_and_avoided_words_are_not_said() {
        let avoided: Vec<String> =
            of(Some("formal")).adjectives.iter().skip(1).map(|word| (*word).to_owned()).collect();
        assert_eq!(voice("formal", &avoided).say("An everyday plan."), "A careful plan.");
        let all: Vec<String> = of(Some("plain")).openers.iter().map(|words| words.to_lowercase()).collect();
        assert_eq!(voice("plain", &all).open_now("The plan works."), None);
    }
}
