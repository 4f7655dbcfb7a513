//! What an article is about: the topic as a title, as a phrase that fits into a sentence, and the words around it.

use super::{
    context::context_terms,
    phrase::{PHRASE_CHARS, best_chunk, chunks, content, is_number, is_question, is_stop, trim},
    task::DraftInput,
    text::{escape, one_line, shorten, word_count},
};

const TITLE_CHARS: usize = 120;
/// What stands further back in a context is rarely its subject.
const CONTEXT_CHARS: usize = 2_000;
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
        let question = is_question(title);
        let chunks = chunks(&line, question);
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
        for term in context_terms(shorten(input.context, CONTEXT_CHARS), 2 * FOUND_KEYWORDS) {
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
pub(super) fn asked_keyword(keyword: &str) -> String {
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
    let clause = !question && text.split(' ').next().is_some_and(is_stop);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(topic: &str) -> Subject {
        Subject::of(&DraftInput { topic, word_count: 800, context: "", keywords: Vec::new(), sources: Vec::new() })
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
            ("How do solar panels work?", "solar panels"),
            ("Should startups use Kubernetes", "startups"),
            ("10 ways to save energy at home", "energy at home"),
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
            sources: Vec::new(),
        };
        let subject = Subject::of(&input);
        assert_eq!(subject.asked, 2);
        assert_eq!(subject.keywords, ["home office", "focus", "habits", "last", "allotment gardeners", "cheap tools"]);
        assert_eq!(subject.title, "Remote work: habits that last");
    }

    #[test]
    fn a_question_is_kept_whole_once() {
        let subject = subject("How do solar panels work?");
        assert!(subject.question);
        assert_eq!(subject.full, "how do solar panels work");
    }
}
