//! What search engines and link previews are told, field by field.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::fixture::{page, picture};
use super::{Page, html};

const URL: &str = "https://example.com/posts/why-small-queues-beat-big-meetings-89abcdef/";
const ALT: &str = "A board with five cards";

fn illustrated() -> Page {
    Page { pictures: vec![picture(1), picture(0)], ..page() }
}

/// The `content` of the first tag `<meta {name} ...>`.
fn meta(document: &str, name: &str) -> Option<String> {
    let (_, rest) = document.split_once(&format!("<meta {name} content=\""))?;
    rest.split_once('"').map(|(content, _)| content.to_owned())
}

fn json_ld(document: &str) -> Value {
    let (_, rest) = document.split_once("ld+json\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn link_previews_are_told_everything() {
    let document = html(&illustrated()).unwrap();
    let description = page().description.unwrap();
    let share = "https://example.com/images/c/r2/1-share.jpg";
    let wants = [
        ("property=\"og:title\"", "Why small queues beat big meetings"),
        ("property=\"og:type\"", "article"),
        ("property=\"og:url\"", URL),
        ("property=\"og:site_name\"", "Field Notes"),
        ("property=\"og:description\"", &description),
        ("property=\"og:image\"", share),
        ("property=\"og:image:type\"", "image/jpeg"),
        ("property=\"og:image:width\"", "1200"),
        ("property=\"og:image:height\"", "630"),
        ("property=\"og:image:alt\"", ALT),
        ("property=\"article:published_time\"", "2026-11-20T09:30:00Z"),
        ("property=\"article:modified_time\"", "2026-11-21T09:30:00Z"),
        ("property=\"article:author\"", "Field Notes Ltd"),
        ("property=\"article:tag\"", "queues"),
        ("name=\"twitter:card\"", "summary_large_image"),
        ("name=\"twitter:title\"", "Why small queues beat big meetings"),
        ("name=\"twitter:description\"", &description),
        ("name=\"twitter:image\"", share),
        ("name=\"twitter:image:alt\"", ALT),
    ];
    for (name, want) in wants {
        assert_eq!(meta(&document, name).as_deref(), Some(want), "{name}");
    }
    assert!(document.contains(&format!("<link rel=\"canonical\" href=\"{URL}\">")));
}

#[test]
fn search_engines_are_told_everything() {
    let posting = json_ld(&html(&illustrated()).unwrap());
    let image = |name: &str| format!("https://example.com/images/c/r2/1-{name}.jpg");
    let wants = [
        ("@context", json!("https://schema.org")),
        ("@type", json!("BlogPosting")),
        ("headline", json!("Why small queues beat big meetings")),
        ("description", json!(page().description)),
        ("image", json!([image("square"), image("standard"), image("wide")])),
        ("datePublished", json!("2026-11-20T09:30:00Z")),
        ("dateModified", json!("2026-11-21T09:30:00Z")),
        ("author", json!({"@type": "Organization", "name": "Field Notes Ltd", "url": "https://example.com/"})),
        ("publisher", json!({"@type": "Organization", "name": "Field Notes", "url": "https://example.com/"})),
        ("mainEntityOfPage", json!({"@type": "WebPage", "@id": URL})),
        ("url", json!(URL)),
        ("inLanguage", json!("en")),
        ("wordCount", json!(812)),
        ("keywords", json!(["queues", "flow", "small teams"])),
        ("digitalSourceType", json!("https://schema.org/TrainedAlgorithmicMediaDigitalSource")),
    ];
    for (name, want) in wants {
        assert_eq!(posting[name], want, "{name}");
    }
}

#[test]
fn without_an_address_nothing_is_absolute() {
    let document = html(&Page { base_url: String::new(), ..illustrated() }).unwrap();
    for name in ["og:image", "og:url", "twitter:image"] {
        assert!(!document.contains(name), "{name}");
    }
    assert_eq!(meta(&document, "name=\"twitter:card\"").as_deref(), Some("summary"));
    assert_eq!(json_ld(&document).get("image"), None);
    assert!(document.contains("src=\"../../images/c/r2/1-800.jpg\""));
}

#[test]
fn without_images_nothing_is_said_of_any() {
    let document = html(&page()).unwrap();
    assert!(!document.contains("og:image") && !document.contains("twitter:image") && !document.contains("<img"));
    assert_eq!(meta(&document, "name=\"twitter:card\"").as_deref(), Some("summary"));
    assert_eq!(json_ld(&document).get("image"), None);
}

#[test]
fn what_was_written_for_search_and_previews_is_used_there() {
    let written = Page {
        search_title: Some("For search".into()),
        share_title: Some("For sharing".into()),
        share_text: Some("Shared.".into()),
        ..illustrated()
    };
    let document = html(&written).unwrap();
    assert!(document.contains("<title>For search · Field Notes</title>"));
    assert_eq!(meta(&document, "property=\"og:title\"").as_deref(), Some("For sharing"));
    assert_eq!(meta(&document, "name=\"twitter:title\"").as_deref(), Some("For sharing"));
    assert_eq!(meta(&document, "property=\"og:description\"").as_deref(), Some("Shared."));
    assert_eq!(meta(&document, "name=\"description\"").as_deref(), written.description.as_deref());
    assert_eq!(json_ld(&document)["headline"], "Why small queues beat big meetings");
    assert_eq!(document.matches("<h1>Why small queues beat big meetings</h1>").count(), 1);
}

#[test]
fn the_first_image_is_the_one_under_the_title() {
    let mut first = picture(0);
    first.files.iter_mut().for_each(|file| file.path = file.path.replace("1-", "2-"));
    let document = html(&Page { pictures: vec![picture(1), first], ..page() }).unwrap();
    assert!(meta(&document, "property=\"og:image\"").unwrap().ends_with("2-share.jpg"));
    let (eager, lazy) = (document.find("loading=\"eager\"").unwrap(), document.find("loading=\"lazy\"").unwrap());
    assert!(eager < lazy && document.find("2-800.jpg").unwrap() < eager);
}
