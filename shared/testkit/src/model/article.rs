//! An article that reads well enough for every check of form.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::entropy::SeededEntropy;

/// What sentences are made of; the stub of a provider in `tests/aws` writes from the same.
#[derive(Debug, Deserialize)]
struct Grammar {
    /// `{t}` is the topic; the other slots are kinds of words.
    patterns: Vec<String>,
    /// `a` an adjective, `n` a noun, `v` a verb, `w` somebody.
    words: BTreeMap<String, Vec<String>>,
    headings: Vec<String>,
}

static GRAMMAR: LazyLock<Grammar> =
    LazyLock::new(|| serde_json::from_str(include_str!("article.json")).expect("article.json is a grammar"));

/// Pairs of words that close the article at any length.
const ADVICE: [&str; 12] = [
    "start small",
    "measure honestly",
    "keep notes",
    "share results",
    "ask readers",
    "repair early",
    "plan ahead",
    "test twice",
    "write clearly",
    "check sources",
    "compare costs",
    "rest well",
];

/// A Markdown article about `topic` of about `words` words, the same for the same arguments.
///
/// One H1, an H2 for every 250 words or less, paragraphs of short sentences of which no two are the same. The length is within
/// 2 % of `words` from 300 words on, whether or not headings are counted (with a long topic it takes more of them).
#[must_use]
pub fn canned_article(topic: &str, words: usize) -> String {
    let sections = words.div_ceil(250).max(1);
    let headings: Vec<String> = (0..sections).map(heading).collect();
    let in_headings: usize = headings.iter().map(|heading| count(heading)).sum::<usize>() + count(topic);
    let body = words.saturating_sub(in_headings / 2);
    let mut writer = Writer::new(topic);
    let mut article = format!("# {}\n", capitalised(topic));
    for (index, heading) in headings.iter().enumerate() {
        let until = body * (index + 1) / sections;
        article.push_str(&format!("\n## {heading}\n"));
        let last = index + 1 == sections;
        article.push_str(&writer.section(until.saturating_sub(writer.written), last));
    }
    article
}

/// What a model answers when it is asked for the metadata of an article on bees.
#[must_use]
pub fn canned_metadata() -> Value {
    json!({
        "title": "Urban beekeeping for city gardeners",
        "slug": "urban-beekeeping",
        "keyphrase": "urban beekeeping",
        "description": "Urban beekeeping brings hives to roofs and gardens: what bees need in a city, what neighbours ask, and how \
                        a first season usually goes.",
        "keywords": ["bees"],
        "og_title": "Urban beekeeping",
        "og_description": "What bees need in a city."
    })
}

fn heading(index: usize) -> String {
    let headings = &GRAMMAR.headings;
    let name = &headings[index % headings.len()];
    let round = index / headings.len();
    if round == 0 { name.clone() } else { format!("{name} {}", round + 1) }
}

struct Writer<'a> {
    topic: &'a str,
    entropy: SeededEntropy,
    seen: BTreeSet<String>,
    opening: String,
    written: usize,
}

impl<'a> Writer<'a> {
    fn new(topic: &'a str) -> Self {
        // FNV-1a: two topics get two articles.
        let seed = topic
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self { topic, entropy: SeededEntropy::new(seed), seen: BTreeSet::new(), opening: String::new(), written: 0 }
    }

    /// Paragraphs of about `words` words; the last section is of that length exactly.
    fn section(&mut self, words: usize, last: bool) -> String {
        let mut text = String::new();
        let mut paragraph = 0;
        let mut left = words;
        let enough = if last { 25 } else { 6 };
        while left >= enough {
            let sentence = self.sentence();
            text.push_str(if paragraph == 0 { "\n" } else { " " });
            text.push_str(&sentence);
            left = left.saturating_sub(count(&sentence));
            self.written += count(&sentence);
            paragraph += count(&sentence);
            if paragraph >= 50 {
                text.push('\n');
                paragraph = 0;
            }
        }
        if last {
            text.push_str(if paragraph == 0 { "\n" } else { " " });
            text.push_str(&closing(left));
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    /// A sentence that was not written before and does not open like the one before it.
    fn sentence(&mut self) -> String {
        for _ in 0..200 {
            let pattern = if self.seen.is_empty() { 2 } else { self.entropy.below(GRAMMAR.patterns.len() as u64) };
            let sentence = self.fill(&GRAMMAR.patterns[usize::try_from(pattern).unwrap()]);
            let opening = sentence.split(' ').next().unwrap_or_default().to_owned();
            if opening != self.opening && self.seen.insert(sentence.clone()) {
                self.opening = opening;
                return sentence;
            }
        }
        panic!("the grammar has no more sentences; ask for fewer words");
    }

    fn fill(&self, pattern: &str) -> String {
        let mut sentence = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, after) = after.split_once('}').expect("every slot of a pattern is closed");
            sentence.push_str(before);
            sentence.push_str(match slot {
                "t" => self.topic,
                kind => self.pick(&GRAMMAR.words[kind]),
            });
            rest = after;
        }
        sentence + rest
    }

    fn pick(&self, list: &'static [String]) -> &'static str {
        &list[usize::try_from(self.entropy.below(list.len() as u64)).unwrap()]
    }
}

/// A sentence of exactly so many words, up to 25.
fn closing(words: usize) -> String {
    let advice: Vec<&str> = ADVICE.into_iter().take(words / 2).collect();
    let odd = if words % 2 == 1 { "Remember: " } else { "" };
    capitalised(&format!("{odd}{}.", advice.join(", ")))
}

fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{canned_article, count};

    const TOPICS: [&str; 4] = ["edge computing", "tea", "the care and repair of old bicycles", "B\u{fc}cher \u{1F980}"];

    #[test]
    fn length_is_within_two_percent_with_or_without_headings() {
        for topic in TOPICS {
            for words in (300..2_000).step_by(37).chain([3_000, 5_000]) {
                let article = canned_article(topic, words);
                let all = count(&article.replace('#', ""));
                let body: usize = article.lines().filter(|line| !line.starts_with('#')).map(count).sum();
                for seen in [all, body] {
                    let error = seen.abs_diff(words) * 100;
                    assert!(error <= words * 2, "{topic}: {seen} words instead of {words}");
                }
            }
        }
    }

    #[test]
    fn is_well_formed_and_varied() {
        let article = canned_article(TOPICS[0], 1_200);
        assert_eq!(article.lines().filter(|line| line.starts_with("# ")).count(), 1);
        assert!(article.starts_with("# Edge computing\n\n## "));
        assert!(article.lines().filter(|line| line.starts_with("## ")).count() >= 5);
        let body: Vec<&str> = article.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(body.iter().all(|paragraph| count(paragraph) <= 90));
        let sentences: Vec<String> = body.join(" ").split(". ").map(|text| text.trim().to_owned()).collect();
        let different: BTreeSet<&String> = sentences.iter().collect();
        assert_eq!(different.len(), sentences.len());
        assert!(sentences.iter().all(|sentence| count(sentence) <= 26));
    }

    #[test]
    fn is_the_same_for_the_same_arguments_only() {
        assert_eq!(canned_article("tea", 300), canned_article("tea", 300));
        assert_ne!(canned_article("tea", 300), canned_article("coffee", 300).replace("coffee", "tea"));
    }
}
