#![allow(clippy::unwrap_used)]

use super::super::fixture::picture;
use super::*;

fn html(markdown: &str) -> String {
    article(markdown, "Title", &[]).unwrap().html
}

#[test]
fn the_opening_h1_leaves_the_body_and_the_source() {
    let got = article("# A `b` *c*\n\nText.\n\n## Next\n", "Other", &[]).unwrap();
    assert_eq!(got.heading.as_deref(), Some("A b c"));
    assert_eq!(got.lead, "Text.");
    assert!(!got.html.contains("A b"));
    assert_eq!(got.source, "\nText.\n\n## Next\n");
    let setext = article("Title\n=====\nText.", "", &[]).unwrap();
    assert_eq!((setext.heading.as_deref(), setext.source.as_str()), (Some("Title"), "Text."));
}

#[test]
fn other_h1s_become_sections() {
    let got = article("Intro.\n\n# One\n\n# Two\n", "Title", &[]).unwrap();
    assert_eq!(got.heading, None);
    assert!(got.html.contains("<h2 id=\"one\">One</h2>") && got.html.contains("<h2 id=\"two\">Two</h2>"));
    assert_eq!(article("Intro.\n\n# Title\n", "Title", &[]).unwrap().heading.as_deref(), Some("Title"));
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
    assert_eq!(html("![A cat](cat.png) ![](../../images/x.png)"), "<p>A cat </p>\n");
    let got = html("![A cat](https://x.test/c.png) [![B](//x.test/b.png)](https://y.test)");
    assert!(!got.contains("<img"), "{got}");
    assert!(got.contains(">A cat</a>") && got.contains("href=\"https://y.test\""), "{got}");
}

#[test]
fn images_of_the_article_are_figures() {
    let pictures = [picture(0)];
    let markdown = "![x](../../images/c/r2/1-800.jpg)\n\nAnd ![y](../../images/c/r2/1-800.jpg) there.\n\n![x](../../images/c/r2/1-800.jpg)\n";
    let got = article(markdown, "Title", &pictures).unwrap().html;
    assert!(got.starts_with("<figure><img src=\"../../images/c/r2/1-800.jpg\" srcset=\"../../images/"), "{got}");
    assert!(got.contains("alt=\"A board with five cards\"") && got.contains("<p>And y there.</p>"), "{got}");
    assert_eq!((got.matches("eager").count(), got.matches("lazy").count()), (1, 1), "{got}");
    assert!(!got.contains("<p></p>") && !got.contains("<p><figure"), "{got}");
}

#[test]
fn the_outline_names_the_anchors_of_the_page() {
    let markdown = "# Title\n\n## Content\n\n### Content\n\n## A & *b*\n\n> ## Quoted\n\n# Part\n\n## !\n";
    let anchors = outline(markdown, "Title");
    let html = html(markdown);
    for (text, id) in &anchors {
        assert!(html.contains(&format!("<h2 id=\"{id}\">")), "{text}: {id} in {html}");
    }
    let texts: Vec<_> = anchors.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts, ["Content", "A & b", "!"]);
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
