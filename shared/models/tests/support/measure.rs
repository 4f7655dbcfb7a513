//! Measures of a text, written apart from the code under test: what a reviewer of articles would count.
#![allow(dead_code)]

use std::collections::BTreeSet;

/// What kind of block a line of Markdown is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    Heading(usize, String),
    Paragraph(String),
    Item(String),
}

/// The blocks of the simple Markdown that the model writes.
pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let lines = markdown.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| match (line.find(|c| c != '#'), line.strip_prefix("- ")) {
            (Some(level), _) if level > 0 => Block::Heading(level, line[level..].trim().to_owned()),
            (_, Some(item)) => Block::Item(item.to_owned()),
            _ => Block::Paragraph(line.to_owned()),
        })
        .collect()
}

/// Words as tokens between white space with a letter or digit.
pub(crate) fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|token| token.chars().any(char::is_alphanumeric)).collect()
}

/// Words in lower case without punctuation.
pub(crate) fn normal_words(text: &str) -> Vec<String> {
    let clean = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    words(text).into_iter().map(clean).collect()
}

/// The sentences of a block of prose.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    text.split_inclusive(['.', '!', '?'])
        .scan(0, |start, piece| {
            let from = *start;
            *start += piece.len();
            Some((from, *start))
        })
        .fold(Vec::new(), |mut found: Vec<(usize, usize)>, (from, to)| {
            // A mark inside a word (Node.js) ends nothing.
            let starts_inside = from > 0 && !text[from..].starts_with(char::is_whitespace);
            match found.last_mut() {
                Some(last) if starts_inside => last.1 = to,
                _ => found.push((from, to)),
            }
            found
        })
        .into_iter()
        .map(|(from, to)| text[from..to].trim())
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

/// All sentences of paragraphs and list items, in order.
pub(crate) fn prose(markdown: &str, with_items: bool) -> Vec<String> {
    let mut found = Vec::new();
    for block in blocks(markdown) {
        match block {
            Block::Paragraph(text) => found.extend(sentences(&text).into_iter().map(str::to_owned)),
            Block::Item(text) if with_items => found.extend(sentences(&text).into_iter().map(str::to_owned)),
            _ => {}
        }
    }
    found
}

/// Flesch reading ease of the prose.
pub(crate) fn flesch(markdown: &str) -> f64 {
    let sentences = prose(markdown, true);
    let words: Vec<String> = sentences.iter().flat_map(|sentence| normal_words(sentence)).collect();
    let syllables: usize = words.iter().map(|word| syllables(word)).sum();
    let (sentences, words, syllables) = (sentences.len() as f64, words.len() as f64, syllables as f64);
    206.835 - 1.015 * (words / sentences) - 84.6 * (syllables / words)
}

/// Groups of vowels, less a silent `e`.
pub(crate) fn syllables(word: &str) -> usize {
    let vowel = |c: char| "aeiouyáéíóúäöüàèìòùâêîôû".contains(c);
    let mut count = 0;
    let mut inside = false;
    for c in word.chars() {
        if vowel(c) && !inside {
            count += 1;
        }
        inside = vowel(c);
    }
    let silent = word.ends_with('e') && !word.ends_with("le") && count > 1
        || (word.ends_with("es") || word.ends_with("ed"))
            && count > 1
            && !word.ends_with("ted")
            && !word.ends_with("ses");
    (count - usize::from(silent)).max(1)
}

/// The set of five-word runs.
pub(crate) fn shingles(markdown: &str) -> BTreeSet<Vec<String>> {
    normal_words(markdown).windows(5).map(<[String]>::to_vec).collect()
}

/// Shared runs among all runs.
pub(crate) fn jaccard(one: &BTreeSet<Vec<String>>, other: &BTreeSet<Vec<String>>) -> f64 {
    let shared = one.intersection(other).count() as f64;
    shared / (one.len() as f64 + other.len() as f64 - shared)
}

/// The longest number of sentences in a row that open with the same word.
pub(crate) fn longest_run_of_openings(sentences: &[String]) -> usize {
    let mut longest = 0;
    let mut run = 0;
    let mut last = String::new();
    for sentence in sentences {
        let opening = normal_words(sentence).first().cloned().unwrap_or_default();
        run = if opening == last { run + 1 } else { 1 };
        longest = longest.max(run);
        last = opening;
    }
    longest
}

/// Occurrences of a phrase per hundred words.
pub(crate) fn density(markdown: &str, phrase: &str) -> f64 {
    let text = normal_words(markdown).join(" ");
    let phrase = normal_words(phrase).join(" ");
    let padded = format!(" {text} ");
    100.0 * padded.matches(&format!(" {phrase} ")).count() as f64 / words(markdown).len() as f64
}
