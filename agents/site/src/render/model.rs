//! The input and output of every renderer.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The site as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Name of the site.
    pub name: String,
    /// Where the site is served, e.g. `https://example.com`; empty for a local preview.
    pub base_url: String,
    /// One sentence on what the site is about; may be empty.
    pub description: String,
    /// BCP 47 tag of the site's main language; empty means English.
    pub language: String,
}

/// One published article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Title of the article.
    pub title: String,
    /// A short abstract; may be empty.
    pub summary: String,
    /// Where the article lives below the base URL: `posts/{slug}/`.
    pub path: String,
    /// First publication.
    pub published_at: DateTime<Utc>,
    /// Latest change.
    pub updated_at: DateTime<Utc>,
    /// Path of an image of it below the base URL; lists show it as decoration.
    pub image: Option<String>,
    /// Identity of the article across revisions.
    pub content_id: Uuid,
    /// BCP 47 tag of the article's language; empty means that of the site.
    pub language: String,
    /// The text comes from the rule-based sample generator, no language model was asked.
    pub offline: bool,
}

/// One output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path below the site's root, with `/`.
    pub path: String,
    /// The whole content, UTF-8.
    pub body: String,
}

impl File {
    pub(super) fn new(path: impl Into<String>, body: String) -> Self {
        Self { path: path.into(), body }
    }
}

impl Site {
    /// The absolute base without a trailing slash, or `None` for a local preview.
    pub(super) fn absolute_base(&self) -> Option<&str> {
        let base = self.base_url.trim().trim_end_matches('/');
        let rest = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"))?;
        (!rest.is_empty()).then_some(base)
    }

    /// The language tag, never empty.
    pub(super) fn lang(&self) -> &str {
        match self.language.trim() {
            "" => "en",
            tag => tag,
        }
    }
}

impl Entry {
    /// The path without a leading slash, so that it can be put behind any base.
    pub(super) fn relative_path(&self) -> &str {
        self.path.trim_start_matches('/')
    }

    /// The file behind the path: a directory has no index when it is opened from the disk.
    pub(super) fn file(&self) -> String {
        let path = self.relative_path();
        if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::entry;
    use super::*;

    #[test]
    fn a_directory_is_opened_by_its_index() {
        for (path, file) in
            [("posts/a/", "posts/a/index.html"), ("/posts/a/", "posts/a/index.html"), ("a.html", "a.html")]
        {
            assert_eq!(Entry { path: path.into(), ..entry(1) }.file(), file);
        }
    }
}
