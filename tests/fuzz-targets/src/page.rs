//! A page whose every text a stranger wrote.

use agent_publish::{
    formatting::Formatting,
    render::{Page, PageSource, Picture, PictureFile, Provenance, slug},
};
use chrono::{TimeDelta, TimeZone, Utc};
use mesh_contracts::events::ImageUse;
use uuid::Uuid;

/// Where the site is.
pub(crate) const SITE: &str = "https://site.example";

/// The page of an input: the article; its title; summary and description; keywords, one a line; everything that is said of
/// site, author and models; what the picture shows; the site's notes on form. What is not there is empty.
pub(crate) fn page(parts: &[String]) -> Page {
    let part = |at: usize| parts.get(at).cloned().unwrap_or_default();
    let other = part(4);
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let published_at = Utc.with_ymd_and_hms(2026, 11, 20, 9, 30, 0).single().unwrap_or_default();
    Page {
        content_id: Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
        revision: 2,
        markdown: part(0),
        title: part(1),
        search_title: text(&other),
        share_title: text(&other),
        share_text: text(&part(2)),
        summary: part(2),
        description: text(&part(2)),
        topic: part(1),
        keywords: part(3).lines().map(str::to_owned).collect(),
        language: "en".into(),
        slug: slug(&part(1)),
        base_url: SITE.into(),
        site_name: other.clone(),
        author: other.clone(),
        published_at,
        modified_at: published_at + TimeDelta::days(1),
        word_count: 800,
        pictures: text(&part(5)).map(picture).into_iter().collect(),
        sources: text(&other).map(|title| PageSource { id: 1, title, url: None }).into_iter().collect(),
        formatting: Formatting::read(&part(6)),
        accent: text(&other),
        website: other.clone(),
        post: text(&other),
        provenance: Provenance {
            offline: false,
            models: text(&other).into_iter().collect(),
            prompt_version: other.clone(),
            reviewed_by: text(&other),
            image_models: text(&other).into_iter().collect(),
            images_offline: false,
        },
    }
}

/// A picture that shows `alt`, as image-render stores it.
fn picture(alt: String) -> Picture {
    let file = |usage, name: &str, width, height| PictureFile {
        usage,
        path: format!("images/c/r2/{name}.jpg"),
        width,
        height,
        media_type: "image/jpeg".into(),
    };
    let files = vec![file(ImageUse::Content, "1-800", 800, 450), file(ImageUse::Share, "1-share", 1200, 630)];
    Picture { section: 1, alt, files }
}
