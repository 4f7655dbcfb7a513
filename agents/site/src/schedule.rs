//! When a site is built: soon after an article, and not for each of many.

use std::time::Duration;

use mesh_contracts::{
    Int, Name, Time,
    events::{ErrorType, SiteBuildRequested, SiteBuildStarted},
    records::{SiteBuildRecord, SiteBuiltRecord},
};
use mesh_core::{
    AgentError, Context, Emit, Event, Outcome, Timestamp,
    ports::{Document, Write},
};
use serde::de::DeserializeOwned;

/// Least time between two builds of a small site.
const LEAST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause, of a very large one.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A second of pause for every so many articles: a build lists them all.
const ARTICLES_PER_SECOND_OF_PAUSE: u64 = 2000;

/// An article went online or off: see that a build comes after it.
pub(crate) async fn request(site: Name, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
    let now = ctx.now();
    let Some(document) = ctx.get("site_build", &site).await? else {
        let record =
            SiteBuildRecord { requested: Int::clamp(1), started: Int::clamp(0), due_at: now.datetime().into() };
        let asked = SiteBuildRequested { website_id: site.clone(), build: Int::clamp(1) };
        return Ok(Outcome::nothing()
            .write(Write::create("site_build", &*site, &record)?)
            .emit(Emit::of(&asked)?.about(&*site)));
    };
    let record: SiteBuildRecord = read(&document)?;
    if record.requested > record.started {
        // One waits, and lists the site as it is when it starts. That it still waits is part of the commit.
        return Ok(Outcome::nothing().write(Write::unchanged(&document)));
    }
    let due = due(&record, pause(articles(&site, ctx).await?), now);
    let build = record.requested.get() + 1;
    let record = SiteBuildRecord { requested: Int::clamp(build), due_at: due.datetime().into(), ..record };
    let asked = Emit::of(&SiteBuildRequested { website_id: site.clone(), build: Int::clamp(build) })?.about(&*site);
    let asked = if due > now { asked.due(due) } else { asked };
    Ok(Outcome::nothing().write(Write::replace(&document, &record)?).emit(asked))
}

/// A build is due: it starts, and articles from now on ask for the next.
pub(crate) async fn start(event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
    let asked: SiteBuildRequested = event.payload()?;
    let Some(document) = ctx.get("site_build", &asked.website_id).await? else {
        return Ok(Outcome::nothing());
    };
    let record: SiteBuildRecord = read(&document)?;
    if record.started.get() >= asked.build.get() {
        return Ok(Outcome::nothing());
    }
    let record = SiteBuildRecord { started: Int::clamp(asked.build.get()), ..record };
    let started = SiteBuildStarted { website_id: asked.website_id.clone(), build: asked.build };
    let emit = Emit::of(&started)?.about(&*asked.website_id);
    Ok(Outcome::nothing().write(Write::replace(&document, &record)?).emit(emit))
}

fn due(record: &SiteBuildRecord, pause: Duration, now: Timestamp) -> Timestamp {
    Timestamp::from(Time::at(record.due_at)).plus(pause).max(now)
}

/// How many articles the last build listed.
async fn articles(site: &str, ctx: &Context<'_>) -> Result<u64, AgentError> {
    let Some(document) = ctx.get("site_built", site).await? else { return Ok(0) };
    Ok(read::<SiteBuiltRecord>(&document)?.articles.count())
}

fn pause(articles: u64) -> Duration {
    Duration::from_secs(articles / ARTICLES_PER_SECOND_OF_PAUSE).clamp(LEAST_PAUSE, LONGEST_PAUSE)
}

/// The record in a document.
pub(crate) fn read<T: DeserializeOwned>(document: &Document) -> Result<T, AgentError> {
    mesh_contracts::read(&document.body).map_err(|message| {
        let message = format!("{} {} cannot be read: {message}", document.key.kind, document.key.id);
        AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, message)
    })
}
