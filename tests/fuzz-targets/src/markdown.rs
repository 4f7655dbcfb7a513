//! The page of an article: whatever the texts are, a browser runs nothing of them and loads nothing but the site's images.

use std::{collections::BTreeSet, sync::LazyLock};

use agent_publish::render::html;
use url::Url;

use crate::{
    dom::{Element, read},
    page::{SITE, page},
    parts,
};

/// The elements of a page: those of the template, and those that Markdown makes.
const ELEMENTS: &str = "a article blockquote body br code del div em figure footer h1 h2 h3 h4 h5 h6 head header hr html img kbd \
    li link main mark meta nav ol p picture pre script section source span strong style sub sup table tbody td th thead \
    time title tr ul";
/// Attributes whose value is an address.
const ADDRESSES: &str =
    "action background cite classid codebase data formaction href longdesc manifest ping poster src xlink:href";
/// What one byte of text may become: a footnote has a link there and one back.
const GROWTH: usize = 100;
/// The template with its style, and room for the fields, which are written several times each.
const FRAME: usize = 64 * 1024;

static PAGE: LazyLock<Url> = LazyLock::new(|| Url::parse(&format!("{SITE}/posts/x/")).expect("an address"));

/// The parts of a page, between lines of `%%`.
pub fn text(bytes: &[u8]) {
    let page = page(&parts(bytes));
    let document = html(&page).expect("every text has a page");
    assert_eq!(html(&page).expect("again"), document, "rendered in two ways");
    let size = document.len();
    assert!(size <= FRAME + bytes.len() * GROWTH, "{size} bytes of {}", bytes.len());
    let (elements, errors) = read(&document);
    assert_eq!(errors, Vec::<String>::new(), "not well-formed\n{document}");
    let count = |name: &str| elements.iter().filter(|element| element.name == name).count();
    for name in ["html", "head", "title", "style", "script", "body", "main", "article", "h1"] {
        assert_eq!(count(name), 1, "<{name}>");
    }
    elements.iter().for_each(inert);
    policy(&elements);
    structured_data(&elements);
}

/// The element is one of ours, and acts on nothing.
fn inert(element: &Element) {
    let name = element.name.as_str();
    assert!(ELEMENTS.split_whitespace().any(|known| known == name), "<{name}>");
    let mut seen = BTreeSet::new();
    for (attribute, value) in &element.attributes {
        assert!(seen.insert(attribute), "<{name}> has {attribute} twice");
        let active = attribute.starts_with("on") || matches!(attribute.as_str(), "style" | "srcdoc" | "target");
        assert!(!active, "<{name} {attribute}={value:?}>");
        if ADDRESSES.split(' ').any(|known| known == attribute) {
            address(element, attribute, value);
        }
        if attribute == "srcset" {
            value.split(", ").for_each(|one| own(name, one.split(' ').next().unwrap_or_default()));
        }
    }
}

fn address(element: &Element, attribute: &str, value: &str) {
    let name = element.name.as_str();
    match (name, element.attribute("rel")) {
        ("a", rel) => {
            assert_eq!(attribute, "href");
            // What is no address leads nowhere.
            let Ok(url) = PAGE.join(value) else { return };
            assert!(["http", "https", "mailto"].contains(&url.scheme()), "a link to {url}");
            let away = url.origin() != PAGE.origin() && url.scheme() != "mailto";
            assert!(!away || rel.is_some_and(|rel| rel.contains("noopener")), "{url} may act on the page");
        }
        ("link", Some("canonical" | "alternate")) => {
            let url = PAGE.join(value).expect("an address");
            assert_eq!(url.origin(), PAGE.origin(), "{url}");
        }
        ("link", Some("icon")) => assert!(value.starts_with("data:image/svg+xml,"), "{value}"),
        ("img", _) => own(name, value),
        _ => panic!("<{name} {attribute}={value:?}>"),
    }
}

/// An image of the site.
fn own(name: &str, address: &str) {
    let url = PAGE.join(address).expect("an address");
    assert!(url.as_str().starts_with("https://site.example/images/c/r2/"), "<{name}> loads {url}");
}

/// The page's own policy comes before everything that could break it.
fn policy(elements: &[Element]) {
    let with = |element: &&Element| element.attribute("http-equiv").is_some();
    let policies: Vec<&Element> = elements.iter().filter(with).collect();
    let [policy] = policies[..] else { panic!("{} policies", policies.len()) };
    assert_eq!(policy.attribute("http-equiv"), Some("Content-Security-Policy"));
    let content = policy.attribute("content").unwrap_or_default();
    assert!(content.starts_with("default-src 'none'; ") && !content.contains("script-src"), "{content}");
    let at = |found: &dyn Fn(&Element) -> bool| elements.iter().position(found);
    assert!(at(&|one| one.attribute("http-equiv").is_some()) < at(&|one| one.name == "title"));
}

/// The one script is data.
fn structured_data(elements: &[Element]) {
    let script = elements.iter().find(|element| element.name == "script").expect("structured data");
    assert_eq!(script.attribute("type"), Some("application/ld+json"));
    let data: serde_json::Value = serde_json::from_str(&script.text).expect("JSON");
    assert_eq!((data["@type"].as_str(), data["version"].as_u64()), (Some("BlogPosting"), Some(2)));
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    /// Whether the checks refuse a page with this in its body.
    fn refused(html: &str) -> bool {
        let (elements, _) = read(&format!("<!doctype html><title>x</title><body>{html}"));
        catch_unwind(|| elements.iter().for_each(inert)).is_err()
    }

    #[test]
    fn the_checks_see_what_they_look_for() {
        for bad in [
            "<iframe></iframe>",
            "<p onclick=x>",
            "<p style=x>",
            "<a href='java\tscript:x'>",
            "<a href='https://evil.example/'>",
            "<img src='https://evil.example/x.png'>",
            "<img src='../../images/c/r2/../../x.png'>",
            "<source srcset='../../images/c/r2/a.jpg 1w, //evil.example/b.jpg 2w'>",
            "<link rel=stylesheet href='../../x.css'>",
            "<p cite=x>",
        ] {
            assert!(refused(bad), "{bad}");
        }
        for good in
            ["<a href='#x'>", "<a rel=noopener href='https://other.example/'>", "<img src='/images/c/r2/1.jpg'>"]
        {
            assert!(!refused(good), "{good}");
        }
        assert!(!read("<!doctype html><title>x</title><p></div>").1.is_empty(), "the parser says what it mends");
    }
}
