//! Markdown to safe HTML: parse, rearrange the tree, format, sanitise.

use std::fmt::Write as _;

use comrak::html::format_node_default;
use comrak::nodes::{AstNode, NodeHeading, NodeValue};
use comrak::options::Plugins;
use comrak::{Anchorizer, Arena, Node, Options, create_formatter, parse_document};

use super::RenderError;
use super::sanitize::{clean, text_of};
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

/// Reads `markdown` and renders it. `title` tells which H1 is the title when text precedes it.
pub(super) fn article(markdown: &str, title: &str) -> Result<Article, RenderError> {
    let options = options();
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options);
    let (heading, source) = take_title(root, markdown, title);
    for node in root.descendants().collect::<Vec<_>>() {
        rewrite(node, &arena);
    }
    let mut anchors = Anchorizer::new();
    anchors.anchorize(RESERVED_ID);
    let mut html = String::with_capacity(markdown.len() * 2);
    // The variant with plugins is used because the plain one panics in debug builds on odd trees.
    ArticleFormatter::format_document_with_plugins(root, &options, &mut html, &Plugins::default(), anchors)
        .map_err(RenderError::Markdown)?;
    Ok(Article { heading, html: clean(&html), lead: lead(root), source })
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.footnotes = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options
}

/// Detaches the title from the tree and cuts its lines from the source.
fn take_title<'a>(root: Node<'a>, markdown: &str, title: &str) -> (Option<String>, String) {
    let found = root.children().find(|node| matches!(node.data().value, NodeValue::Heading(h) if h.level == 1));
    let Some(node) = found else { return (None, markdown.to_owned()) };
    let text = tidy(&node.collect_text());
    // An H1 further down is a section of a sloppy outline, unless it repeats the title.
    let is_title = node.previous_sibling().is_none() || text == tidy(title);
    if text.is_empty() || !is_title {
        return (None, markdown.to_owned());
    }
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
            node.append(text_node(arena, tidy(&text_of(&block.literal))));
        }
        // The page loads nothing from elsewhere, so a foreign picture becomes a link to it.
        NodeValue::Image(link) if !is_local(&link.url) => {
            let alt = node.collect_text();
            if inside_link(node) {
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
            let text = node.collect_text();
            // A heading of punctuation only has an empty anchor, which is no valid id.
            let name = if text.contains(char::is_alphanumeric) { text.as_str() } else { "section" };
            let id = context.user.anchorize(name);
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
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn html(markdown: &str) -> String {
        article(markdown, "Title").unwrap().html
    }

    #[test]
    fn the_opening_h1_leaves_the_body_and_the_source() {
        let got = article("# A `b` *c*\n\nText.\n\n## Next\n", "Other").unwrap();
        assert_eq!(got.heading.as_deref(), Some("A b c"));
        assert_eq!(got.lead, "Text.");
        assert!(!got.html.contains("A b"));
        assert_eq!(got.source, "\nText.\n\n## Next\n");
        let setext = article("Title\n=====\nText.", "").unwrap();
        assert_eq!((setext.heading.as_deref(), setext.source.as_str()), (Some("Title"), "Text."));
    }

    #[test]
    fn other_h1s_become_sections() {
        let got = article("Intro.\n\n# One\n\n# Two\n", "Title").unwrap();
        assert_eq!(got.heading, None);
        assert!(got.html.contains("<h2 id=\"one\">One</h2>") && got.html.contains("<h2 id=\"two\">Two</h2>"));
        assert_eq!(article("Intro.\n\n# Title\n", "Title").unwrap().heading.as_deref(), Some("Title"));
    }

    #[test]
    fn heading_ids_are_unique_and_never_empty() {
        let got = html("## Content\n\n## A\n\n## A\n\n## !\n\n## ?");
        for id in ["content-1", "a", "a-1", "section", "section-1"] {
            assert!(got.contains(&format!("id=\"{id}\"")), "{id} in {got}");
        }
    }

    #[test]
    fn tables_scroll_and_have_column_headers() {
        let got = html("| a | b |\n|:--|--:|\n| 1 | 2 |\n");
        assert!(got.starts_with("<div class=\"table-scroll\">\n<table>"), "{got}");
        assert!(got.contains("<th align=\"left\" scope=\"col\">a</th>"), "{got}");
        assert!(got.trim_end().ends_with("</table>\n</div>"), "{got}");
    }

    #[test]
    fn footnotes_link_forth_and_back() {
        let got = html("Claim[^1].\n\n[^1]: Source.\n");
        assert!(got.contains("href=\"#fn-1\" id=\"fnref-1\""), "{got}");
        assert!(got.contains("<li id=\"fn-1\">") && got.contains("href=\"#fnref-1\""), "{got}");
        assert!(got.contains("aria-label=\"Back to reference 1\""), "{got}");
    }

    #[test]
    fn raw_html_keeps_its_words_only() {
        assert_eq!(html("a<br/>b <b onclick=x>c</b>"), "<p>a<br>\nb c</p>\n");
        assert_eq!(html("<div onclick=x>kept &amp; safe<script>gone()</script></div>"), "<p>kept &amp; safe</p>\n");
    }

    #[test]
    fn foreign_pictures_become_links() {
        assert_eq!(html("![A cat](cat.png)"), "<p><img src=\"cat.png\" alt=\"A cat\"></p>\n");
        let got = html("![A cat](https://x.test/c.png) [![B](//x.test/b.png)](https://y.test)");
        assert!(!got.contains("<img"), "{got}");
        assert!(got.contains(">A cat</a>") && got.contains("href=\"https://y.test\""), "{got}");
    }

    #[test]
    fn task_lists_need_no_form_control() {
        assert_eq!(
            html("- [x] done\n- [ ] open"),
            "<ul>\n<li class=\"task\">☑ done</li>\n<li class=\"task\">☐ open</li>\n</ul>\n"
        );
    }

    #[test]
    fn deep_nesting_does_not_overflow() {
        assert!(html(&format!("{} deep", ">".repeat(2000))).contains("deep"));
        assert!(html(&format!("{}x", "[".repeat(5000))).contains('x'));
    }
}
