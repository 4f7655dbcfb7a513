//! Markdown to safe HTML: parse, rearrange the tree, format, sanitise.

use std::fmt::Write as _;

use comrak::html::format_node_default;
use comrak::nodes::{AstNode, NodeHeading, NodeValue};
use comrak::options::Plugins;
use comrak::{Anchorizer, Arena, Node, Options, create_formatter, parse_document};
use mesh_article::html_text;

use super::RenderError;
use super::figure::{Picture, figure};
use super::sanitize::clean;
use super::text::tidy;

/// The id of the template's main landmark; no heading may take it.
const RESERVED_ID: &str = "content";

/// An article split into the parts the outputs need.
#[derive(Debug)]
pub(super) struct Article {
    /// Text of the H1 that opens the article.
    pub(super) heading: Option<String>,
    /// Sanitised HTML of everything else.
    pub(super) html: String,
    /// Plain text of the first paragraph.
    pub(super) lead: String,
    /// The Markdown source without the opening H1.
    pub(super) source: String,
}

/// Reads `markdown` and renders it. `title` tells which H1 is the title when text precedes it; `pictures` are the images
/// that may be shown.
pub(super) fn article(markdown: &str, title: &str, pictures: &[Picture]) -> Result<Article, RenderError> {
    let options = options();
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options);
    let (heading, source) = take_title(root, markdown, title);
    let mut shown = 0;
    for node in root.descendants().collect::<Vec<_>>() {
        if let Some(picture) = own_picture(node, pictures) {
            node.children().collect::<Vec<_>>().into_iter().for_each(AstNode::detach);
            node.data_mut().value = NodeValue::Raw(figure(picture, shown == 0));
            shown += 1;
        }
        rewrite(node, &arena);
    }
    let anchors = anchorizer();
    let mut html = String::with_capacity(markdown.len() * 2);
    // The variant with plugins is used because the plain one panics in debug builds on odd trees.
    ArticleFormatter::format_document_with_plugins(root, &options, &mut html, &Plugins::default(), anchors)
        .map_err(RenderError::Markdown)?;
    Ok(Article { heading, html: clean(&html), lead: lead(root), source })
}

fn anchorizer() -> Anchorizer {
    let mut anchors = Anchorizer::new();
    anchors.anchorize(RESERVED_ID);
    anchors
}

/// Text and anchor of every second-level heading, as the page has them.
pub(crate) fn outline(markdown: &str, title: &str) -> Vec<(String, String)> {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let opening = opening_title(root, title).map(|node| node.data().sourcepos);
    let mut anchors = anchorizer();
    let mut found = Vec::new();
    for node in root.descendants() {
        let data = node.data();
        let NodeValue::Heading(heading) = data.value else { continue };
        if opening == Some(data.sourcepos) {
            continue;
        }
        let text = node.collect_text();
        let id = anchors.anchorize(anchor_name(&text));
        let section =
            heading.level == 2 && node.parent().is_some_and(|up| matches!(up.data().value, NodeValue::Document));
        found.extend(section.then(|| (tidy(&text), id)));
    }
    found
}

/// A heading of punctuation only has an empty anchor, which is no valid id.
fn anchor_name(text: &str) -> &str {
    if text.contains(char::is_alphanumeric) { text } else { "section" }
}

/// The Markdown we read.
pub(crate) fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.footnotes = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options
}

/// The H1 that is the article's title, if there is one.
pub(crate) fn opening_title<'a>(root: Node<'a>, title: &str) -> Option<Node<'a>> {
    let node = root.children().find(|node| matches!(node.data().value, NodeValue::Heading(h) if h.level == 1))?;
    let text = tidy(&node.collect_text());
    // An H1 further down is a section of a sloppy outline, unless it repeats the title.
    let is_title = node.previous_sibling().is_none() || text == tidy(title);
    (is_title && !text.is_empty()).then_some(node)
}

/// Detaches the title from the tree and cuts its lines from the source.
fn take_title<'a>(root: Node<'a>, markdown: &str, title: &str) -> (Option<String>, String) {
    let Some(node) = opening_title(root, title) else { return (None, markdown.to_owned()) };
    let text = tidy(&node.collect_text());
    let lines = node.data().sourcepos;
    node.detach();
    let kept = markdown.split_inclusive('\n').enumerate();
    let kept = kept.filter(|(index, _)| !(lines.start.line..=lines.end.line).contains(&(index + 1)));
    (Some(text), kept.map(|(_, line)| line).collect())
}

