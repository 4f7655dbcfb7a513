//! Building what all articles of a site share.

use bytes::Bytes;
use mesh_contracts::{
    Int, Name,
    events::{ErrorType, SiteBuildStarted, SiteBuilt},
    records::{PublicationRecord, SiteBuildRecord, SiteBuiltRecord, WebsiteSettings},
};
use mesh_core::{
    AgentError, Context, Emit, Event, Outcome, ids,
    ports::{BlobMeta, IdRange, Write},
};

use crate::{
    SiteAgent,
    render::{self, Entry, File, Site},
    schedule::read,
};

/// Documents read at a time.
const PAGE: usize = 1000;

impl SiteAgent {
    pub(crate) async fn build(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        let started: SiteBuildStarted = event.payload()?;
        let site = &started.website_id;
        if newest(site, ctx).await? > started.build.get() {
            // A later build has started; it lists all that this one would.
            return Ok(Outcome::nothing());
        }
        let root = site_root(site);
        let before = shared_files(&root, ctx).await?;
        // Listed after the heads were read: whoever replaces what is there has seen at least as much.
        let entries = published(site, ctx).await?;
        let files = render::all(&self.site(site, ctx).await?, &entries).map_err(unrenderable)?;
        let Some(written) = write(&root, files, &before, ctx).await? else {
            return Err(overtaken());
        };
        done(&started, entries.len(), written, ctx).await
    }

    /// The site as it is set up now, else as the deployment calls it.
    async fn site(&self, site: &Name, ctx: &Context<'_>) -> Result<Site, AgentError> {
        let settings = match ctx.get("website_settings", site).await? {
            Some(document) => Some(read::<WebsiteSettings>(&document)?),
            None => None,
        };
        let url = settings.as_ref().and_then(|settings| settings.website_url.as_deref());
        let about = settings.as_ref().and_then(|settings| settings.website_description.as_deref());
        Ok(Site {
            name: settings.as_ref().map_or(&*self.site_name, |settings| &settings.website_name).to_owned(),
            base_url: url.unwrap_or(&self.base_url).to_owned(),
            description: about.unwrap_or_default().to_owned(),
            language: settings.as_ref().map_or("en", |settings| &settings.language).to_owned(),
        })
    }
}

/// What there is of the files this agent writes; the pages of the articles, many more, are left out.
async fn shared_files(root: &str, ctx: &Context<'_>) -> Result<Vec<BlobMeta>, AgentError> {
    let mut there = Vec::new();
    for prefix in ["archive/", "feed", "index", "robots", "sitemap"] {
        there.extend(ctx.heads(&format!("{root}{prefix}")).await?);
    }
    Ok(there)
}

/// The number of the last build that started.
async fn newest(site: &Name, ctx: &Context<'_>) -> Result<i64, AgentError> {
    let Some(document) = ctx.get("site_build", site).await? else { return Ok(0) };
    Ok(read::<SiteBuildRecord>(&document)?.started.get())
}

/// All articles on the site, newest first; those that were withdrawn are left out.
async fn published(site: &Name, ctx: &Context<'_>) -> Result<Vec<Entry>, AgentError> {
    // '0' is the character after '/'.
    let mut range = IdRange { from: Some(format!("{}/", site.as_str())), to: Some(format!("{}0", site.as_str())) };
    let mut entries = Vec::new();
    loop {
        let documents = ctx.list("publication", &range, PAGE).await?;
        for document in &documents {
            entries.extend(Some(read(document)?).filter(is_online).map(entry));
        }
        match documents.last().filter(|_| documents.len() == PAGE) {
            Some(last) => range.from = Some(format!("{}\0", last.key.id)),
            None => break,
        }
    }
    entries.sort_by(|a, b| b.published_at.cmp(&a.published_at).then_with(|| b.content_id.cmp(&a.content_id)));
    Ok(entries)
}

fn is_online(record: &PublicationRecord) -> bool {
    record.withdrawn_at.is_none()
}

fn entry(record: PublicationRecord) -> Entry {
    Entry {
        title: record.title.to_string(),
        summary: record.summary.to_string(),
        path: record.path.to_string(),
        published_at: record.published_at.at(),
        updated_at: record.updated_at.at(),
        image: record.image.map(|path| path.to_string()),
        content_id: record.content_id.0,
        language: record.language.to_string(),
        offline: record.offline,
    }
}

/// Writes what differs from what was there; `None` when somebody else wrote in between.
async fn write(
    root: &str,
    files: Vec<File>,
    before: &[BlobMeta],
    ctx: &Context<'_>,
) -> Result<Option<usize>, AgentError> {
    let mut written = 0;
    for file in files {
        let key = format!("{root}{}", file.path);
        let body = Bytes::from(file.body);
        let there = before.iter().find(|meta| meta.key == key);
        if there.is_some_and(|meta| *meta.sha256 == *ids::sha256_hex(&body)) {
            continue;
        }
        let version = there.map(|meta| meta.version.as_str());
        if !ctx.replace(&key, version, body, media_type(&file.path)).await? {
            return Ok(None);
        }
        written += 1;
    }
    Ok(Some(written))
}

async fn done(
    started: &SiteBuildStarted,
    articles: usize,
    written: usize,
    ctx: &Context<'_>,
) -> Result<Outcome, AgentError> {
    let count = |n: usize| Int::clamp(i64::try_from(n).unwrap_or(i64::MAX));
    let record = SiteBuiltRecord { build: started.build, articles: count(articles) };
    let write = match ctx.get("site_built", &started.website_id).await? {
        Some(document) => Write::replace(&document, &record)?,
        None => Write::create("site_built", &*started.website_id, &record)?,
    };
    let built = SiteBuilt {
        website_id: started.website_id.clone(),
        build: started.build,
        articles: count(articles),
        written: count(written),
        built_at: ctx.now().datetime().into(),
    };
    Ok(Outcome::nothing().write(write).emit(Emit::of(&built)?.about(&*started.website_id)))
}

/// Where the pages of a site are kept.
fn site_root(site: &Name) -> String {
    match site.as_str() {
        "default" => "site/".to_owned(),
        name => format!("sites/{name}/"),
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("xml") if path.starts_with("feed") => "application/atom+xml; charset=utf-8",
        Some("xml") => "application/xml; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    }
}

fn unrenderable(error: render::RenderError) -> AgentError {
    AgentError::fail("RENDER_FAILED", ErrorType::Infrastructure, error.to_string())
}

/// Another build wrote in between: this one starts over, on what is there now.
fn overtaken() -> AgentError {
    AgentError::Retry {
        code: "CONFLICT",
        error_type: ErrorType::Infrastructure,
        message: "another build wrote in between".into(),
        after: None,
        dependency: None,
        counted: false,
    }
}
