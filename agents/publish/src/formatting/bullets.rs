//! Marks of lists.

use comrak::nodes::{ListType, NodeValue};
use comrak::{Arena, markdown_to_html, parse_document};

use super::Bullet;
use super::edit::{Edit, Source};
use crate::render::options;

/// Gives every bulleted list this mark. A text that would then read otherwise stays as it is.
pub(super) fn mark(markdown: &str, bullet: Bullet) -> String {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let source = Source::new(markdown);
    let mark = match bullet {
        Bullet::Asterisk => "*",
        Bullet::Dash => "-",
    };
    let mut edits = Vec::new();
    for node in root.descendants() {
        let data = node.data();
        let bulleted = match data.value {
            NodeValue::Item(list) => list.list_type == ListType::Bullet,
            // Task items are bulleted as a rule; the byte below tells.
            NodeValue::TaskItem(_) => true,
            _ => false,
        };
        let at = source.start(data.sourcepos).filter(|_| bulleted);
        let Some(at) = at.filter(|at| matches!(markdown.as_bytes().get(*at), Some(b'*' | b'-' | b'+'))) else {
            continue;
        };
        edits.push(Edit { at: at..at + 1, text: mark.to_owned() });
    }
    let marked = source.edited(edits);
    let same = markdown_to_html(&marked, &options()) == markdown_to_html(markdown, &options());
    if same { marked } else { markdown.to_owned() }
}
