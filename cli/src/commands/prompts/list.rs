//! `mesh prompts list`.

use std::fmt;

use mesh_core::{Agent, Prompt, ids};
use serde::Serialize;

use crate::{app::App, exit::Exit, output};

/// Takes nothing of its own.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {}

#[derive(Debug, Serialize)]
struct Row {
    agent: String,
    /// Recorded with what is made by it.
    version: String,
    /// Of instructions and template, so that a custom one is known again.
    sha256: String,
}

impl Row {
    fn of(agent: &dyn Agent, prompt: &Prompt) -> Self {
        let text = [prompt.system(), prompt.template()].join("\n");
        let agent = agent.manifest().name.clone();
        Self { agent, version: prompt.version().to_owned(), sha256: ids::sha256_hex(text.as_bytes()) }
    }
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Row>);

pub(super) fn run(_: ListArgs, app: &App) -> anyhow::Result<Exit> {
    let agents = super::agents(app)?;
    let rows =
        agents.iter().flat_map(|agent| agent.prompts().into_iter().map(|prompt| Row::of(agent.as_ref(), prompt)));
    app.out.report(&Report(rows.collect()))?;
    Ok(Exit::Ok)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["agent", "version", "sha256"]);
        for Row { agent, version, sha256 } in &self.0 {
            table.add_row([agent.as_str(), version, &sha256[..12]]);
        }
        f.write_str(&output::rows(&table))
    }
}
