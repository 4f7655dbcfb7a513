//! Starting the run of a post, and telling where a run stands.

use std::time::Duration;

use mesh_contracts::{
    Id, Int, List, Name, Text,
    events::ContentRequest,
    records::{Post, PostStatus, WebsiteSettings},
};
use mesh_core::{
    Emit, Outcome, Ports, Settings, Timestamp,
    config::NotConfigured,
    ids,
    ports::{DocKey, Document, LedgerState, Query, QueryBy, Write},
    submit::{self, SubmitError, submit_as},
};

use crate::{
    SOURCE, posts,
    problem::{Kind, Problem},
    sites,
    status::{self, Status},
    stored,
};

/// How often a start is tried again when somebody else starts the same post.
const TRIES: u32 = 20;
/// How long to wait in between.
const PAUSE: Duration = Duration::from_millis(50);
/// How often a waiting caller's run is looked at.
const POLL: Duration = Duration::from_millis(250);
/// A run that has not ended after this long does not keep its post from being started again.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// Kind of the rows that say how a run ended.
const FATES: &str = "fates";

/// A run that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The run.
    pub tracking_id: Id,
    /// The post.
    pub post_id: Name,
    /// Its site.
    pub website_id: Name,
    /// True when an earlier request had started it.
    pub repeated: bool,
}

