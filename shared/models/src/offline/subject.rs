//! What an article is about: the topic as a title, as a phrase that fits into a sentence, and the words around it.

use super::{
    text::{escape, is_address, one_line, shorten, word_count},
    task::DraftInput,
};

const TITLE_CHARS: usize = 120;
const PHRASE_CHARS: usize = 60;
const CONTEXT_CHARS: usize = 4_000;
const MAX_KEYWORDS: usize = 20;
const FOUND_KEYWORDS: usize = 4;

/// The parts of a subject, all escaped for Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    /// The topic as asked, on one line.
    pub(super) title: String,
    /// True when the topic is a question.
    pub(super) question: bool,
    /// The topic as part of a sentence; the phrase when the topic is too long or ill-shaped for that.
    pub(super) full: String,
    /// The words that sentences repeat.
    pub(super) phrase: String,
    /// Keywords: those asked for, then those found in topic and context.
    pub(super) keywords: Vec<String>,
    /// How many of the keywords were asked for.
    pub(super) asked: usize,
}

impl Subject {
    /// Reads the subject of a request.
    pub(super) fn of(input: &DraftInput<'_>) -> Self {
        let line = one_line(input.topic);
        let title = shorten(&line, TITLE_CHARS);
        let question = title.ends_with(['?', '？']);
        let chunks = chunks(&line);
        let best = best_chunk(&chunks);
        let phrase = best.map_or_else(|| "this topic".to_owned(), |at| in_sentence(&line, &chunks[at].join(" ")));
        let mut keywords = Keywords { found: Vec::new(), taken: vec![phrase.to_lowercase()] };
        for keyword in input.keywords.iter().take(MAX_KEYWORDS) {
            keywords.add(&asked_keyword(keyword));
        }
        let asked = keywords.found.len();
        let limit = asked + FOUND_KEYWORDS;
        for (at, chunk) in chunks.iter().enumerate() {
            if Some(at) != best && content(chunk) > 0 && keywords.found.len() < limit {
                keywords.add(&in_sentence(&line, &chunk.join(" ")));
            }
        }
        for term in context_terms(shorten(input.context, CONTEXT_CHARS)) {
            if keywords.found.len() < limit {
                keywords.add(&term);
            }
        }
        let full = full(title, question).map_or_else(|| escape(&phrase), |full| escape(&in_sentence(title, full)));
        let title = if title.is_empty() { "Sample article".to_owned() } else { escape(title) };
        let keywords = keywords.found.iter().map(|word| escape(word)).collect();
        Self { title, question, full, phrase: escape(&phrase), keywords, asked }
    }
}

struct Keywords {
    found: Vec<String>,
    taken: Vec<String>,
}

impl Keywords {
    fn add(&mut self, keyword: &str) {
        let lower = keyword.to_lowercase();
        if !keyword.is_empty() && !self.taken.contains(&lower) {
            self.found.push(keyword.to_owned());
            self.taken.push(lower);
        }
    }
}

/// A keyword as asked for, without the marks that would end a sentence early.
fn asked_keyword(keyword: &str) -> String {
    let line = one_line(keyword);
    let text = line.replace(['!', '?', ';', ':', '"', '(', ')', '<', '>', '\n'], " ");
    let words: Vec<&str> = text.split(' ').map(trim).filter(|word| !word.is_empty()).collect();
    shorten(&words.join(" "), PHRASE_CHARS).to_owned()
}

/// The topic as the end of a sentence, when it is short enough and holds no end of a sentence itself.
fn full(title: &str, question: bool) -> Option<&str> {
    let text = title.trim_end_matches(['?', '？', '.', '!', ' ']);
    let ends_within = text.contains(['!', '?', '？', ':', ';', '"', '<', '>', '{', '[']) || text.contains(". ");
    let fits = (1..=12).contains(&word_count(text)) && text.chars().count() <= 90;
    let numeric = text.split(' ').any(is_number);
    // A "how to" is no noun: as a statement only the phrase reads well.
    let clause = !question && text.split(' ').next().is_some_and(|first| is_stop(&first.to_lowercase()));
    (fits && !ends_within && !numeric && !clause).then_some(text)
}

