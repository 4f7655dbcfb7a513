//! `mesh dlq list`: how many messages wait, agent by agent.

use std::fmt;

use mesh_core::ports::Depth;
use serde::Serialize;

use crate::{
    app::App,
    exit::Exit,
    mesh::{Mesh, Source},
    output::{self, style, text},
};

/// Takes nothing of its own.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {}

#[derive(Debug, Serialize)]
struct Row {
    agent: String,
    dlq: String,
    dead_letters: u64,
    /// What the topics could not deliver, where that has a queue of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    undelivered: Option<u64>,
    queued: u64,
    in_flight: u64,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Row>);

pub(super) async fn run(_: ListArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let mut rows = Vec::new();
    for manifest in mesh.manifests() {
        let live = mesh.queue(manifest).await?.depth().await?;
        let (mut name, mut dead) = (manifest.dlq(), Depth::default());
        let mut undelivered = None;
        for source in mesh.sources() {
            let Some(queue) = mesh.dead(manifest, *source).await? else { continue };
            match source {
                Source::Dlq => (name, dead) = (queue.name().to_owned(), queue.depth().await?),
                Source::Undelivered => undelivered = Some(queue.depth().await?),
            }
        }
        rows.push(row(&manifest.name, name, dead, undelivered, live));
    }
    let report = Report(rows);
    app.out.report(&report)?;
    if let Some(row) = report.0.iter().find(|row| row.dead() > 0) {
        app.out.say(format_args!("Look at them: {}", app.command(&["dlq", "peek", &row.agent])));
    }
    Ok(Exit::Ok)
}

fn row(agent: &str, dlq: String, dead: Depth, undelivered: Option<Depth>, live: Depth) -> Row {
    let (queued, undelivered) = (live.visible + live.delayed, undelivered.map(Depth::total));
    Row { agent: agent.to_owned(), dlq, dead_letters: dead.total(), undelivered, queued, in_flight: live.in_flight }
}

impl Row {
    fn dead(&self) -> u64 {
        self.dead_letters + self.undelivered.unwrap_or(0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_undelivered = self.0.iter().any(|row| row.undelivered.is_some());
        let mut head = vec!["agent", "dead letters", "undelivered", "queued", "in flight", "dlq"];
        head.retain(|name| with_undelivered || *name != "undelivered");
        let mut table = output::table(&head);
        for Row { agent, dlq, dead_letters, undelivered, queued, in_flight } in &self.0 {
            let mut cells = vec![agent.clone(), dead_letters.to_string()];
            cells.extend(undelivered.map(|count| count.to_string()));
            cells.extend([queued.to_string(), in_flight.to_string(), dlq.clone()]);
            table.add_row(cells);
        }
        let total: u64 = self.0.iter().map(Row::dead).sum();
        writeln!(f, "{}", output::rows(&table))?;
        let total = text::count(usize::try_from(total).unwrap_or(usize::MAX), "dead letter");
        if total.starts_with("0 ") { write!(f, "{}", style::good(total)) } else { write!(f, "{}", style::bad(total)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dead_letter_counts_whoever_looks_at_it() {
        let dead = Depth { visible: 2, in_flight: 1, delayed: 0 };
        let live = Depth { visible: 1, in_flight: 3, delayed: 4 };
        let row = row("echo", "echo-dlq".to_owned(), dead, Some(Depth { visible: 1, ..Depth::default() }), live);
        assert_eq!(row.dead(), 4);
        assert_eq!((row.dead_letters, row.queued, row.in_flight), (3, 5, 3));
    }
}
