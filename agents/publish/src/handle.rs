//! Handling a `ReviewCompleted`: fetch, render, store, emit.

use bytes::Bytes;
use mesh_contracts::{
    Name, Pointer, Text,
    events::{ContentPublished, ErrorType, ReviewCompleted},
    records::PublicationRecord,
};
use mesh_core::{
    AgentError, Context, Emit, Event, Outcome, ids,
    ports::{Document, Write},
};

use crate::{
    Publish,
    render::{self, Page, Provenance},
};

const HTML: &str = "text/html; charset=utf-8";
const MARKDOWN: &str = "text/markdown; charset=utf-8";

impl Publish {
    pub(crate) async fn publish(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        let review: ReviewCompleted = event.payload()?;
        let id = format!("{}/{}", review.website_id.as_str(), review.content_id);
        let stored = ctx.get("publication", &id).await?;
        let earlier = stored.as_ref().map(read).transpose()?;
        if earlier.as_ref().is_some_and(|record| record.revision >= review.revision) {
            return Ok(Outcome::nothing());
        }
        let markdown = String::from_utf8_lossy(&ctx.fetch(&review.reviewed).await?).into_owned();
        let page = self.page(&review, markdown, event, earlier.as_ref());
        let published = self.store(&review, &page, ctx).await?;
        let record = record(&published);
        let write = match &stored {
            Some(document) => Write::replace(document, &record)?,
            None => Write::create("publication", id, &record)?,
        };
        let write = write.owner(&review.website_id).sort(format!("{}#{}", published.published_at, review.content_id));
        Ok(Outcome::nothing().write(write).emit(Emit::of(&published)?.about(review.content_id)))
    }

    /// What is rendered. Times come from the event, so that a second attempt renders the same bytes.
    fn page(
        &self,
        review: &ReviewCompleted,
        markdown: String,
        event: &Event,
        earlier: Option<&PublicationRecord>,
    ) -> Page {
        let now = event.time.datetime();
        let words = |word: &mesh_contracts::Int<0, 100_000>| u32::try_from(word.get()).unwrap_or(0);
        Page {
            content_id: review.content_id.0,
            revision: u32::try_from(review.revision.get()).unwrap_or(1),
            markdown,
            title: review.title.to_string(),
            summary: review.summary.to_string(),
            description: None,
            topic: review.content_topic.to_string(),
            keywords: review.keywords.iter().map(|keyword| keyword.to_string()).collect(),
            language: review.language.to_string(),
            slug: render::slug(&review.title, review.content_id.0),
            base_url: self.base_url.clone(),
            site_name: self.site_name.clone(),
            author: self.site_name.clone(),
            published_at: earlier.map_or(now, |record| record.published_at.at()),
            modified_at: now,
            word_count: words(&review.scores.word_count),
            provenance: Provenance {
                offline: review.offline,
                models: review.models.iter().map(|model| model.to_string()).collect(),
                prompt_version: review.prompt_version.to_string(),
                reviewed_by: Some("automatic checks".into()),
            },
        }
    }

    async fn store(
        &self,
        review: &ReviewCompleted,
        page: &Page,
        ctx: &Context<'_>,
    ) -> Result<ContentPublished, AgentError> {
        let html = render::html(page).map_err(unrenderable)?;
        let markdown = render::front_matter(page).map_err(unrenderable)?;
        let path = format!("posts/{}/", page.slug);
        let page_key = format!("{}{path}index.html", site_root(&review.website_id));
        let markdown_key = match page.revision {
            1 => format!("published/{}.md", review.content_id),
            n => format!("published/{}.r{n}.md", review.content_id),
        };
        let markdown = ctx.put_once(&markdown_key, Bytes::from(markdown), MARKDOWN).await?.pointer;
        let html = put_page(&page_key, Bytes::from(html), ctx).await?;
        let url = if self.base_url.is_empty() { path.clone() } else { format!("{}/{path}", self.base_url) };
        Ok(ContentPublished {
            content_id: review.content_id,
            revision: review.revision,
            content_topic: review.content_topic.clone(),
            title: review.title.clone(),
            summary: review.summary.clone(),
            slug: Text::clip(&page.slug),
            path: Text::clip(&path),
            url: Text::clip(&url),
            page: html,
            markdown,
            word_count: review.scores.word_count,
            models: review.models.clone(),
            generated: true,
            offline: review.offline,
            published_at: page.published_at.into(),
            request_id: review.request_id.clone(),
            website_id: review.website_id.clone(),
            post_id: review.post_id.clone(),
            keywords: review.keywords.clone(),
            language: review.language.clone(),
        })
    }
}

/// Where the pages of a site are kept.
fn site_root(site: &Name) -> String {
    match site.as_str() {
        "default" => "site/".to_owned(),
        name => format!("sites/{name}/"),
    }
}

/// Stores a page. A second attempt renders the same bytes and finds them; a new revision replaces what it read.
async fn put_page(key: &str, html: Bytes, ctx: &Context<'_>) -> Result<Pointer, AgentError> {
    let sha256 = ids::sha256_hex(&html);
    for _ in 0..3 {
        let there = ctx.head(key).await?;
        if let Some(meta) = there.as_ref().filter(|meta| *meta.sha256 == *sha256) {
            return Ok(ctx.pointer(meta));
        }
        let version = there.map(|meta| meta.version);
        if !ctx.replace(key, version.as_deref(), html.clone(), HTML).await? {
            continue;
        }
    }
    Err(AgentError::Retry {
        code: "CONFLICT",
        error_type: ErrorType::Infrastructure,
        message: format!("{key} keeps changing"),
        after: None,
        dependency: None,
        counted: false,
    })
}

fn record(published: &ContentPublished) -> PublicationRecord {
    PublicationRecord {
        content_id: published.content_id,
        revision: published.revision,
        title: published.title.clone(),
        summary: published.summary.clone(),
        path: published.path.clone(),
        published_at: published.published_at,
        language: published.language.clone(),
        offline: published.offline,
    }
}

fn read(document: &Document) -> Result<PublicationRecord, AgentError> {
    mesh_contracts::read(&document.body)
        .map_err(|message| AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, message))
}

fn unrenderable(error: render::RenderError) -> AgentError {
    AgentError::fail("RENDER_FAILED", ErrorType::Infrastructure, error.to_string())
}