/// Lowers a capital that is there only because it starts the topic.
fn in_sentence(topic: &str, part: &str) -> String {
    let mut tokens = topic.split(' ');
    let first = tokens.next().unwrap_or_default();
    let starts = part.split(' ').next() == Some(trim(first));
    let proper = first.chars().skip(1).any(char::is_uppercase)
        || tokens.clone().any(|token| token.chars().next().is_some_and(char::is_uppercase))
        || (tokens.next().is_none() && !first.ends_with("ing"));
    let mut chars = part.chars();
    match chars.next() {
        Some(initial) if starts && !proper => initial.to_lowercase().chain(chars).collect(),
        _ => part.to_owned(),
    }
}

/// The topic in runs of words that make a noun phrase each, as far as that can be told without a dictionary.
fn chunks(line: &str) -> Vec<Vec<&str>> {
    let mut chunks = vec![Vec::new()];
    let marks = ['<', '>', '[', ']', '(', ')', '{', '}', '|', '`', '"', '*', '~', '=', '\\', '^', '$', '“', '”', '「', '」'];
    for piece in line.split(marks) {
        for raw in piece.split([' ', '，', '、', '。', '：', '？']) {
            let word = trim(raw);
            let lower = word.to_lowercase();
            if word.is_empty() || is_number(word) || BREAKS.contains(&lower.as_str()) {
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
        let lower = first.to_lowercase();
        let next = rest.first().map(|word| word.to_lowercase()).unwrap_or_default();
        if lower == "how" && next == "to" && rest.len() > 2 {
            words = &rest[2..];
        } else if FRAMES.contains(&lower.as_str()) && matches!(next.as_str(), "to" | "for" | "on" | "of") && rest.len() > 1 {
            words = &rest[1..];
        } else if is_stop(&lower) {
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
        content += usize::from(!is_stop(&word.to_lowercase()));
        if content > 4 || chars > PHRASE_CHARS {
            break;
        }
        end = at + 1;
    }
    while end > 0 && is_stop(&words[end - 1].to_lowercase()) {
        end -= 1;
    }
    words[..end].to_vec()
}

fn content(chunk: &[&str]) -> usize {
    chunk.iter().filter(|word| word.chars().count() > 1 && !is_stop(&word.to_lowercase())).count()
}

/// The first chunk with two content words or more; without one, the first of those with the most.
fn best_chunk(chunks: &[Vec<&str>]) -> Option<usize> {
    (0..chunks.len()).max_by_key(|at| (content(&chunks[*at]).min(2), usize::MAX - at))
}

/// Words and pairs of words of the context, the most frequent first, then in their order.
///
/// Sentences that forbid something are left out: what they name is what the author does not want to read.
fn context_terms(context: &str) -> Vec<String> {
    let mut terms: Vec<(String, usize)> = Vec::new();
    for sentence in context.split(['.', '!', '?', '\n', ';']) {
        let words: Vec<&str> = sentence.split_whitespace().collect();
        if words.iter().any(|word| FORBIDDING.contains(&trim(word).to_lowercase().as_str())) {
            continue;
        }
        for run in words.split(|word| !is_term(word)) {
            for pair in run.chunks(2) {
                let term = pair.iter().map(|word| trim(word)).collect::<Vec<_>>().join(" ");
                let first = sentence.trim_start().starts_with(pair[0]);
                let term = if first { term.to_lowercase() } else { term };
                match terms.iter().position(|(known, _)| *known == term) {
                    Some(at) => terms[at].1 += 1,
                    None if terms.len() < 64 => terms.push((term, 1)),
                    None => {}
                }
            }
        }
    }
    terms.sort_by_key(|(_, times)| usize::MAX - times);
    terms.into_iter().map(|(term, _)| term).take(FOUND_KEYWORDS * 2).collect()
}

fn is_term(raw: &str) -> bool {
    let word = trim(raw);
    let lower = word.to_lowercase();
    (3..=24).contains(&word.chars().count())
        && word.chars().all(char::is_alphabetic)
        && !is_address(raw)
        && !is_stop(&lower)
        && !INSTRUCTIONS.contains(&lower.as_str())
}

/// The word without the punctuation around it; `C++` and `C#` keep theirs.
fn trim(word: &str) -> &str {
    let word = word.trim_matches(|c: char| {
        (c.is_ascii_punctuation() && c != '+' && c != '#') || "«»„“”‘’‚¿¡…–—·•。、！？".contains(c)
    });
    word.trim_start_matches(['+', '#'])
}

fn is_number(word: &str) -> bool {
    let word = trim(word);
    word.starts_with(|c: char| c.is_numeric()) && !word.chars().any(char::is_alphabetic)
}

fn is_stop(lower: &str) -> bool {
    STOP.contains(&lower) || BREAKS.contains(&lower)
}

/// Words at which a noun phrase ends: a clause begins.
const BREAKS: &[&str] = &[
    "can", "could", "should", "would", "will", "shall", "may", "might", "must", "do", "does", "did", "is", "are", "was",
    "were", "be", "has", "have", "had", "that", "which", "who", "when", "while", "because", "if", "vs", "versus",
    "without",
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
    "guide", "introduction", "intro", "tips", "ways", "steps", "reasons", "ideas", "notes", "thoughts", "overview",
    "beginner's", "article",
];

/// Words of the context that speak to the writer and not about the subject.
const INSTRUCTIONS: &[&str] = &[
    "write", "article", "articles", "focus", "please", "use", "using", "tone", "style", "include", "mention",
    "audience", "reader", "readers", "words", "word", "text", "section", "sections", "paragraph", "keep", "make",
    "should", "must", "like", "also", "them", "here", "there", "only", "want", "wants", "need", "needs", "been",
    "ignore", "previous", "instructions", "system", "prompt", "topic", "content", "blog", "post", "describe",
];

/// Words that turn a sentence of the context into a ban.
const FORBIDDING: &[&str] =
    &["not", "never", "avoid", "without", "no", "don't", "don’t", "except", "exclude", "skip", "omit", "leave"];

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(topic: &str) -> Subject {
        Subject::of(&DraftInput { topic, word_count: 800, context: "", keywords: Vec::new() })
    }

    #[test]
    fn phrases_fit_into_a_sentence() {
        for (topic, phrase) in [
            ("Gardening", "gardening"),
            ("Kubernetes", "Kubernetes"),
            ("Sustainable gardening in small cities", "sustainable gardening in small cities"),
            ("How to grow tomatoes on a balcony", "tomatoes on a balcony"),
            ("How small bakeries can cut energy costs", "small bakeries"),
            ("Top 10 tips for 2026", "tips"),
            ("A beginner's guide to sourdough bread", "sourdough bread"),
            ("How do solar panels work?", "solar panels work"),
            ("C++ or Rust?", "C++ or Rust"),
            ("Node.js vs. Deno", "Node.js"),
            ("日本の庭園", "日本の庭園"),
            ("???", "this topic"),
            ("<script>alert(1)</script>", "script"),
            ("Visit https://evil.test now", "visit now"),
        ] {
            assert_eq!(subject(topic).phrase, phrase, "{topic}");
        }
    }

    #[test]
    fn keywords_come_from_the_request_then_the_topic_then_the_context() {
        let input = DraftInput {
            topic: "Remote work: habits that last",
            word_count: 800,
            context: "Our readers are allotment gardeners. Do not mention Acme. Allotment gardeners like cheap tools.",
            keywords: vec!["home office", "Remote Work", "home office", " ", "focus!"],
        };
        let subject = Subject::of(&input);
        assert_eq!(subject.asked, 2);
        assert_eq!(
            subject.keywords,
            ["home office", "focus", "habits", "last", "allotment gardeners", "cheap tools"]
        );
        assert_eq!(subject.title, "Remote work: habits that last");
    }

    #[test]
    fn a_question_is_kept_whole_once() {
        let subject = subject("How do solar panels work?");
        assert!(subject.question);
        assert_eq!(subject.full, "how do solar panels work");
    }
}
