//! schema.org `BlogPosting` as JSON-LD.

use chrono::SecondsFormat;
use mesh_contracts::events::ImageUse;
use serde::Serialize;

use super::text::tidy;
use super::{Page, RenderError};

// Structs rather than `json!`: the order of the fields is then ours, whatever features the serde_json
// of the build has.
#[derive(Serialize)]
struct BlogPosting<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@type")]
    kind: &'static str,
    identifier: String,
    version: u32,
    headline: &'a str,
    description: &'a str,
    /// The lead image as 1:1, 4:3 and 16:9, absolute.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image: Vec<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    about: &'a str,
    #[serde(rename = "datePublished")]
    date_published: String,
    #[serde(rename = "dateModified")]
    date_modified: String,
    author: Thing<'a>,
    publisher: Thing<'a>,
    #[serde(rename = "mainEntityOfPage")]
    main_entity_of_page: WebPage,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(rename = "inLanguage")]
    in_language: &'a str,
    #[serde(rename = "wordCount")]
    word_count: u32,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    keywords: &'a [String],
    #[serde(rename = "digitalSourceType")]
    digital_source_type: &'static str,
}

#[derive(Serialize)]
struct Thing<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct WebPage {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(rename = "@id")]
    id: String,
}

/// The structured data of `page`, safe inside a `<script>` element.
pub(super) fn json_ld(page: &Page, headline: &str, description: &str) -> Result<String, RenderError> {
    let identifier = page.content_id.urn().to_string();
    let url = page.canonical();
    let home = page.absolute_base().map(|base| format!("{base}/"));
    let organisation = |name| Thing { kind: "Organization", name, url: home.clone() };
    let topic = tidy(&page.topic);
    let posting = BlogPosting {
        context: "https://schema.org",
        kind: "BlogPosting",
        // A local preview has no URL; the article's own identity is the next best name for its page.
        main_entity_of_page: WebPage { kind: "WebPage", id: url.clone().unwrap_or_else(|| identifier.clone()) },
        identifier,
        version: page.revision,
        headline,
        description,
        image: images(page),
        about: &topic,
        date_published: page.published_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        date_modified: page.modified_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        author: organisation(&page.author),
        publisher: organisation(&page.site_name),
        url,
        in_language: page.lang(),
        word_count: page.word_count,
        keywords: &page.keywords,
        digital_source_type: page.provenance.digital_source_type(),
    };
    serde_json::to_string(&posting).map(|json| escape_for_script(&json)).map_err(RenderError::JsonLd)
}

fn images(page: &Page) -> Vec<String> {
    let Some(base) = page.absolute_base() else { return Vec::new() };
    let shapes = [ImageUse::Square, ImageUse::Standard, ImageUse::Wide];
    let files = shapes.into_iter().filter_map(|usage| page.lead_file(usage));
    files.map(|(_, file)| format!("{base}/{}", file.path)).collect()
}

/// JSON in which nothing can end, or start, markup. These characters occur in strings only, so the
/// escapes keep the meaning.
fn escape_for_script(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::Provenance;
    use super::super::fixture::page;
    use super::*;

    fn parsed(page: &Page) -> serde_json::Value {
        serde_json::from_str(&json_ld(page, "Head </script><!--", "Desc & more").unwrap()).unwrap()
    }

    #[test]
    fn markup_is_escaped_and_the_meaning_kept() {
        let raw = json_ld(&page(), "Head </script><!--", "Desc & more").unwrap();
        assert!(!raw.contains(['<', '>', '&']), "{raw}");
        assert_eq!(parsed(&page())["headline"], "Head </script><!--");
        assert_eq!(parsed(&page())["description"], "Desc & more");
    }

    #[test]
    fn the_source_type_tells_models_from_samples() {
        let model = Page { provenance: Provenance::default(), ..page() };
        assert_eq!(parsed(&model)["digitalSourceType"], "https://schema.org/TrainedAlgorithmicMediaDigitalSource");
        let sample = Page { provenance: Provenance { offline: true, ..Provenance::default() }, ..page() };
        assert_eq!(parsed(&sample)["digitalSourceType"], "https://schema.org/AlgorithmicMediaDigitalSource");
    }

    #[test]
    fn a_preview_is_named_by_its_content_id() {
        let preview = parsed(&Page { base_url: String::new(), ..page() });
        assert_eq!(preview["mainEntityOfPage"]["@id"], preview["identifier"]);
        assert!(preview.get("url").is_none());
        assert_eq!(parsed(&page())["mainEntityOfPage"]["@id"], parsed(&page())["url"]);
    }
}
