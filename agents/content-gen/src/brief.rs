//! What an article is written by: the request, and site and post as they are now, kept for all later agents.

use bytes::Bytes;
use mesh_contracts::{
    Id, List, Name, Pointer,
    events::{ContentRequest, ErrorType, Part},
    records::{Brief, NumberedSource, Post, WebsiteSettings},
};
use mesh_core::{
    AgentError, Context, Event, Timestamp,
    context::Account,
    ids,
    ports::{Document, Query, QueryBy},
};
use serde::de::DeserializeOwned;

use crate::{ContentGen, record, sources};

/// How far back an article on the same topic counts (ContentGen specification, section 5.2).
const RECENT_DAYS: u64 = 90;

/// A request and what is known about it.
pub(crate) struct Assignment {
    pub(crate) request: ContentRequest,
    pub(crate) content_id: Id,
    pub(crate) revision: i64,
    pub(crate) site: Name,
    /// The article's record, when this is a further revision of it.
    pub(crate) stored: Option<Document>,
    /// Articles of the site on the topic.
    pub(crate) earlier: usize,
    /// The site's settings, the post and the sources, when there are any.
    pub(crate) brief: Option<Brief>,
}

impl Assignment {
    pub(crate) fn website(&self) -> Option<&WebsiteSettings> {
        self.brief.as_ref().map(|brief| &brief.website)
    }

    /// What the article may cite.
    pub(crate) fn sources(&self) -> &[NumberedSource] {
        self.brief.as_ref().map(|brief| &*brief.sources).unwrap_or_default()
    }

    /// Whether the draft goes to refine before its review.
    pub(crate) fn refine(&self) -> bool {
        self.website().is_some_and(|website| website.refine)
    }

    /// What the page will wait for besides the text.
    pub(crate) fn parts(&self) -> List<Part, 5> {
        let images = self.website().is_some_and(|website| website.images_per_article.get() > 0);
        let metadata = self.website().is_none_or(|website| website.metadata);
        List::clip(
            [(images, Part::Images), (metadata, Part::Metadata)].into_iter().filter(|(on, _)| *on).map(|(_, p)| p),
        )
    }

    /// Stores the brief for the agents that come later; a request of a site without settings needs none.
    pub(crate) async fn keep_brief(&self, ctx: &Context<'_>) -> Result<Option<Pointer>, AgentError> {
        let Some(brief) = &self.brief else { return Ok(None) };
        let stem = format!("briefs/{}.r{}", self.content_id, self.revision);
        let json = serde_json::to_vec(brief)
            .map_err(|error| AgentError::fail("INTERNAL", ErrorType::Infrastructure, error.to_string()))?;
        Ok(Some(ctx.put_apart(&stem, "json", Bytes::from(json), "application/json").await?))
    }
}

impl ContentGen {
    /// Which article this is, for which site and post, and what the site has on the topic already. Of a request and its
    /// copies, which are requests for the same article, each that is handled later is a further revision.
    pub(crate) async fn assignment(
        &self,
        event: &Event,
        request: ContentRequest,
        ctx: &Context<'_>,
    ) -> Result<Assignment, AgentError> {
        let content_id = ids::of_content(event.origin.unwrap_or(event.id));
        // A copy may have come first: then it is the original that is the further revision.
        let stored = ctx.get("content", &content_id.to_string()).await?;
        let revision = match &stored {
            Some(document) => record::read(document)?.revision.get() + 1,
            None => 1,
        };
        let site = request.website_id.clone().unwrap_or_default();
        let brief = self.brief(&request, &site, event.time, ctx).await?;
        let earlier = self.earlier(&request, &site, content_id, event.time, ctx).await?;
        Ok(Assignment { request, content_id, revision, site, stored, earlier, brief })
    }

    /// Site, post and sources as they are now. From here on the calls are the site's to pay.
    async fn brief(
        &self,
        request: &ContentRequest,
        site: &Name,
        now: Timestamp,
        ctx: &Context<'_>,
    ) -> Result<Option<Brief>, AgentError> {
        let website: Option<WebsiteSettings> = find("website_settings", site, ctx).await?;
        let post: Option<Post> = match &request.post_id {
            Some(post) => find("posts", post, ctx).await?,
            None => None,
        };
        let budget = website.as_ref().and_then(|website| website.monthly_budget_micro_usd);
        ctx.charge(Account { name: site.to_string(), monthly_micro_usd: budget.map(|budget| budget.count()) });
        if let Some(website) = &website {
            if !website.is_active {
                let message = format!("the site {site} is switched off (isActive)");
                return Err(AgentError::reject("SITE_INACTIVE", message, Vec::new()));
            }
            ctx.prefer_text_model(website.preferred_text_model.as_deref())?;
        }
        let unset = || WebsiteSettings::unset(site.clone(), &self.site_name, now.datetime().into());
        let sources = sources::numbered(request, website.as_ref())?;
        if website.is_none() && post.is_none() && sources.is_empty() {
            return Ok(None);
        }
        Ok(Some(Brief { website: website.unwrap_or_else(unset), post, sources }))
    }

    /// Counts the site's articles on the topic within the last 90 days.
    async fn earlier(
        &self,
        request: &ContentRequest,
        site: &Name,
        own: Id,
        now: Timestamp,
        ctx: &Context<'_>,
    ) -> Result<usize, AgentError> {
        let by = QueryBy::Index(record::topic_index(site, &request.content_topic));
        let page = ctx.query(&Query { kind: "content".into(), by, limit: 20, cursor: None }).await?;
        let since = now.minus(std::time::Duration::from_secs(RECENT_DAYS * 24 * 3600)).datetime();
        let records = page.documents.iter().filter_map(|document| record::read(document).ok());
        Ok(records.filter(|record| record.content_id != own && record.created_at.at() >= since).count())
    }
}

async fn find<T: DeserializeOwned>(kind: &str, id: &str, ctx: &Context<'_>) -> Result<Option<T>, AgentError> {
    let Some(document) = ctx.get(kind, id).await? else { return Ok(None) };
    mesh_contracts::read(&document.body).map(Some).map_err(|message| {
        let message = format!("the record {id} of kind {kind} cannot be read: {message}");
        AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, message)
    })
}
