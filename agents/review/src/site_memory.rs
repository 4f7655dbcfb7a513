//! What is known of a site's other articles: their signatures and recent topics.

use std::time::Duration;

use mesh_contracts::{Name, Text, events::ContentReady, records::SignatureRecord, topic_key};
use mesh_core::{
    AgentError, Context,
    ports::{Query, QueryBy, Write},
};

use crate::{
    checks::{Policy, RecentArticle, SiteArticle},
    text::Signature,
};

/// How many of the site's latest articles a draft is compared with.
const LATEST: usize = 200;

/// The site's latest passed articles.
#[derive(Debug, Default)]
pub(crate) struct SiteMemory {
    remembered: Vec<(String, SignatureRecord, Signature)>,
}

impl SiteMemory {
    pub(crate) async fn read(site: &Name, ctx: &Context<'_>) -> Result<Self, AgentError> {
        let by = QueryBy::Owner(site.to_string());
        let page = ctx.query(&Query { kind: "signature".into(), by, limit: LATEST, cursor: None }).await?;
        let remembered = page.documents.iter().filter_map(|document| {
            let record: SignatureRecord = mesh_contracts::read(&document.body).ok()?;
            let signature: Signature = record.signature.parse().ok()?;
            Some((record.content_id.to_string(), record, signature))
        });
        Ok(Self { remembered: remembered.collect() })
    }

    /// All of them, to find near-duplicates among.
    pub(crate) fn articles(&self) -> Vec<SiteArticle<'_>> {
        self.remembered
            .iter()
            .map(|(content_id, record, signature)| SiteArticle {
                content_id,
                title: &record.title,
                signature: *signature,
            })
            .collect()
    }

    /// Those within the window of the prior-topic check.
    pub(crate) fn recent(&self, policy: &Policy, now: chrono::DateTime<chrono::Utc>) -> Vec<RecentArticle<'_>> {
        let window = Duration::from_secs(u64::from(policy.prior_topic_days) * 24 * 3600);
        self.remembered
            .iter()
            .filter(|(_, record, _)| record.created_at.at() + window >= now)
            .map(|(content_id, record, _)| RecentArticle { content_id, topic: &record.topic, title: &record.title })
            .collect()
    }
}

/// Remembers a passed article for the reviews of later ones.
pub(crate) async fn remember(
    ready: &ContentReady,
    signature: Signature,
    ctx: &Context<'_>,
) -> Result<Write, AgentError> {
    let record = SignatureRecord {
        content_id: ready.content_id,
        title: ready.title.clone(),
        topic: Text::clip(&topic_key(&ready.content_topic)),
        signature: Text::clip(&signature.to_string()),
        created_at: ready.created_at,
    };
    let id = ready.content_id.to_string();
    let write = match ctx.get("signature", &id).await? {
        Some(document) => Write::replace(&document, &record)?,
        None => Write::create("signature", id, &record)?,
    };
    Ok(write.owner(&ready.website_id).sort(format!("{}#{}", ready.created_at, ready.content_id)))
}
