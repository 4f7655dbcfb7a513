//! Two handlers may make the same page at once; one of them commits, and the other finds on its second try that its time has
//! passed. By then it may have written its page over the other's. What is on record is therefore made again, which costs
//! nothing when the page is right: the same record gives the same bytes.

use bytes::Bytes;
use mesh_contracts::records::{JoinRecord, PublicationRecord};
use mesh_core::{
    AgentError, Context, ids,
    ports::{BlobMeta, Write},
};

use crate::{
    Publish,
    address::{publication_id, segment_of},
    arrive::join_id,
    assemble::{self, Place},
    render::{self, NOTICE_MARK, Notice},
    store::{HTML, changing, page_key, read, unrenderable},
};

impl Publish {
    /// Sees that the page of a draft's article is the one on record. Answers what must still be so when this commits. What
    /// can no longer be made again is let be.
    pub(crate) async fn mended(&self, join: &JoinRecord, ctx: &Context<'_>) -> Result<Option<Write>, AgentError> {
        match self.mend(join, ctx).await {
            Err(AgentError::Fail { code, .. }) => {
                tracing::debug!(code, content_id = %join.content_id, "The page on record cannot be made again.");
                Ok(None)
            }
            other => other,
        }
    }

    async fn mend(&self, join: &JoinRecord, ctx: &Context<'_>) -> Result<Option<Write>, AgentError> {
        let Some(review) = &join.review else { return Ok(None) };
        let id = publication_id(&review.website_id, review.content_id, review.post_id.as_ref());
        // Read in this order: whoever replaces the page in between makes the replacement below fail.
        let known: Option<PublicationRecord> = ctx.get("publication", &id).await?.as_ref().map(read).transpose()?;
        let Some(known) = known else { return Ok(None) };
        let key = page_key(&review.website_id, &known.path);
        let there = ctx.head(&key).await?;
        let Some(document) = ctx.get("publication", &id).await? else { return Ok(None) };
        let record: PublicationRecord = read(&document)?;
        let Some(html) = self.on_record(&record, &key, ctx).await? else { return Ok(None) };
        let right = |meta: &BlobMeta| *meta.sha256 == *ids::sha256_hex(html.as_bytes());
        if there.as_ref().is_some_and(right) {
            return Ok(None);
        }
        let version = there.as_ref().map(|meta| meta.version.as_str());
        match ctx.replace(&key, version, Bytes::from(html), HTML).await? {
            true => Ok(Some(Write::unchanged(&document))),
            false => Err(changing(&key)),
        }
    }

    /// The page a record stands for; `None` when it is there or cannot be told. The reason of a withdrawal is not kept, so
    /// a notice that is there is let be, and one that is missing gives none.
    async fn on_record(
        &self,
        record: &PublicationRecord,
        key: &str,
        ctx: &Context<'_>,
    ) -> Result<Option<String>, AgentError> {
        let document = ctx.get("join", &join_id(record.content_id, record.revision)).await?;
        let shown: Option<JoinRecord> = document.as_ref().map(read).transpose()?;
        let Some((shown, review)) = shown.and_then(|join| Some((join.clone(), join.review?))) else { return Ok(None) };
        let brief = self.brief(&review, ctx).await?;
        if let Some(withdrawn_at) = record.withdrawn_at {
            let there = ctx.read_blob(key).await?;
            if there.is_some_and(|(_, page)| String::from_utf8_lossy(&page).contains(NOTICE_MARK)) {
                return Ok(None);
            }
            let (content_id, site_name) = (record.content_id.0, brief.website.website_name.to_string());
            let notice = Notice { content_id, site_name, reason: None, withdrawn_at: withdrawn_at.at() };
            return render::notice(&notice).map(Some).map_err(unrenderable);
        }
        let place = Place {
            base_url: self.base_url(&brief.website),
            segment: segment_of(&record.path),
            published_at: record.published_at,
            updated_at: record.updated_at,
        };
        let text = String::from_utf8_lossy(&ctx.fetch(&review.reviewed).await?).into_owned();
        let page = assemble::page(&review, &shown, text, &brief, &place);
        render::html(&page).map(Some).map_err(unrenderable)
    }
}