/// Starts the run of a post. With a `key` the same key answers with the same run, and another post under the same key is
/// refused; without one, a run of the post that is under way is the answer. `tenant`: only posts of that site exist.
///
/// # Errors
/// [`Problem`]: no such post; its site has no settings, is not active, or prefers a model that is not configured; the key was
/// used for another post; the store is out of reach.
pub async fn start(
    ports: &Ports,
    settings: &Settings,
    post_id: &str,
    key: Option<&str>,
    tenant: Option<&Name>,
) -> Result<Started, Problem> {
    let fresh = format!("generate/{:032x}", ports.entropy.bits());
    let submission = key.map_or(fresh, |key| format!("generate/{key}"));
    for _ in 0..TRIES {
        let document = stored::document(ports, posts::KIND, post_id).await?;
        let document = document.ok_or_else(|| Problem::unknown("post", post_id))?;
        let post: Post = stored::decode(&document)?.value;
        if tenant.is_some_and(|tenant| *tenant != post.website_id) {
            return Err(Problem::unknown("post", post_id));
        }
        let earlier = match key {
            Some(_) => submitted(ports, &submission, &post).await?,
            None => under_way(ports, &post).await?,
        };
        if let Some(run) = earlier {
            return Ok(started(run, &post, true));
        }
        let site = site_of(ports, settings, &post).await?;
        match begin(ports, settings, &submission, &document, &post, &site).await {
            Ok(repeated) => return Ok(started(run_of(&submission), &post, repeated)),
            Err(SubmitError::Busy) => ports.clock.sleep_until(ports.clock.now().plus(PAUSE)).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::busy())
}

fn started(run: Id, post: &Post, repeated: bool) -> Started {
    Started { tracking_id: run, post_id: post.post_id.clone(), website_id: post.website_id.clone(), repeated }
}

fn run_of(submission: &str) -> Id {
    Id(submit::event_id(SOURCE, submission, "ContentRequest", 0))
}

/// What makes two requests the same: what was asked, not what settings say meanwhile.
fn fingerprint(post: &Post) -> String {
    ids::sha256_hex(format!("generate {}", post.post_id).as_bytes())
}

/// The run that a submission with this key started.
async fn submitted(ports: &Ports, submission: &str, post: &Post) -> Result<Option<Id>, Problem> {
    let entry = ports.state.entry(SOURCE, submit::submission_id(SOURCE, submission)).await?;
    match entry {
        Some(entry) if entry.fingerprint != fingerprint(post) => Err(SubmitError::Reused.into()),
        Some(entry) if matches!(entry.state, LedgerState::Done { .. }) => Ok(Some(run_of(submission))),
        _ => Ok(None),
    }
}

/// The post's latest run, while it has not ended and is not given up.
async fn under_way(ports: &Ports, post: &Post) -> Result<Option<Id>, Problem> {
    let Some(run) = post.tracking_id else { return Ok(None) };
    if ports.state.get(&DocKey::new(FATES, run.to_string())).await?.is_some() {
        return Ok(None);
    }
    let record = status::record(ports, run).await?;
    let since = record.as_ref().map_or(post.updated_at, |record| record.started_at);
    let stale = Timestamp::from(since.at()).until(ports.clock.now()) >= STALE;
    Ok(Some(run).filter(|_| !stale && record.is_none_or(|record| record.ended_at.is_none())))
}

/// The settings of a post's site, when articles can be made for it.
async fn site_of(ports: &Ports, settings: &Settings, post: &Post) -> Result<WebsiteSettings, Problem> {
    let name = &post.website_id;
    let missing = || Problem::new(Kind::SiteMissing, format!("the site {name} of the post has no settings"));
    let site = sites::get(ports, name).await?.ok_or_else(missing)?.value;
    if !site.is_active {
        return Err(Problem::new(Kind::SiteInactive, format!("the site {name} is not active")));
    }
    let refused =
        |error: NotConfigured| Problem::new(Kind::ModelNotConfigured, format!("the site prefers a model: {error}"));
    if let Some(name) = &site.preferred_text_model {
        settings.preferred_text(name).map_err(refused)?;
    }
    if let Some(name) = &site.preferred_image_model {
        settings.preferred_image(name).map_err(refused)?;
    }
    Ok(site)
}

/// Submits the post with its run, and the request, as one. Answers whether it had been done before.
async fn begin(
    ports: &Ports,
    settings: &Settings,
    submission: &str,
    document: &Document,
    post: &Post,
    site: &WebsiteSettings,
) -> Result<bool, SubmitError> {
    let run = run_of(submission);
    let request = request(settings, post, site);
    let next = Post { tracking_id: Some(run), updated_at: stored::now(ports), ..post.clone() };
    let invalid = |_| SubmitError::Invalid { event_type: "ContentRequest".to_owned(), details: Vec::new() };
    let emit = Emit::of(&request).map_err(invalid)?.about(ids::of_content(run.0));
    let write = Write::replace(document, &next).map_err(invalid)?.index(&index(run));
    let outcome = Outcome::nothing().write(write).emit(emit);
    Ok(submit_as(ports, SOURCE, submission, &fingerprint(post), outcome).await?.repeated)
}

fn index(run: Id) -> String {
    format!("run:{run}")
}

/// What the agents are asked for.
fn request(settings: &Settings, post: &Post, site: &WebsiteSettings) -> ContentRequest {
    let words = site.article_length().get().min(i64::from(settings.max_words));
    let keywords = if post.keywords.is_empty() { &site.core_keywords } else { &post.keywords };
    ContentRequest {
        content_topic: post.title.clone(),
        word_count: Int::clamp(words),
        // What the site is about is added by content-gen, whoever asks.
        prompt_context: post.description.as_ref().map(|text| Text::clip(text)),
        request_id: None,
        website_id: Some(post.website_id.clone()),
        post_id: Some(post.post_id.clone()),
        keywords: List::clip(keywords.iter().cloned()),
        language: Some(site.language.clone()),
        // Those of the site are added by content-gen.
        sources: List::default(),
        feeds: List::default(),
    }
}

/// Where a run stands; `None` when nothing is known of it. A run that was submitted a moment ago, and that tracker has not
/// heard of yet, is pending.
///
/// # Errors
/// [`Problem`] when the store is out of reach.
pub async fn status(ports: &Ports, run: Id) -> Result<Option<Status>, Problem> {
    if let Some(record) = status::record(ports, run).await? {
        return Ok(Some(Status::of(record, status::timeline(ports, run).await?)));
    }
    let query = Query { kind: posts::KIND.to_owned(), by: QueryBy::Index(index(run)), limit: 1, cursor: None };
    let page = ports.state.query(&query).await?;
    let post: Option<Post> = page.documents.first().map(stored::decode).transpose()?.map(|stored| stored.value);
    Ok(post.filter(|post| post.tracking_id == Some(run)).map(|post| Status::pending(run, &post)))
}

/// As [`status`], once the run has ended, at the latest at `until`.
///
/// # Errors
/// As [`status`].
pub async fn wait(ports: &Ports, run: Id, until: Timestamp) -> Result<Option<Status>, Problem> {
    loop {
        let status = status(ports, run).await?;
        let now = ports.clock.now();
        if now >= until || status.as_ref().is_none_or(Status::has_ended) {
            return Ok(status);
        }
        ports.clock.sleep_until(now.plus(POLL).min(until)).await;
    }
}

/// Status and Markdown of a post's latest run, if it has one.
///
/// # Errors
/// [`Problem`] when the store is out of reach.
pub async fn of_post(ports: &Ports, post: &Post) -> Result<Option<(PostStatus, Option<String>)>, Problem> {
    let Some(run) = post.tracking_id else { return Ok(None) };
    let record = status::record(ports, run).await?;
    let uri = record.as_ref().and_then(|record| record.final_markdown.as_ref()).map(|pointer| pointer.uri.to_string());
    Ok(Some((record.map_or(PostStatus::Pending, |record| record.status), uri)))
}
