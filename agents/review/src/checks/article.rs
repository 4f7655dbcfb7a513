//! What a review looks at: the article and what is known about its site.

use crate::text::Signature;

/// Another article of the same site.
#[derive(Debug, Clone, Copy)]
pub struct SiteArticle<'a> {
    /// Its content id.
    pub content_id: &'a str,
    /// Its title, for messages.
    pub title: &'a str,
    /// Its near-duplicate signature.
    pub signature: Signature,
}

/// An article the site has published or requested within [`Policy::prior_topic_days`](super::Policy::prior_topic_days).
#[derive(Debug, Clone, Copy)]
pub struct RecentArticle<'a> {
    /// Its content id.
    pub content_id: &'a str,
    /// Its topic as requested, normalised or not.
    pub topic: &'a str,
    /// Its title, empty when it has none yet.
    pub title: &'a str,
}

/// An article to be reviewed. Whatever is about the site was chosen by the caller; entries with the article's own content id are ignored, so that
/// a revision is not a copy of its predecessor.
#[derive(Debug, Clone, Copy, Default)]
pub struct Article<'a> {
    /// The article's content id.
    pub content_id: &'a str,
    /// The text.
    pub markdown: &'a str,
    /// The topic as requested; empty when unknown.
    pub topic: &'a str,
    /// The words requested; `None` checks the absolute limits only.
    pub requested_words: Option<u32>,
    /// Whether the model stopped by itself, not at a token limit.
    pub finish_natural: bool,
    /// The language requested: ISO 639-1 or 639-3, with or without region (`en`, `en-GB`, `eng`); `None` when not asked for.
    pub language: Option<&'a str>,
    /// The phrase the article should be found by.
    pub keyphrase: Option<&'a str>,
    /// Signatures of the site's other articles.
    pub site_articles: &'a [SiteArticle<'a>],
    /// Articles of the site within the prior-topic window.
    pub recent: &'a [RecentArticle<'a>],
    /// Addresses the article may link to. An entry with a scheme (`https://a.org/x`, `mailto:x@a.org`) or beginning with `/` is that address alone;
    /// one without (`a.org`, `*.a.org`) is a whole host, or all hosts below it.
    pub allowed_links: &'a [String],
    /// Numbers of the sources the article may cite, ascending.
    pub sources: &'a [u32],
    /// Phrases the site does not want to read; case and punctuation do not matter.
    pub banned_phrases: &'a [String],
}
