//! What stands between and in front of sections.

use comrak::nodes::NodeValue;
use comrak::{Arena, Node, parse_document};

use super::edit::{Edit, Source};
use crate::render::{opening_title, options, outline};

/// A horizontal rule in front of every second-level heading but the first.
pub(super) fn rules(markdown: &str, title: &str) -> String {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let source = Source::new(markdown);
    let mut edits = Vec::new();
    for node in sections(root, title).into_iter().skip(1) {
        let ruled = node.previous_sibling().is_some_and(|up| matches!(up.data().value, NodeValue::ThematicBreak));
        edits.extend(before(node, &source, "---").filter(|_| !ruled));
    }
    source.edited(edits)
}

/// A list of the sections, with links, in front of the first; an article of fewer than two sections has none.
pub(super) fn contents(markdown: &str, title: &str) -> String {
    let outline = outline(markdown, title);
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let source = Source::new(markdown);
    let first = sections(root, title).first().copied();
    let Some(first) = first.filter(|_| outline.len() > 1) else { return markdown.to_owned() };
    let items: Vec<String> = outline.iter().map(|(text, id)| format!("- [{}](#{id})", escaped(text))).collect();
    source.edited(before(first, &source, &items.join("\n")).into_iter().collect())
}

/// The second-level headings at the top level.
fn sections<'a>(root: Node<'a>, title: &str) -> Vec<Node<'a>> {
    let opening = opening_title(root, title).map(|node| node.data().sourcepos);
    let is_section = |node: &Node<'a>| {
        let data = node.data();
        matches!(data.value, NodeValue::Heading(heading) if heading.level == 2) && opening != Some(data.sourcepos)
    };
    root.children().filter(is_section).collect()
}

/// A block in front of a node, set apart by blank lines.
fn before(node: Node<'_>, source: &Source<'_>, block: &str) -> Option<Edit> {
    let at = source.line(node.data().sourcepos.start.line)?;
    Some(Edit { at: at..at, text: format!("\n{block}\n\n") })
}

fn escaped(text: &str) -> String {
    let special = |c: char| matches!(c, '\\' | '[' | ']' | '*' | '_' | '`' | '<' | '>' | '&' | '!' | '~' | '|' | '^');
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if special(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}
