//! Taking articles off their site.

use mesh_contracts::{
    Id, Name, Text,
    events::WithdrawalRequested,
    records::{ContentRecord, PublicationRecord},
};
use mesh_core::{
    Emit, Outcome, Ports, ids,
    submit::{self, submit_as},
};

use crate::{SOURCE, posts, problem::Problem, stored};

/// A withdrawal that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// Its run.
    pub tracking_id: Id,
    /// The article.
    pub content_id: Id,
    /// Its site.
    pub website_id: Name,
    /// True when it had been asked for before.
    pub repeated: bool,
}

/// Asks for the withdrawal of an article, once for each state of its page. `reason` is what the notice on the page says.
/// `tenant`: only articles of that site exist.
///
/// # Errors
/// [`Problem`]: no such article, or its page is not online; the store is out of reach.
pub async fn withdraw(
    ports: &Ports,
    content: Id,
    reason: Option<Text<1, 300>>,
    tenant: Option<&Name>,
) -> Result<Withdrawal, Problem> {
    let unknown = || Problem::unknown("article", &content.to_string());
    let record = stored::read::<ContentRecord>(ports, "content", &content.to_string()).await?.ok_or_else(unknown)?;
    let ContentRecord { website_id, post_id, .. } = record.value;
    if tenant.is_some_and(|tenant| *tenant != website_id) {
        return Err(unknown());
    }
    let page = page(ports, &website_id, post_id.as_ref(), Some(content)).await?;
    let (version, _) =
        page.filter(|(_, page)| page.content_id == content).ok_or_else(|| offline(&content.to_string()))?;
    request(ports, WithdrawalRequested { content_id: content, website_id, post_id, reason }, version).await
}

/// As [`withdraw`], for the page of a post, whichever article is on it.
///
/// # Errors
/// [`Problem`]: no such post, or it has no page online; the store is out of reach.
pub async fn withdraw_post(
    ports: &Ports,
    post_id: &str,
    reason: Option<Text<1, 300>>,
    tenant: Option<&Name>,
) -> Result<Withdrawal, Problem> {
    let post = posts::get(ports, post_id).await?.map(|stored| stored.value);
    let post = post.filter(|post| tenant.is_none_or(|tenant| *tenant == post.website_id));
    let post = post.ok_or_else(|| Problem::unknown("post", post_id))?;
    let page = page(ports, &post.website_id, Some(&post.post_id), None).await?;
    let (version, page) = page.ok_or_else(|| offline(post_id))?;
    let (content_id, website_id, post_id) = (page.content_id, post.website_id, Some(post.post_id));
    request(ports, WithdrawalRequested { content_id, website_id, post_id, reason }, version).await
}

/// Article and site of what is online under a content id, else on the page of a post.
///
/// # Errors
/// [`Problem`]: nothing is online there; the store is out of reach.
pub async fn online(ports: &Ports, content: Option<Id>, post_id: &str) -> Result<(Id, Name), Problem> {
    let (site, post) = match content {
        Some(content) => {
            let record = stored::read::<ContentRecord>(ports, "content", &content.to_string()).await?;
            let record = record.ok_or_else(|| Problem::unknown("article", &content.to_string()))?.value;
            (record.website_id, record.post_id)
        }
        None => {
            let post = posts::get(ports, post_id).await?.ok_or_else(|| Problem::unknown("post", post_id))?.value;
            (post.website_id, Some(post.post_id))
        }
    };
    let found = page(ports, &site, post.as_ref(), content).await?.map(|(_, page)| page.content_id);
    let found = found.filter(|found| content.is_none_or(|content| content == *found));
    found.map(|found| (found, site)).ok_or_else(|| offline(post_id))
}

fn offline(id: &str) -> Problem {
    Problem::new(crate::Kind::NotFound, format!("{id} has no page online"))
}

/// The page that is online for a post, else for an article, with the version of its record.
async fn page(
    ports: &Ports,
    site: &Name,
    post: Option<&Name>,
    content: Option<Id>,
) -> Result<Option<(u64, PublicationRecord)>, Problem> {
    let id = match (post, content) {
        (Some(post), _) => format!("{site}/post-{post}"),
        (None, Some(content)) => format!("{site}/{content}"),
        (None, None) => return Ok(None),
    };
    let stored = stored::read::<PublicationRecord>(ports, "publication", &id).await?;
    Ok(stored.filter(|stored| stored.value.withdrawn_at.is_none()).map(|stored| (stored.version, stored.value)))
}

/// Repeated for the same state of a page it is the same request, whatever the reason.
async fn request(ports: &Ports, asked: WithdrawalRequested, version: u64) -> Result<Withdrawal, Problem> {
    let (content_id, website_id) = (asked.content_id, asked.website_id.clone());
    let key = format!("withdraw/{website_id}/{content_id}/{version}");
    let emit = Emit::of(&asked).map_err(|error| Problem::corrupt("the withdrawal", &error.to_string()))?;
    let outcome = Outcome::nothing().emit(emit.about(content_id));
    let fingerprint = ids::sha256_hex(key.as_bytes());
    let repeated = submit_as(ports, SOURCE, &key, &fingerprint, outcome).await?.repeated;
    let tracking_id = Id(submit::event_id(SOURCE, &key, "WithdrawalRequested", 0));
    Ok(Withdrawal { tracking_id, content_id, website_id, repeated })
}
