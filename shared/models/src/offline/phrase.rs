//! Finds the noun phrase in a topic, as far as that goes without a dictionary: lists of words that begin, end or frame one.

/// The longest phrase, in characters.
pub(super) const PHRASE_CHARS: usize = 60;

/// A question by its mark or its first word; "how to" is none.
pub(super) fn is_question(title: &str) -> bool {
    let mut words = title.split(' ');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    title.ends_with(['?', '？']) || (is_in(ASKING, first) && !second.is_empty() && !is_in(&["to"], second))
}

/// The topic in runs of words that make a noun phrase each, as far as that can be told without a dictionary.
pub(super) fn chunks(line: &str, question: bool) -> Vec<Vec<&str>> {
    let mut chunks = vec![Vec::new()];
    let marks =
        ['<', '>', '[', ']', '(', ')', '{', '}', '|', '`', '"', '*', '~', '=', '\\', '^', '$', '“', '”', '「', '」'];
    for piece in line.split(marks) {
        for raw in piece.split([' ', '，', '、', '。', '：', '？']) {
            let word = trim(raw);
            if word.is_empty() || is_number(word) || is_in(BREAKS, word) || (question && is_in(VERBS, word)) {
                chunks.push(Vec::new());
                continue;
            }
            if let Some(chunk) = chunks.last_mut() {
                chunk.push(word);
            }
            if raw.ends_with(['.', ',', ';', ':', '!', '?']) {
                chunks.push(Vec::new());
            }
        }
        chunks.push(Vec::new());
    }
    chunks.iter().map(|chunk| noun_phrase(chunk)).filter(|chunk| !chunk.is_empty()).collect()
}

/// A chunk without what leads to or from it: at most four content words and six words.
fn noun_phrase<'a>(chunk: &[&'a str]) -> Vec<&'a str> {
    let mut words = chunk;
    while let Some((first, rest)) = words.split_first() {
        let next = rest.first().copied().unwrap_or_default();
        if is_in(VERB_FRAMES, first) && is_in(&["to"], next) {
            if rest.len() < 3 {
                break;
            }
            words = &rest[2..];
        } else if is_in(FRAMES, first) && is_in(&["to", "for", "on", "of"], next) && rest.len() > 1 {
            words = &rest[1..];
        } else if is_stop(first) || (is_in(MODIFIERS, first) && is_in(FRAMES, next)) {
            words = rest;
        } else {
            break;
        }
    }
    let mut end = 0;
    let mut content = 0;
    let mut chars = 0;
    for (at, word) in words.iter().enumerate().take(6) {
        chars += word.chars().count() + 1;
        content += usize::from(!is_stop(word));
        if content > 4 || chars > PHRASE_CHARS {
            break;
        }
        end = at + 1;
    }
    while end > 0 && is_stop(words[end - 1]) {
        end -= 1;
    }
    words[..end].to_vec()
}

pub(super) fn content(chunk: &[&str]) -> usize {
    chunk.iter().filter(|word| word.chars().count() > 1 && !is_stop(word)).count()
}

/// The first chunk with two content words or more; without one, the first of those with the most.
pub(super) fn best_chunk(chunks: &[Vec<&str>]) -> Option<usize> {
    (0..chunks.len()).max_by_key(|at| (content(&chunks[*at]).min(2), usize::MAX - at))
}

/// The word without the punctuation around it; `C++` and `C#` keep theirs.
pub(super) fn trim(word: &str) -> &str {
    let word = word.trim_matches(|c: char| {
        (c.is_ascii_punctuation() && c != '+' && c != '#') || "«»„“”‘’‚¿¡…–—·•。、！？".contains(c)
    });
    word.trim_start_matches(['+', '#'])
}

pub(super) fn is_number(word: &str) -> bool {
    let word = trim(word);
    word.starts_with(|c: char| c.is_numeric()) && !word.chars().any(char::is_alphabetic)
}

pub(super) fn is_stop(word: &str) -> bool {
    is_in(STOP, word) || is_in(BREAKS, word)
}

pub(super) fn is_in(list: &[&str], word: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Words at which a noun phrase ends: a clause begins.
const BREAKS: &[&str] = &[
    "can", "could", "should", "would", "will", "shall", "may", "might", "must", "do", "does", "did", "is", "are",
    "was", "were", "be", "has", "have", "had", "that", "which", "who", "when", "while", "because", "if", "vs",
    "versus", "without",
];

/// Words that cannot stand alone in a phrase.
const STOP: &[&str] = &[
    "a", "an", "the", "and", "or", "but", "of", "to", "in", "on", "at", "by", "for", "with", "from", "into", "about",
    "as", "it", "its", "this", "these", "those", "your", "you", "our", "we", "they", "their", "my", "me", "i", "us",
    "how", "what", "why", "where", "whose", "not", "no", "so", "than", "then", "too", "very", "best", "top", "most",
    "more", "all", "any", "some", "every", "each", "just", "over", "under", "up", "out", "off", "per", "via",
];

/// Words that name a kind of text and not its subject: "a guide to ...".
const FRAMES: &[&str] = &[
    "guide",
    "introduction",
    "intro",
    "tips",
    "ways",
    "steps",
    "reasons",
    "ideas",
    "notes",
    "thoughts",
    "overview",
    "article",
];

/// Those that a verb follows: "ways to ...".
const VERB_FRAMES: &[&str] = &["tips", "ways", "steps", "reasons", "ideas", "how"];

/// Words that open a question.
const ASKING: &[&str] = &[
    "how", "why", "what", "when", "where", "who", "which", "should", "can", "could", "is", "are", "do", "does", "did",
    "will", "would", "may", "must",
];

/// Verbs that end the noun phrase of a question: "solar panels | work".
const VERBS: &[&str] = &[
    "work", "works", "use", "need", "get", "make", "help", "choose", "start", "learn", "keep", "cost", "matter",
    "happen", "mean", "become", "know", "build", "save", "improve", "reduce", "cut", "change", "affect", "want",
];

/// Words that go before those.
const MODIFIERS: &[&str] =
    &["beginner's", "short", "quick", "simple", "practical", "complete", "brief", "easy", "gentle", "useful"];
