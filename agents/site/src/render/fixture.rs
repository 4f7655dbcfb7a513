//! Articles for the tests of this module.

use chrono::{DateTime, TimeDelta};
use uuid::Uuid;

use super::{Entry, Site};

pub(super) fn site() -> Site {
    Site {
        name: "Field Notes".into(),
        base_url: "https://example.com/".into(),
        description: "Short articles on how small teams work.".into(),
        language: "en".into(),
    }
}

/// Article `number`, one a day since the epoch of the tests.
pub(super) fn entry(number: u32) -> Entry {
    let published_at = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default() + TimeDelta::days(number.into());
    Entry {
        title: format!("Article {number}"),
        summary: format!("What article {number} says."),
        path: format!("posts/article-{number}/"),
        published_at,
        updated_at: published_at,
        image: None,
        content_id: Uuid::from_u128(number.into()),
        language: "en".into(),
        offline: false,
    }
}

/// `count` articles, newest first.
pub(super) fn entries(count: u32) -> Vec<Entry> {
    (0..count).rev().map(entry).collect()
}
