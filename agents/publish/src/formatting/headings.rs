//! Capitals and numbers of headings.

use std::collections::BTreeSet;

use comrak::nodes::NodeValue;
use comrak::{Arena, Node, parse_document};

use super::HeadingCase;
use super::edit::{Edit, Source};
use crate::render::{opening_title, options};

/// Words that title case leaves small unless they are first or last (Chicago Manual of Style, shortened).
const SMALL: [&str; 23] = [
    "a", "an", "and", "as", "at", "but", "by", "en", "for", "from", "if", "in", "nor", "of", "on", "or", "per", "the",
    "to", "v", "via", "vs", "with",
];

/// Gives every heading but the title this case.
pub(super) fn case(markdown: &str, title: &str, case: HeadingCase) -> String {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let source = Source::new(markdown);
    let names = names(root);
    let opening = opening_title(root, title).map(|node| node.data().sourcepos);
    let mut edits = Vec::new();
    for node in root.descendants() {
        let data = node.data();
        if matches!(data.value, NodeValue::Heading(_)) && opening != Some(data.sourcepos) {
            edits.extend(heading(node, &source, case, &names).unwrap_or_default());
        }
    }
    source.edited(edits)
}

/// The edits of one heading; `None` when its source is not what it says.
fn heading(node: Node<'_>, source: &Source<'_>, case: HeadingCase, names: &BTreeSet<String>) -> Option<Vec<Edit>> {
    let inline = |node: &Node<'_>| matches!(node.data().value, NodeValue::Text(_) | NodeValue::Code(_));
    let parts: Vec<Node<'_>> = node.descendants().filter(inline).collect();
    let last = parts.len().checked_sub(1)?;
    let mut edits = Vec::new();
    let mut opens = true;
    for (index, part) in parts.into_iter().enumerate() {
        let NodeValue::Text(text) = &part.data().value else {
            opens = false;
            continue;
        };
        let at = source.verbatim(part)?;
        let words: Vec<&str> = text.split_inclusive(' ').collect();
        let mut changed = String::with_capacity(text.len());
        for (number, word) in words.iter().enumerate() {
            let ends = index == last && number + 1 == words.len();
            changed.push_str(&match case {
                HeadingCase::Title => titled(word, opens || ends),
                HeadingCase::Sentence => lowered(word, opens, names),
            });
            if word.contains(char::is_alphanumeric) {
                opens = word.trim_end().ends_with([':', '?', '!', '.']);
            }
        }
        edits.push(Edit { at, text: changed });
    }
    Some(edits)
}

/// A word with a capital, unless it is a small one in the middle or has capitals of its own ("GitHub", "iOS").
fn titled(word: &str, edge: bool) -> String {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    if bare.contains(char::is_uppercase) || SMALL.contains(&bare) && !edge {
        return word.to_owned();
    }
    let Some((at, first)) = word.char_indices().find(|(_, c)| c.is_alphanumeric()) else { return word.to_owned() };
    format!("{}{}{}", &word[..at], first.to_uppercase(), &word[at + first.len_utf8()..])
}

/// A word without its capital, unless it opens the heading, is a name or an abbreviation.
fn lowered(word: &str, opens: bool, names: &BTreeSet<String>) -> String {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    let own = bare.chars().skip(1).any(|c| c.is_uppercase() || c.is_ascii_digit());
    let first_person = bare == "I" || bare.starts_with("I'") || bare.starts_with("I\u{2019}");
    if opens || own || first_person || names.contains(stem(bare)) {
        return if opens { titled(word, true) } else { word.to_owned() };
    }
    word.chars().flat_map(char::to_lowercase).collect()
}

fn stem(word: &str) -> &str {
    word.trim_end_matches("'s").trim_end_matches("\u{2019}s")
}

/// Words that the text itself writes with a capital within a sentence: names.
fn names(root: Node<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for node in root.descendants().filter(|node| matches!(node.data().value, NodeValue::Paragraph)) {
        let text = node.collect_text();
        let mut opens = true;
        for word in text.split_whitespace() {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            if !opens && bare.starts_with(char::is_uppercase) {
                names.insert(stem(bare).to_owned());
            }
            opens = word.trim_end_matches(['"', '\u{201d}', ')', '*']).ends_with(['.', '!', '?', ':'])
                || word.starts_with(['"', '\u{201c}', '(']);
        }
    }
    names
}

/// `## 1. ...` for every second-level heading. An article that numbers one of them itself is let be.
pub(super) fn number(markdown: &str, title: &str) -> String {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let source = Source::new(markdown);
    let opening = opening_title(root, title).map(|node| node.data().sourcepos);
    let mut edits = Vec::new();
    for node in root.children() {
        let data = node.data();
        let NodeValue::Heading(heading) = data.value else { continue };
        if heading.level != 2 || opening == Some(data.sourcepos) {
            continue;
        }
        let numbered = node.collect_text().starts_with(|c: char| c.is_ascii_digit());
        let first = node.first_child().and_then(|child| source.start(child.data().sourcepos));
        let Some(at) = first.filter(|_| !heading.setext && !numbered) else { return markdown.to_owned() };
        edits.push(Edit { at: at..at, text: format!("{}. ", edits.len() + 1) });
    }
    source.edited(edits)
}
