//! A draft takes its place on the site.

use bytes::Bytes;
use mesh_contracts::{
    List, Pointer, Text,
    events::{ContentPublished, ErrorType, Part, ReviewCompleted},
    records::{Brief, JoinRecord, JoinState, PublicationRecord},
};
use mesh_core::{AgentError, Context, Emit, Outcome, ports::Write};

use crate::{
    Publish,
    address::{Address, address, publication_id},
    arrive::{Draft, Shown, join_write},
    assemble::{self, Place},
    render,
    store::{page_key, put_markdown, put_page, sort_key, unrenderable, url},
};

/// The two files of an article.
struct Files {
    page: Pointer,
    markdown: Pointer,
}

impl Publish {
    /// Makes the page, and records in one transaction that the join is over, what the page shows and whose its address is.
    pub(crate) async fn publish(
        &self,
        draft: Draft,
        brief: Option<Brief>,
        shown: Shown,
        short: &[Part],
        ctx: &Context<'_>,
    ) -> Result<Outcome, AgentError> {
        let (Some(review), Some(brief)) = (&draft.join.review, brief) else {
            return Err(AgentError::fail("INTERNAL", ErrorType::Infrastructure, "a page without its text"));
        };
        let earlier = shown.as_ref().map(|(_, record)| record);
        let address = address(review, draft.join.metadata.as_ref(), earlier, ctx).await?;
        let place = Place {
            base_url: self.base_url(&brief.website),
            segment: &address.segment,
            published_at: earlier.map_or(draft.at, |record| record.published_at),
            updated_at: draft.at,
        };
        let files = files(review, &draft.join, &brief, &place, ctx).await?;
        let published = published(review, &draft.join, &address, &place, files, short);
        let record = record(&published, &draft);
        let write = match &shown {
            Some((document, _)) => Write::replace(document, &record)?,
            None => {
                let post = review.post_id.as_ref();
                Write::create("publication", publication_id(&review.website_id, review.content_id, post), &record)?
            }
        };
        let over = JoinRecord { state: JoinState::Published, ..draft.join.clone() };
        let mut outcome = Outcome::nothing()
            .write(join_write(draft.document.as_ref(), &over)?)
            .write(write.owner(&review.website_id).sort(sort_key(&record)))
            .emit(Emit::of(&published)?.about(review.content_id));
        outcome.writes.extend(address.claim);
        Ok(outcome)
    }
}

async fn files(
    review: &ReviewCompleted,
    join: &JoinRecord,
    brief: &Brief,
    place: &Place<'_>,
    ctx: &Context<'_>,
) -> Result<Files, AgentError> {
    let text = String::from_utf8_lossy(&ctx.fetch(&review.reviewed).await?).into_owned();
    let page = assemble::page(review, join, text, brief, place);
    let html = render::html(&page).map_err(unrenderable)?;
    let markdown = render::front_matter(&page).map_err(unrenderable)?;
    let markdown = put_markdown(review.content_id, review.revision, markdown, ctx).await?;
    let key = page_key(&review.website_id, &format!("posts/{}/", place.segment));
    Ok(Files { page: put_page(&key, Bytes::from(html), ctx).await?, markdown })
}

fn published(
    review: &ReviewCompleted,
    join: &JoinRecord,
    address: &Address,
    place: &Place<'_>,
    files: Files,
    short: &[Part],
) -> ContentPublished {
    let path = address.path();
    ContentPublished {
        content_id: review.content_id,
        revision: review.revision,
        content_topic: review.content_topic.clone(),
        title: review.title.clone(),
        summary: review.summary.clone(),
        slug: Text::clip(&address.segment),
        url: Text::clip(&url(place.base_url, &path)),
        path: Text::clip(&path),
        page: files.page,
        markdown: files.markdown,
        images: List::clip(assemble::shown(join.images.as_ref()).into_iter().cloned()),
        degraded: List::clip(short.iter().copied()),
        word_count: review.scores.word_count,
        models: review.models.clone(),
        generated: true,
        offline: review.offline,
        published_at: place.published_at,
        request_id: review.request_id.clone(),
        website_id: review.website_id.clone(),
        post_id: review.post_id.clone(),
        keywords: List::clip(assemble::keywords(review, join).map(Text::clip)),
        language: review.language.clone(),
    }
}

fn record(published: &ContentPublished, draft: &Draft) -> PublicationRecord {
    let images = assemble::shown(draft.join.images.as_ref());
    PublicationRecord {
        content_id: published.content_id,
        revision: published.revision,
        title: published.title.clone(),
        summary: published.summary.clone(),
        path: published.path.clone(),
        published_at: published.published_at,
        updated_at: draft.at,
        withdrawn_at: None,
        image: assemble::list_image(&images).map(|path| Text::clip(&path)),
        post_id: published.post_id.clone(),
        language: published.language.clone(),
        offline: published.offline,
    }
}