/// Replaces what a page of ours cannot show by the nearest thing it can.
fn rewrite<'a>(node: Node<'a>, arena: &'a Arena<'a>) {
    let value = node.data().value.clone();
    match value {
        // The page has one H1, its title.
        NodeValue::Heading(heading) if heading.level == 1 => {
            node.data_mut().value = NodeValue::Heading(NodeHeading { level: 2, ..heading });
        }
        NodeValue::HtmlInline(tag) if is_line_break(&tag) => node.data_mut().value = NodeValue::LineBreak,
        // comrak would drop the block, text and all.
        NodeValue::HtmlBlock(block) => {
            node.data_mut().value = NodeValue::Paragraph;
            node.append(text_node(arena, tidy(&html_text(&block.literal))));
        }
        // The page shows images of the site only: a foreign one becomes a link to it, one that nobody has its words.
        NodeValue::Image(link) => {
            let alt = node.collect_text();
            if inside_link(node) || is_local(&link.url) {
                node.children().collect::<Vec<_>>().into_iter().for_each(AstNode::detach);
                node.data_mut().value = NodeValue::Text(alt.into());
            } else {
                if alt.trim().is_empty() {
                    node.append(text_node(arena, link.url.clone()));
                }
                node.data_mut().value = NodeValue::Link(link);
            }
        }
        _ => {}
    }
}

/// The image of ours that is all there is in a paragraph.
fn own_picture<'a>(node: Node<'_>, pictures: &'a [Picture]) -> Option<&'a Picture> {
    let alone = |node: Node<'_>| matches!(node.data().value, NodeValue::Paragraph) && node.children().count() == 1;
    let child = Some(node).filter(|node| alone(node)).and_then(|node| node.first_child())?;
    let data = child.data();
    let NodeValue::Image(link) = &data.value else { return None };
    pictures.iter().find(|picture| picture.main().is_some_and(|file| file.relative() == link.url))
}

fn text_node<'a>(arena: &'a Arena<'a>, text: String) -> Node<'a> {
    arena.alloc(AstNode::from(NodeValue::Text(text.into())))
}

fn is_line_break(tag: &str) -> bool {
    let name = tag.trim_start_matches('<').trim_end_matches(['>', '/', ' ']);
    name.eq_ignore_ascii_case("br")
}

/// A relative path: no scheme, no host.
fn is_local(url: &str) -> bool {
    let url = url.trim();
    let before_path = url.split(['/', '?', '#']).next().unwrap_or_default();
    !url.starts_with("//") && !url.starts_with('\\') && !before_path.contains(':')
}

fn inside_link(node: Node<'_>) -> bool {
    node.ancestors().skip(1).any(|up| matches!(up.data().value, NodeValue::Link(_)))
}

fn lead(root: Node<'_>) -> String {
    let first = root.children().find(|node| matches!(node.data().value, NodeValue::Paragraph));
    first.map(|node| tidy(&node.collect_text())).unwrap_or_default()
}

create_formatter!(ArticleFormatter<Anchorizer>, {
    NodeValue::Heading(ref heading) => |context, node, entering| {
        if entering {
            let id = context.user.anchorize(anchor_name(&node.collect_text()));
            context.cr()?;
            write!(context, "<h{} id=\"", heading.level)?;
            context.escape(&id)?;
            context.write_str("\">")?;
        } else {
            writeln!(context, "</h{}>", heading.level)?;
        }
    },
    // A wide table scrolls inside its own box, never the page.
    NodeValue::Table(_) => |context, node, entering| {
        if entering {
            context.cr()?;
            context.write_str("<div class=\"table-scroll\">")?;
            return format_node_default(context, node, entering);
        }
        format_node_default(context, node, entering)?;
        context.write_str("</div>\n")?;
    },
    // A checkbox is a form control; a character says the same and survives everywhere.
    NodeValue::TaskItem(ref item) => |context, entering| {
        if entering {
            context.cr()?;
            context.write_str(if item.symbol.is_some() { "<li class=\"task\">☑ " } else { "<li class=\"task\">☐ " })?;
        } else {
            context.write_str("</li>\n")?;
        }
    },
});

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
