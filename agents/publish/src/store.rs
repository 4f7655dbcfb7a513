//! Where pages and files are kept, and how they get there.

use bytes::Bytes;
use mesh_contracts::{
    Id, Int, List, Name, Pointer,
    events::{ErrorType, ReviewCompleted},
    records::{Brief, PublicationRecord, WebsiteSettings},
};
use mesh_core::{AgentError, Context, Timestamp, ids, ports::Document};
use serde::de::DeserializeOwned;

use crate::{Publish, render::RenderError};

/// Media type of a page.
pub(crate) const HTML: &str = "text/html; charset=utf-8";
/// Media type of an article's file.
const MARKDOWN: &str = "text/markdown; charset=utf-8";

impl Publish {
    /// The site's settings and the sources as they were when the article was asked for.
    pub(crate) async fn brief(&self, review: &ReviewCompleted, ctx: &Context<'_>) -> Result<Brief, AgentError> {
        if let Some(brief) = &review.brief {
            return ctx.fetch_json(brief).await;
        }
        let website = WebsiteSettings::unset(review.website_id.clone(), &self.site_name, review.created_at);
        Ok(Brief { website, post: None, sources: List::default() })
    }

    /// The site's address without a final slash; empty for a local preview.
    pub(crate) fn base_url<'a>(&'a self, site: &'a WebsiteSettings) -> &'a str {
        site.website_url.as_deref().unwrap_or(&self.base_url).trim_end_matches('/')
    }
}

/// The address of a path: absolute when the site has an address.
pub(crate) fn url(base: &str, path: &str) -> String {
    if base.is_empty() { path.to_owned() } else { format!("{base}/{path}") }
}

/// The key of the page at `path` of a site.
pub(crate) fn page_key(site: &Name, path: &str) -> String {
    let root = match site.as_str() {
        "default" => "site/".to_owned(),
        name => format!("sites/{name}/"),
    };
    format!("{root}{path}index.html")
}

/// Stores a page. A second attempt renders the same bytes and finds them; another draft replaces what it read.
pub(crate) async fn put_page(key: &str, html: Bytes, ctx: &Context<'_>) -> Result<Pointer, AgentError> {
    let sha256 = ids::sha256_hex(&html);
    for _ in 0..3 {
        let there = ctx.head(key).await?;
        if let Some(meta) = there.as_ref().filter(|meta| *meta.sha256 == *sha256) {
            return Ok(ctx.pointer(meta));
        }
        let version = there.map(|meta| meta.version);
        // What was written is looked at once more: its pointer is in its head.
        ctx.replace(key, version.as_deref(), html.clone(), HTML).await?;
    }
    Err(changing(key))
}

/// Stores the article's file once: `published/{content_id}.md`, for revision n `.r{n}.md`, apart from what an attempt that
/// did not come through left there: it had other parts.
pub(crate) async fn put_markdown(
    content_id: Id,
    revision: Int<1, 1000>,
    text: String,
    ctx: &Context<'_>,
) -> Result<Pointer, AgentError> {
    let stem = match revision.get() {
        1 => format!("published/{content_id}"),
        n => format!("published/{content_id}.r{n}"),
    };
    ctx.put_apart(&stem, "md", Bytes::from(text), MARKDOWN).await
}

/// What queries of a site's pages sort by.
pub(crate) fn sort_key(record: &PublicationRecord) -> String {
    format!("{}#{}", record.published_at, record.content_id)
}

/// A point in time of an event, as payloads say it.
pub(crate) fn time(at: Timestamp) -> mesh_contracts::Time {
    at.datetime().into()
}

/// The record in a document.
pub(crate) fn read<T: DeserializeOwned>(document: &Document) -> Result<T, AgentError> {
    mesh_contracts::read(&document.body).map_err(|message| {
        let message = format!("{} {} cannot be read: {message}", document.key.kind, document.key.id);
        AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, message)
    })
}

/// Another handler writes the same page: this one starts over, on what is there then.
pub(crate) fn changing(key: &str) -> AgentError {
    AgentError::Retry {
        code: "CONFLICT",
        error_type: ErrorType::Infrastructure,
        message: format!("{key} keeps changing"),
        after: None,
        dependency: None,
        counted: false,
    }
}

/// The page cannot be made from what there is.
pub(crate) fn unrenderable(error: RenderError) -> AgentError {
    AgentError::fail("RENDER_FAILED", ErrorType::Infrastructure, error.to_string())
}
