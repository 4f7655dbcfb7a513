//! An article is taken off the site.
//!
//! A notice stands in the place of the page, so that links to it lead somewhere that says so; the address stays the
//! article's. What was stored besides stays: drafts and the article's file are no part of the site, and its images remain at
//! addresses that nothing names any more (the store has no way to remove an object).

use bytes::Bytes;
use mesh_contracts::{
    Detail, Text, Time,
    events::{ContentWithdrawn, WithdrawalRequested},
    records::{JoinRecord, PublicationRecord, WebsiteSettings},
};
use mesh_core::{
    AgentError, Context, Emit, Event, Outcome,
    ports::{Document, IdRange, Write},
};

use crate::{
    Publish,
    address::publication_id,
    arrive::join_id,
    render::{self, Notice},
    store::{page_key, put_page, read, time, unrenderable, url},
};

/// Most drafts of an article that are looked through for its post.
const MOST_DRAFTS: usize = 25;

impl Publish {
    pub(crate) async fn withdraw(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        let asked: WithdrawalRequested = event.payload()?;
        let Some((document, record)) = find(&asked, ctx).await? else { return Err(not_published(&asked)) };
        let withdrawn_at = record.withdrawn_at.unwrap_or(Time::from(event.time.datetime())).max(time(event.time));
        let site = self.site_of(&record, &asked, ctx).await?;
        let notice = Notice {
            content_id: record.content_id.0,
            site_name: site.website_name.to_string(),
            reason: asked.reason.as_ref().map(ToString::to_string),
            withdrawn_at: withdrawn_at.at(),
        };
        let html = render::notice(&notice).map_err(unrenderable)?;
        let page = put_page(&page_key(&asked.website_id, &record.path), Bytes::from(html), ctx).await?;
        let withdrawn = ContentWithdrawn {
            content_id: record.content_id,
            revision: record.revision,
            path: record.path.clone(),
            url: Text::clip(&url(self.base_url(&site), &record.path)),
            page,
            reason: asked.reason,
            withdrawn_at,
            website_id: asked.website_id,
            post_id: record.post_id.clone(),
        };
        let record = PublicationRecord { withdrawn_at: Some(withdrawn_at), ..record };
        Ok(Outcome::nothing()
            .write(Write::replace(&document, &record)?)
            .emit(Emit::of(&withdrawn)?.about(withdrawn.content_id)))
    }

    /// The settings of the site as the article's draft knew them.
    async fn site_of(
        &self,
        record: &PublicationRecord,
        asked: &WithdrawalRequested,
        ctx: &Context<'_>,
    ) -> Result<WebsiteSettings, AgentError> {
        let unset = || WebsiteSettings::unset(asked.website_id.clone(), &self.site_name, record.published_at);
        let document = ctx.get("join", &join_id(record.content_id, record.revision)).await?;
        let join = document.as_ref().map(read::<JoinRecord>).transpose()?;
        let Some(review) = join.and_then(|join| join.review) else { return Ok(unset()) };
        match self.brief(&review, ctx).await {
            // A brief that is gone is no reason to keep a page online.
            Err(AgentError::Fail { .. }) => Ok(unset()),
            other => Ok(other?.website),
        }
    }
}

/// The page that shows the article: its own, or that of its post while it shows no other article.
async fn find(
    asked: &WithdrawalRequested,
    ctx: &Context<'_>,
) -> Result<Option<(Document, PublicationRecord)>, AgentError> {
    let mut posts = vec![None];
    posts.extend(asked.post_id.clone().map(Some));
    if asked.post_id.is_none() {
        posts.extend(post_of(asked, ctx).await?.map(Some));
    }
    for post in posts {
        let id = publication_id(&asked.website_id, asked.content_id, post.as_ref());
        let Some(document) = ctx.get("publication", &id).await? else { continue };
        let record: PublicationRecord = read(&document)?;
        if record.content_id == asked.content_id {
            return Ok(Some((document, record)));
        }
    }
    Ok(None)
}

/// The post an article was written for, as its drafts say.
async fn post_of(asked: &WithdrawalRequested, ctx: &Context<'_>) -> Result<Option<mesh_contracts::Name>, AgentError> {
    // '$' is the character after '#'.
    let (from, to) = (format!("{}#", asked.content_id), format!("{}$", asked.content_id));
    let drafts = ctx.list("join", &IdRange { from: Some(from), to: Some(to) }, MOST_DRAFTS).await?;
    for document in &drafts {
        let join: JoinRecord = read(document)?;
        if let Some(post) = join.review.and_then(|review| review.post_id) {
            return Ok(Some(post));
        }
    }
    Ok(None)
}

fn not_published(asked: &WithdrawalRequested) -> AgentError {
    let details = vec![Detail::new("content_id", Some(&asked.content_id.to_string()), "an article that is published")];
    AgentError::reject("NOT_PUBLISHED", "there is no page to withdraw", details)
}
