//! The HTML allow-list: exactly what the Markdown formatter emits, and nothing that acts or loads.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;

use super::figure::{TO_ROOT, is_site_image};

const TAGS: [&str; 34] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "li",
    "ol",
    "p",
    "picture",
    "pre",
    "section",
    "source",
    "strong",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
    "sub",
    "kbd",
    "mark",
];
const HEADINGS: [&str; 5] = ["h2", "h3", "h4", "h5", "h6"];

static ARTICLE: LazyLock<Builder<'static>> = LazyLock::new(article_rules);

/// Article HTML reduced to the allow-list.
pub(super) fn clean(html: &str) -> String {
    ARTICLE.clean(html).to_string()
}

fn article_rules() -> Builder<'static> {
    let mut attributes: HashMap<&str, HashSet<&str>> =
        HEADINGS.into_iter().map(|h| (h, HashSet::from(["id"]))).collect();
    attributes.extend([
        // Footnotes link forth and back, with a label on the arrow.
        ("a", HashSet::from(["href", "id", "title", "aria-label"])),
        ("li", HashSet::from(["id"])),
        (
            "img",
            HashSet::from(["src", "srcset", "sizes", "width", "height", "alt", "decoding", "loading", "fetchpriority"]),
        ),
        ("source", HashSet::from(["type", "srcset", "sizes"])),
        ("ol", HashSet::from(["start"])),
        ("td", HashSet::from(["align"])),
        ("th", HashSet::from(["align"])),
    ]);
    let classes = [("div", "table-scroll"), ("section", "footnotes"), ("li", "task"), ("a", "footnote-backref")];
    let mut rules = Builder::default();
    rules
        .tags(HashSet::from(TAGS))
        .generic_attributes(HashSet::new())
        .tag_attributes(attributes)
        .allowed_classes(classes.into_iter().map(|(tag, class)| (tag, HashSet::from([class]))).collect())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .set_tag_attribute_value("th", "scope", "col")
        .attribute_filter(own_images_only)
        .link_rel(Some("noopener noreferrer"));
    rules
}

/// Drops what would load anything but the site's own images, whoever wrote it.
fn own_images_only<'u>(_: &str, attribute: &str, value: &'u str) -> Option<Cow<'u, str>> {
    let own = |url: &str| url.strip_prefix(TO_ROOT).is_some_and(is_site_image);
    let allowed = match attribute {
        "src" => own(value),
        "srcset" => value.split(", ").all(|candidate| candidate.split(' ').next().is_some_and(own)),
        _ => true,
    };
    allowed.then_some(Cow::Borrowed(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_active_passes() {
        let html = r#"<h2 id="x" onclick="a()">T</h2><script>b()</script><iframe src="//e"></iframe><form><input></form>
            <a href="javascript:c()">j</a><img src="x" onerror="d()"><svg onload="e()"></svg><p style="x">s</p>"#;
        let clean = clean(html);
        assert!(clean.starts_with(r#"<h2 id="x">T</h2>"#), "{clean}");
        for bad in ["on", "script", "iframe", "form", "input", "svg", "style"] {
            let found = clean.contains(&format!("<{bad}")) || clean.contains(&format!(" {bad}"));
            assert!(!found, "{bad} in {clean}");
        }
    }

    #[test]
    fn only_the_sites_images_are_loaded() {
        let own = "<img src=\"../../images/a/1.jpg\" srcset=\"../../images/a/1.jpg 480w, ../../images/a/2.jpg 800w\">";
        assert_eq!(clean(own), own);
        for bad in
            ["https://x.test/a.jpg", "//x.test/a.jpg", "data:image/png;base64,AA", "../../images/../a.jpg", "a.jpg"]
        {
            let html =
                format!("<img src=\"{bad}\" srcset=\"../../images/a/1.jpg 1w, {bad} 2w\"><source srcset=\"{bad}\">");
            assert_eq!(clean(&html), "<img><source>", "{bad}");
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        let once = clean("<table><tr><th align=left>a<td>b</table><a href=//x?a=1&b=2 title='\"<'>y</a>");
        assert_eq!(clean(&once), once);
    }
}
