//! `mesh list`: contents, newest first.

use std::{cmp::Reverse, fmt};

use mesh_contracts::records::{ContentRecord, ContentStatus};
use mesh_core::ports::{IdRange, Query, QueryBy, StateStore};
use serde::Serialize;

use crate::{
    app::App,
    exit::Exit,
    mesh::Mesh,
    output::{self, text},
};

/// Documents read at once.
const PAGE: usize = 500;

/// Which contents, and how many.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Only those that stand there: ready_for_review, reviewed, rejected, published, failed
    #[arg(long, value_parser = status)]
    status: Option<ContentStatus>,
    /// Only those of this site
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<ContentRecord>);

pub(crate) async fn run(args: ListArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let all = match &args.site {
        Some(site) => of_site(&mesh, site).await?,
        None => all(&mesh).await?,
    };
    let report = Report(newest(all, args.status, args.limit));
    if report.0.is_empty() {
        app.out.say("No contents yet.");
    }
    if app.out.json || !report.0.is_empty() {
        app.out.report(&report)?;
    }
    Ok(Exit::Ok)
}

fn status(text: &str) -> Result<ContentStatus, String> {
    let known = "ready_for_review, reviewed, rejected, published or failed";
    serde_json::from_value(text.into()).map_err(|_| format!("allowed is {known}"))
}

async fn of_site(mesh: &Mesh, site: &str) -> anyhow::Result<Vec<ContentRecord>> {
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let by = QueryBy::Owner(site.to_owned());
        let page = mesh.store.state().query(&Query { kind: "content".into(), by, limit: PAGE, cursor }).await?;
        found.extend(page.documents.iter().filter_map(|document| mesh_contracts::read(&document.body).ok()));
        cursor = page.cursor;
        if cursor.is_none() {
            return Ok(found);
        }
    }
}

async fn all(mesh: &Mesh) -> anyhow::Result<Vec<ContentRecord>> {
    let mut found = Vec::new();
    let mut range = IdRange::default();
    loop {
        let page = mesh.store.state().list("content", &range, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        // The next id in order: nothing sorts between a text and that text with a zero byte.
        range.from = Some(format!("{}\0", last.key.id));
        found.extend(page.iter().filter_map(|document| mesh_contracts::read(&document.body).ok()));
        if page.len() < PAGE {
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
