//! `mesh dlq list`: how many messages wait, agent by agent.

use std::fmt;

use mesh_core::ports::{Depth, Queue};
use serde::Serialize;

use crate::{
    app::App,
    exit::Exit,
    mesh::Mesh,
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
    queued: u64,
    in_flight: u64,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Row>);

pub(super) async fn run(_: ListArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let mut rows = Vec::new();
    for agent in &mesh.agents {
        let manifest = agent.manifest();
        let (dead, live) = (mesh.dlq(manifest).depth().await?, mesh.store.queue(&manifest.name).depth().await?);
        rows.push(row(&manifest.name, manifest.dlq(), dead, live));
    }
    let report = Report(rows);
    app.out.report(&report)?;
    if let Some(row) = report.0.iter().find(|row| row.dead_letters > 0) {
        app.out.say(format_args!("Look at them: {}", app.command(&["dlq", "peek", &row.agent])));
    }
    Ok(Exit::Ok)
}

fn row(agent: &str, dlq: String, dead: Depth, live: Depth) -> Row {
    let queued = live.visible + live.delayed;
    Row { agent: agent.to_owned(), dlq, dead_letters: dead.total(), queued, in_flight: live.in_flight }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["agent", "dead letters", "queued", "in flight", "dlq"]);
        for Row { agent, dlq, dead_letters, queued, in_flight } in &self.0 {
            table.add_row([agent, &dead_letters.to_string(), &queued.to_string(), &in_flight.to_string(), dlq]);
        }
        let total: u64 = self.0.iter().map(|row| row.dead_letters).sum();
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
        let row = row("echo", "echo-dlq".to_owned(), dead, live);
        assert_eq!((row.dead_letters, row.queued, row.in_flight), (3, 5, 3));
    }
}
