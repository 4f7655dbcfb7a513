//! A real-looking page for the tests of this module.

use chrono::{TimeZone, Utc};
use uuid::Uuid;

use mesh_contracts::events::ImageUse;

use super::{Page, Picture, PictureFile, Provenance};
use crate::formatting::Formatting;

pub(super) const SAMPLE: &str = include_str!("fixture.md");

pub(super) fn page() -> Page {
    let published_at = Utc.with_ymd_and_hms(2026, 11, 20, 9, 30, 0).single().unwrap_or_default();
    Page {
        content_id: Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
        revision: 2,
        markdown: SAMPLE.into(),
        title: "Why small queues beat big meetings".into(),
        search_title: None,
        share_title: None,
        share_text: None,
        summary: "Teams that hand work over through short, visible queues wait less and argue less than teams that hand it over in meetings.".into(),
        description: Some("How short, visible work queues cut waiting time, with a table of what to measure and a checklist for the first week.".into()),
        topic: "Work queues for small teams".into(),
        keywords: vec!["queues".into(), "flow".into(), "small teams".into()],
        language: "en".into(),
        slug: "why-small-queues-beat-big-meetings-89abcdef".into(),
        base_url: "https://example.com/".into(),
        site_name: "Field Notes".into(),
        author: "Field Notes Ltd".into(),
        published_at,
        modified_at: published_at + chrono::TimeDelta::days(1),
        word_count: 812,
        pictures: Vec::new(),
        sources: Vec::new(),
        formatting: Formatting::default(),
        accent: None,
        website: "field-notes".into(),
        post: None,
        provenance: Provenance {
            offline: false,
            models: vec!["writer-large-3".into()],
            prompt_version: "article-4".into(),
            reviewed_by: Some("Ada Byron".into()),
            ..Provenance::default()
        },
    }
}

/// An image as image-render makes them.
pub(super) fn picture(section: u32) -> Picture {
    let file = |usage, name: &str, width, height| PictureFile {
        usage,
        path: format!("images/c/r2/{name}.jpg"),
        width,
        height,
        media_type: "image/jpeg".into(),
    };
    Picture {
        section,
        alt: "A board with five cards".into(),
        files: vec![
            file(ImageUse::Content, "1-1600", 1600, 900),
            file(ImageUse::Content, "1-800", 800, 450),
            file(ImageUse::Content, "1-480", 480, 270),
            file(ImageUse::Share, "1-share", 1200, 630),
            file(ImageUse::Square, "1-square", 800, 800),
            file(ImageUse::Standard, "1-standard", 1200, 900),
            file(ImageUse::Wide, "1-wide", 1600, 900),
        ],
    }
}
