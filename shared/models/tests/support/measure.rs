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

/// Words under each heading, the text before the first one first.
pub(crate) fn section_words(markdown: &str) -> Vec<usize> {
    let mut sections = vec![0];
    for block in blocks(markdown) {
        match block {
            Block::Heading(..) => sections.push(0),
            Block::Paragraph(text) | Block::Item(text) => {
                if let Some(last) = sections.last_mut() {
                    *last += words(&text).len();
                }
            }
        }
    }
    sections
}

/// Sentences of at least `least` words that come more than once.
pub(crate) fn repeated(markdown: &str, least: usize) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let sentences = prose(markdown, true).into_iter().map(|sentence| normal_words(&sentence).join(" "));
    sentences.filter(|sentence| words(sentence).len() >= least && !seen.insert(sentence.clone())).collect()
}

/// The longest number of sentences of paragraphs in a row that open alike: with the first word, or the first two where
/// the first is an article or points at something; headings and lists start afresh.
pub(crate) fn longest_run_in_paragraphs(markdown: &str) -> usize {
    const WEAK: [&str; 7] = ["the", "a", "an", "this", "that", "these", "those"];
    let (mut longest, mut run, mut last) = (0, 0, Vec::new());
    for block in blocks(markdown) {
        let Block::Paragraph(text) = block else {
            run = 0;
            last.clear();
            continue;
        };
        for sentence in sentences(&text) {
            let own = normal_words(sentence);
            let count = if own.first().is_some_and(|first| WEAK.contains(&first.as_str())) { 2 } else { 1 };
            let opening: Vec<String> = own.into_iter().take(count).collect();
            run = if opening == last { run + 1 } else { 1 };
            longest = longest.max(run);
            last = opening;
        }
    }
    longest
}

/// Share of a hundred sentences of prose that hold one of the phrases.
pub(crate) fn share_with(markdown: &str, phrases: &[&str]) -> f64 {
    let sentences = prose(markdown, false);
    let holds = |sentence: &&String| {
        let padded = format!(" {} ", normal_words(sentence).join(" "));
        phrases.iter().any(|phrase| padded.contains(&format!(" {phrase} ")))
    };
    100.0 * sentences.iter().filter(holds).count() as f64 / sentences.len() as f64
}
