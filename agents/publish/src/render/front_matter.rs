//! Markdown with YAML front matter, in the fields Hugo reads.

use chrono::SecondsFormat;
use mesh_contracts::events::ImageUse;
use serde::Serialize;

use super::markdown::article;
use super::place::Urls;
use super::{Page, Picture, RenderError};

#[derive(Serialize)]
struct FrontMatter<'a> {
    title: &'a str,
    date: String,
    lastmod: String,
    slug: &'a str,
    description: &'a str,
    summary: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<String>,
    tags: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    keywords: &'a [String],
    draft: bool,
    website: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_id: Option<&'a str>,
    ai: Ai<'a>,
}

#[derive(Serialize)]
struct Ai<'a> {
    generated: bool,
    offline: bool,
    models: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    image_models: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    images_offline: Option<bool>,
    prompt_version: &'a str,
    reviewed_by: Option<&'a str>,
}

/// The article as a Markdown file with YAML front matter. The opening H1 moves into `title`, because
/// site generators print the title themselves. The images are named by their absolute addresses where the site has one.
///
/// # Errors
/// [`RenderError::InvalidSlug`] when the slug is no path segment; otherwise only when a serialiser fails.
pub fn front_matter(page: &Page) -> Result<String, RenderError> {
    page.check()?;
    let article = article(&page.finished(Urls::Absolute), &page.title, &[])?;
    let provenance = &page.provenance;
    let fields = FrontMatter {
        title: article.heading.as_deref().unwrap_or(&page.title),
        date: page.published_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        lastmod: page.modified_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        slug: &page.slug,
        description: page.description.as_deref().unwrap_or(&page.summary),
        summary: &page.summary,
        images: images(page),
        tags: &page.keywords,
        keywords: &page.keywords,
        draft: false,
        website: &page.website,
        post_id: page.post.as_deref(),
        ai: Ai {
            generated: true,
            offline: provenance.offline,
            models: &provenance.models,
            image_models: &provenance.image_models,
            images_offline: (!provenance.image_models.is_empty()).then_some(provenance.images_offline),
            prompt_version: &provenance.prompt_version,
            reviewed_by: provenance.reviewed_by.as_deref(),
        },
    };
    let yaml = to_yaml(&fields)?;
    Ok(format!("---\n{}\n---\n\n{}\n", yaml.trim_end_matches('\n'), without_shortcodes(article.source.trim())))
}

/// Hugo runs its shortcodes wherever they stand, code and comments included; a space keeps them text.
fn without_shortcodes(markdown: &str) -> String {
    markdown.replace("{{<", "{{ <").replace("{{%", "{{ %")
}

/// The image for link previews, which Hugo takes the first for, and those of the text.
fn images(page: &Page) -> Vec<String> {
    let share = page.lead_file(ImageUse::Share).map(|(_, file)| file);
    let shown = page.pictures.iter().filter_map(Picture::main);
    let prefix = page.prefix(Urls::Absolute);
    share.into_iter().chain(shown).map(|file| format!("{prefix}{}", file.path)).collect()
}

/// Quoted one-line scalars rather than blocks: a line `---` inside a value could end the front matter
/// for readers that split it by lines.
fn to_yaml(fields: &FrontMatter<'_>) -> Result<String, RenderError> {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_with_options(fields, options).map_err(|error| RenderError::FrontMatter(Box::new(error)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::super::Provenance;
    use super::super::fixture::page;
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Read {
        title: String,
        date: String,
        description: String,
        summary: String,
        tags: Vec<String>,
        draft: bool,
        ai: ReadAi,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct ReadAi {
        generated: bool,
        offline: bool,
        models: Vec<String>,
        prompt_version: String,
        reviewed_by: Option<String>,
    }

    fn read(file: &str) -> (Read, &str) {
        let (yaml, body) = file.strip_prefix("---\n").unwrap().split_once("\n---\n").unwrap();
        (serde_saphyr::from_str(yaml).unwrap(), body)
    }

    #[test]
    fn the_file_is_what_hugo_expects() {
        insta::assert_snapshot!(front_matter(&Page { markdown: "# Head\n\nBody.\n".into(), ..page() }).unwrap());
    }

    #[test]
    fn the_h1_moves_into_the_title() {
        let file = front_matter(&Page { markdown: "# From *text*\n\nBody.\n".into(), ..page() }).unwrap();
        let (fields, body) = read(&file);
        assert_eq!(fields.title, "From text");
        assert_eq!(body, "\nBody.\n");
    }

    #[test]
    fn shortcodes_stay_text() {
        let markdown = "`{{< gist a b >}}`\n\n```\n{{{% ref \"x\" %}}\n```\n\n<!-- {{<x>}} --> {{ y }}\n";
        let file = front_matter(&Page { markdown: markdown.into(), ..page() }).unwrap();
        let (_, body) = read(&file);
        assert_eq!(body, "\n`{{ < gist a b >}}`\n\n```\n{{{ % ref \"x\" %}}\n```\n\n<!-- {{ <x>}} --> {{ y }}\n");
    }

    #[test]
    fn a_path_is_no_slug() {
        for slug in ["", "a/b", "..", ".a", "a\nb", "-a", "a b", "é"] {
            let result = front_matter(&Page { slug: slug.into(), ..page() });
            assert!(matches!(result, Err(RenderError::InvalidSlug { .. })), "{slug}");
        }
    }

    #[test]
    fn words_that_yaml_reads_otherwise_survive() {
        let odd = [
            "on",
            "null",
            "~",
            "1.0",
            "yes",
            "2026-01-01",
            "a: b",
            "- x",
            "#c",
            "'q'",
            "\"d\"",
            "",
            " lead",
            "a\n---\nb",
            "é\t\u{1f600}",
        ];
        for value in odd {
            let file = front_matter(&with_value(value)).unwrap();
            assert_survived(&file, value);
        }
    }

    fn with_value(value: &str) -> Page {
        Page {
            markdown: "Body.\n\n---\n\nMore.".into(),
            title: value.into(),
            summary: value.into(),
            description: Some(value.into()),
            keywords: vec![value.into(), "on".into()],
            provenance: Provenance {
                offline: false,
                models: vec![value.into()],
                prompt_version: value.into(),
                reviewed_by: Some(value.into()),
                ..Provenance::default()
            },
            ..page()
        }
    }

    fn assert_survived(file: &str, value: &str) {
        let (fields, body) = read(file);
        assert_eq!([&fields.title, &fields.summary, &fields.description], [value; 3]);
        assert_eq!(fields.tags, [value, "on"]);
        assert_eq!(fields.ai.models, [value]);
        assert_eq!((fields.ai.prompt_version.as_str(), fields.ai.reviewed_by.as_deref()), (value, Some(value)));
        assert!(fields.ai.generated && !fields.draft);
        assert_eq!(body, "\nBody.\n\n---\n\nMore.\n");
    }

    proptest! {
        #[test]
        fn any_text_survives(value in "[\\PC\n\t]{0,60}") {
            assert_survived(&front_matter(&with_value(&value)).unwrap(), &value);
        }
    }
}
