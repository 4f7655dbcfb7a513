//! Bold first mentions.

use std::ops::Range;

use comrak::nodes::NodeValue;
use comrak::{Arena, Node, parse_document};

use super::edit::{Edit, Source};
use crate::render::options;

/// Makes the first mention of each keyword in a paragraph of the text bold, unless it is bold somewhere already.
pub(super) fn bold(markdown: &str, keywords: &[String]) -> String {
    let words = keywords.iter().map(|keyword| keyword.trim()).filter(|keyword| is_plain(keyword));
    words.fold(markdown.to_owned(), |text, keyword| emphasised(&text, keyword).unwrap_or(text))
}

/// The text with its first mention of `keyword` bold; `None` when there is none, or when the marks would be read otherwise.
fn emphasised(markdown: &str, keyword: &str) -> Option<String> {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let source = Source::new(markdown);
    if texts(root, |value| matches!(value, NodeValue::Strong)).any(|text| mention(&text, keyword).is_some()) {
        return None;
    }
    let found = places(root, &source).into_iter().find_map(|(at, text)| {
        let within = mention(&text, keyword)?;
        Some(at.start + within.start..at.start + within.end)
    })?;
    let edited = source.edited(vec![Edit { text: format!("**{}**", &markdown[found.clone()]), at: found }]);
    let again = Arena::new();
    let same = parse_document(&again, &edited, &options()).collect_text() == root.collect_text();
    same.then_some(edited)
}

fn texts<'a>(root: Node<'a>, kind: impl Fn(&NodeValue) -> bool) -> impl Iterator<Item = String> {
    root.descendants().filter(move |node| kind(&node.data().value)).map(|node| node.collect_text())
}

/// The plain text of the paragraphs at the top level, and where it stands.
fn places(root: Node<'_>, source: &Source<'_>) -> Vec<(Range<usize>, String)> {
    let paragraphs = root.children().filter(|node| matches!(node.data().value, NodeValue::Paragraph));
    let texts = paragraphs.flat_map(|paragraph| paragraph.children());
    let verbatim = texts.filter_map(|node| {
        let at = source.verbatim(node)?;
        match &node.data().value {
            NodeValue::Text(text) => Some((at, text.to_string())),
            _ => None,
        }
    });
    verbatim.collect()
}

/// Letters at both ends, and nothing between them that Markdown reads.
fn is_plain(keyword: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '\'' | '.' | '+' | '/');
    let edge = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    keyword.chars().all(inner) && edge(keyword.chars().next()) && edge(keyword.chars().last())
}

/// The first mention of `keyword` as a whole word, letters a to z in either case.
fn mention(text: &str, keyword: &str) -> Option<Range<usize>> {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.char_indices().find_map(|(start, _)| {
        let end = start + keyword.len();
        let same = text.get(start..end).is_some_and(|part| part.eq_ignore_ascii_case(keyword));
        let whole = same && !word(text[..start].chars().next_back()) && !word(text[end..].chars().next());
        whole.then_some(start..end)
    })
}
