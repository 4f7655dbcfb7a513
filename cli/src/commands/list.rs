//! `mesh list`: contents, newest first.

use std::{cmp::Reverse, fmt};

use mesh_contracts::records::{ContentRecord, ContentStatus};
use mesh_core::ports::{IdRange, Query, QueryBy};
use serde::Serialize;

use crate::{
    app::App,
    args::Target,
    exit::Exit,
    mesh::Mesh,
    output::{self, text},
};

/// Documents read at once by a query.
const PAGE: usize = 500;
/// The site of requests that name none.
const SITE: &str = "default";

/// Which contents, and how many.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Only those that stand there: ready_for_review, reviewed, rejected, published, failed, withdrawn
    #[arg(long, value_parser = status)]
    status: Option<ContentStatus>,
    /// Only those of this site [default: all; with --target aws: default]
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// With --target aws: those of all sites; this reads the whole table
    #[arg(long, conflicts_with = "site")]
    all_sites: bool,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<ContentRecord>);

pub(crate) async fn run(args: ListArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let by_default = (app.target == Target::Aws && !args.all_sites).then_some(SITE);
    let found = match args.site.as_deref().or(by_default) {
        Some(site) => of_site(&mesh, site, args.status, args.limit).await?,
        None => all(&mesh).await?,
    };
    let report = Report(newest(found, args.status, args.limit));
    if report.0.is_empty() {
        app.out.say(match by_default {
            Some(site) if args.site.is_none() => {
                format!("No contents of the site {site} yet; --all-sites shows others.")
            }
            _ => "No contents yet.".to_owned(),
        });
    }
    if app.out.json || !report.0.is_empty() {
        app.out.report(&report)?;
    }
    Ok(Exit::Ok)
}

fn status(text: &str) -> Result<ContentStatus, String> {
    let known = "ready_for_review, reviewed, rejected, published, failed or withdrawn";
    serde_json::from_value(text.into()).map_err(|_| format!("allowed is {known}"))
}

/// The contents of a site, newest first, until there are enough.
async fn of_site(
    mesh: &Mesh,
    site: &str,
    status: Option<ContentStatus>,
    limit: usize,
) -> anyhow::Result<Vec<ContentRecord>> {
    let mut found: Vec<ContentRecord> = Vec::new();
    let mut cursor = None;
    loop {
        let by = QueryBy::Owner(site.to_owned());
        let page = mesh.state.query(&Query { kind: "content".into(), by, limit: PAGE, cursor }).await?;
        let records = page.documents.iter().filter_map(|document| mesh_contracts::read(&document.body).ok());
        found.extend(records.filter(|record: &ContentRecord| status.is_none_or(|wanted| record.status == wanted)));
        cursor = page.cursor;
        if cursor.is_none() || found.len() >= limit {
            return Ok(found);
        }
    }
}

async fn all(mesh: &Mesh) -> anyhow::Result<Vec<ContentRecord>> {
    let mut found = Vec::new();
    let mut range = IdRange::default();
    let size = mesh.page();
    loop {
        let page = mesh.state.list("content", &range, size).await?;
        let Some(last) = page.last() else { return Ok(found) };
        // The next id in order: nothing sorts between a text and that text with a zero byte.
        range.from = Some(format!("{}\0", last.key.id));
        found.extend(page.iter().filter_map(|document| mesh_contracts::read(&document.body).ok()));
        if page.len() < size {
            return Ok(found);
        }
    }
}

/// The newest of those that stand where they are wanted.
fn newest(mut all: Vec<ContentRecord>, status: Option<ContentStatus>, limit: usize) -> Vec<ContentRecord> {
    all.retain(|record| status.is_none_or(|wanted| record.status == wanted));
    all.sort_by_key(|record| Reverse((record.created_at, record.content_id)));
    all.truncate(limit);
    all
}

/// A status as it is written in contracts.
pub(super) fn word(status: ContentStatus) -> String {
    serde_json::to_value(status).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["content id", "status", "words", "created", "site", "topic"]);
        for record in &self.0 {
            table.add_row([
                record.content_id.to_string(),
                word(record.status),
                record.measured_word_count.to_string(),
                text::time(record.created_at.at().into()),
                record.website_id.to_string(),
                text::short(&record.content_topic, 60),
            ]);
        }
        f.write_str(&output::rows(&table))
    }
}
