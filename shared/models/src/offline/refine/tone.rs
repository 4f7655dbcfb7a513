//! Tones and the words each prefers.

use super::sentences::plain_words;

/// A tone of voice.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tone {
    /// What it is asked for with.
    names: &'static [&'static str],
    /// Adjectives of praise it prefers.
    pub(super) adjectives: &'static [&'static str],
    /// What it ties sentences together with.
    pub(super) openers: &'static [&'static str],
}

/// The tones; the second is what is taken when none is recognised.
pub(super) const TONES: [Tone; 5] = [
    Tone {
        names: &[
            "warm",
            "friendly",
            "kind",
            "caring",
            "empathetic",
            "welcoming",
            "conversational",
            "personal",
            "human",
        ],
        adjectives: &[
            "gentle",
            "friendly",
            "warm",
            "caring",
            "welcoming",
            "heartfelt",
            "cosy",
            "generous",
            "tender",
            "thoughtful",
        ],
        openers: &["With care,", "Together,", "Gladly,", "With a smile,", "Among friends,", "Kindly put,"],
    },
    Tone {
        names: &["plain", "simple", "clear", "neutral", "direct", "concise", "factual", "straightforward"],
        adjectives: &["plain", "simple", "clear", "basic", "short", "brief", "everyday", "ordinary"],
        openers: &["Put simply,", "In plain terms,", "In brief,", "Simply put,", "Plainly,", "In a word,"],
    },
    Tone {
        names: &["formal", "professional", "serious", "academic", "business", "corporate", "polished"],
        adjectives: &[
            "careful", "proper", "orderly", "suitable", "thorough", "prudent", "formal", "precise", "diligent", "sober",
        ],
        openers: &["Accordingly,", "Consequently,", "In this regard,", "Thus,", "In due course,", "By extension,"],
    },
    Tone {
        names: &["playful", "fun", "funny", "humorous", "witty", "lighthearted", "quirky", "casual", "cheerful"],
        adjectives: &["cheerful", "merry", "lively", "jolly", "sunny", "bouncy", "breezy", "zesty", "cheeky", "joyful"],
        openers: &["Just for fun,", "With a wink,", "Happily,", "On a whim,", "For a laugh,", "Cheerfully,"],
    },
    Tone {
        names: &["confident", "bold", "assertive", "authoritative", "expert", "strong", "persuasive"],
        adjectives: &[
            "strong", "bold", "solid", "robust", "sturdy", "decisive", "steady", "assured", "capable", "powerful",
        ],
        openers: &["Clearly,", "Without doubt,", "Rest assured,", "Make no mistake,", "Beyond question,", "No doubt,"],
    },
];

/// Adjectives of praise that belong to no tone and give way to one.
pub(super) const NEUTRAL: [&str; 19] = [
    "small",
    "fresh",
    "quiet",
    "modest",
    "handy",
    "humble",
    "tidy",
    "bright",
    "flexible",
    "familiar",
    "practical",
    "sensible",
    "relaxed",
    "neat",
    "clever",
    "tested",
    "polite",
    "useful",
    "nice",
];

/// Words that turn what comes within the next two into what is not wanted.
const DENIALS: [&str; 5] = ["not", "never", "no", "without", "avoid"];

/// The tone that a wish speaks of most; what it speaks of first among equals.
pub(super) fn of(wish: Option<&str>) -> &'static Tone {
    let words = plain_words(wish.unwrap_or_default());
    let score = |tone: &Tone| {
        let denied = |at: usize| words[at.saturating_sub(2)..at].iter().any(|word| DENIALS.contains(&word.as_str()));
        let named = words.iter().enumerate().filter(|(_, word)| tone.names.contains(&word.as_str()));
        let hits = named.filter(|(at, _)| !denied(*at));
        let (count, first) = hits.fold((0_usize, usize::MAX), |(count, first), (at, _)| (count + 1, first.min(at)));
        (count, usize::MAX - first)
    };
    TONES.iter().max_by_key(|tone| score(tone)).filter(|tone| score(tone).0 > 0).unwrap_or(&TONES[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_words_lead_to_a_tone() {
        for (wish, at) in [
            ("Warm and friendly, never formal", 0),
            ("clear, plain English", 1),
            ("Professional", 2),
            ("a playful voice", 3),
            ("Bold & confident!", 4),
            ("Not too formal, but never dull: light-hearted and fun", 3),
            ("sixteenth-century", 1),
            ("", 1),
        ] {
            assert_eq!(of(Some(wish)), &TONES[at], "{wish}");
        }
        assert_eq!(of(None), &TONES[1]);
    }

    #[test]
    fn no_word_belongs_to_two_tones() {
        let words = TONES.iter().flat_map(|tone| tone.adjectives.iter().chain(tone.openers));
        let all: Vec<&str> = words.copied().chain(NEUTRAL).collect();
        let unique: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), unique.len());
    }
}
