//! Whatever a model writes, the page neither runs nor loads anything.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::fixture::{page, picture};
use super::{Page, Picture, Provenance, front_matter, html};
use crate::formatting::Formatting;

/// A start tag: its name and its attributes with values as a browser would read them.
type Tag = (String, Vec<(String, String)>);

/// Every start tag of `html`. Written apart from the code under test, after the HTML tokenizer.
fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let end = rest.find([' ', '\n', '\t', '/', '>']).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        let (attributes, after) = attributes(&rest[end..]);
        // The content of these two is text to a browser until their end tag.
        rest = match name.as_str() {
            "script" | "style" => after.find(&format!("</{name}")).map_or("", |end| &after[end..]),
            _ => after,
        };
        tags.push((name, attributes));
    }
    tags
}

fn attributes(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\n', '\t', '/']);
        if rest.is_empty() || rest.starts_with('>') {
            return (found, rest);
        }
        let end = rest.find(['=', ' ', '\n', '\t', '/', '>']).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let quote = after.chars().next().filter(|c| ['"', '\''].contains(c));
            let body = quote.map_or(after, |_| &after[1..]);
            let end = match quote {
                Some(quote) => body.find(quote),
                None => body.find([' ', '\n', '\t', '>']),
            };
            let end = end.unwrap_or(body.len());
            value = &body[..end];
            rest = body[end..].strip_prefix(['"', '\'']).unwrap_or(&body[end..]);
        }
        found.push((name, decoded(value)));
    }
}

fn decoded(value: &str) -> String {
    value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("&amp;", "&")
}

/// The scheme a browser sees: control characters and white space are skipped, case does not matter,
/// and what does not look like a scheme is a relative path.
fn scheme(url: &str) -> String {
    let url: String = url.chars().filter(|c| *c > ' ').collect();
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    let looks_so = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    if looks_so { scheme.to_ascii_lowercase() } else { String::new() }
}

fn assert_inert(html: &str) {
    let tags = tags(html);
    let count = |name: &str| tags.iter().filter(|(tag, _)| tag == name).count();
    assert_eq!(html.to_ascii_lowercase().matches("<script").count(), 1, "only the JSON-LD block");
    for (name, times) in [("script", 1), ("style", 1), ("h1", 1), ("main", 1), ("title", 1), ("body", 1)] {
        assert_eq!(count(name), times, "{name}");
    }
    for (tag, attributes) in &tags {
        let bad = ["iframe", "object", "embed", "form", "input", "base", "svg", "math", "video", "audio", "template"];
        assert!(!bad.contains(&tag.as_str()), "<{tag}>");
        for (name, value) in attributes {
            assert!(!name.starts_with("on") && name != "style" && name != "srcdoc", "{tag} {name}={value}");
            if ["href", "src", "srcset", "cite", "action"].contains(&name.as_str()) {
                let allowed = ["", "http", "https", "mailto"].contains(&scheme(value).as_str());
                let icon = tag == "link" && value.starts_with("data:image/svg+xml,");
                assert!(allowed || icon, "{tag} {name}={value}");
                assert!(tag != "img" || value.starts_with("../../images/c/r2/"), "img {value}");
            }
        }
    }
    let json = html.split_once("ld+json\">").unwrap().1.split_once("</script>").unwrap().0;
    serde_json::from_str::<serde_json::Value>(json).unwrap();
}

const ATTACKS: [&str; 34] = [
    "<script>alert(1)</script>",
    "</script>",
    "</style>",
    "</title>",
    "<ScRiPt\n>",
    "<!--",
    "-->",
    "]]>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<iframe src=javascript:alert(1)>",
    "<h1>",
    "<a href=\"",
    "\" onmouseover=\"alert(1)",
    "' onfocus='alert(1)",
    "[x](javascript:alert(1))",
    "[x](JaVa\tScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](javascript:alert(1))",
    "![x](https://e.test/t.png \"q\\\" onerror=a\")",
    "![x](//e.test/a.png)",
    "<javascript:alert(1)>",
    "[a]: javascript:alert(1)\n\n[a]",
    "[^a]\n\n[^a]: <script>b</script>\n",
    "[^\"onclick=x]\n\n[^\"onclick=x]: y\n",
    "# <b onclick=x>t</b>\n",
    "## \" onclick=\"x\n",
    "| <script> | b |\n|---|---|\n| <img onerror=x> | `</code>` |\n",
    "```html onload=\"x\"\n</code></pre><script>\n```\n",
    "- [x] <input onfocus=x autofocus>\n",
    "\u{0}\u{2028}{{ 7 * 7 }}{% raw %}",
    "\n\n",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => proptest::sample::select(ATTACKS.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,20}", 1 => "[ \n>#*_`\\[\\]()<>!|:-]{0,12}"];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

fn hostile_page(text: String, field: String) -> Page {
    Page {
        markdown: text,
        title: field.clone(),
        summary: field.clone(),
        description: Some(field.clone()),
        topic: field.clone(),
        keywords: vec![field.clone()],
        language: field.clone(),
        base_url: format!("https://{field}"),
        site_name: field.clone(),
        author: field.clone(),
        provenance: Provenance {
            offline: false,
            models: vec![field.clone()],
            prompt_version: field.clone(),
            reviewed_by: Some(field.clone()),
            image_models: vec![field.clone()],
            images_offline: false,
        },
        search_title: Some(field.clone()),
        share_title: Some(field.clone()),
        share_text: Some(field.clone()),
        accent: Some(field.clone()),
        website: field.clone(),
        post: Some(field.clone()),
        pictures: vec![Picture { alt: field, ..picture(1) }],
        formatting: Formatting::read(
            "title case headings, numbered sections, a table of contents, dashes for bullets, bold keywords, rules",
        ),
        ..page()
    }
}

proptest! {
    #[test]
    fn no_markdown_makes_the_page_active(text in hostile(), field in hostile()) {
        let page = hostile_page(text, field);
        let first = html(&page).unwrap();
        assert_inert(&first);
        prop_assert_eq!(first, html(&page).unwrap());
    }

    #[test]
    fn front_matter_is_deterministic(text in hostile(), field in hostile()) {
        let page = hostile_page(text, field);
        prop_assert_eq!(front_matter(&page).unwrap(), front_matter(&page).unwrap());
    }
}

#[test]
fn each_attack_alone_is_inert() {
    for attack in ATTACKS {
        assert_inert(&html(&hostile_page(attack.into(), attack.into())).unwrap());
    }
}

#[test]
fn the_scanner_sees_what_it_looks_for() {
    let found = tags("<a href='java' onclick=x b>t</a><script>if (a<b) {}</script><p/>");
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a", "script", "p"]);
    assert_eq!(found[0].1[1], ("onclick".into(), "x".into()));
    assert_eq!(scheme(" Java\tScript:alert(1)"), "javascript");
    assert_eq!([scheme("a/b:c"), scheme("%41:x"), scheme("?q=a:b")], ["", "", ""]);
}
