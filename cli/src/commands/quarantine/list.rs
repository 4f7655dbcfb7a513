//! `mesh quarantine list`: what was set aside.

use std::fmt;

use mesh_core::ports::BlobsExt;
use serde::Serialize;

use super::kept::{self, Kept, PREFIX};
use crate::{
    app::App,
    exit::Exit,
    mesh::Mesh,
    output::{self, text},
};

/// Keys read at once.
const PAGE: usize = 500;
/// Most bytes of a message that are read; none is larger.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Which messages, and how many.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Only those of this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Only those with this code
    #[arg(long)]
    code: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Kept>);

pub(super) async fn run(args: ListArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let prefix = match &args.agent {
        Some(agent) => format!("{PREFIX}{}/", mesh.manifest(agent)?.name),
        None => PREFIX.to_owned(),
    };
    let report = Report(read(&mesh, &prefix, args.code.as_deref(), args.limit).await?);
    if report.0.is_empty() && !app.out.json {
        app.out.say("The quarantine is empty.");
        return Ok(Exit::Ok);
    }
    app.out.report(&report)?;
    Ok(Exit::Ok)
}

async fn read(mesh: &Mesh, prefix: &str, code: Option<&str>, limit: usize) -> anyhow::Result<Vec<Kept>> {
    let (mut found, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = mesh.blobs.list(prefix, after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(last.key.clone());
        for meta in &page {
            // An agent of another build may have set it aside; it is not ours to read.
            let Some(manifest) = agent_of(&meta.key).and_then(|agent| mesh.manifest(agent).ok()) else { continue };
            let Some((_, bytes)) = mesh.blobs.get_bytes(&meta.key, MOST_BYTES).await? else { continue };
            let kept = kept::read(mesh, manifest, &bytes).await?;
            if code.is_none() || kept.code.as_deref() == code {
                found.push(kept);
            }
            if found.len() >= limit {
                return Ok(found);
            }
        }
    }
}

/// The agent in a key, `quarantine/{agent}/{event id}.json`.
fn agent_of(key: &str) -> Option<&str> {
    key.strip_prefix(PREFIX)?.split_once('/').map(|(agent, _)| agent)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["event", "agent", "type", "state", "code", "reason"]);
        for kept in &self.0 {
            table.add_row([
                kept.event_id.to_string(),
                text::plain(&kept.agent),
                kept.event_type.clone().unwrap_or_else(|| "-".into()),
                kept.state.clone(),
                text::plain(kept.code.as_deref().unwrap_or("-")),
                text::short(kept.reason.as_deref().unwrap_or("-"), 80),
            ]);
        }
        f.write_str(&output::rows(&table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_agent() {
        assert_eq!(agent_of("quarantine/content-gen/1.json"), Some("content-gen"));
        assert_eq!(agent_of("drafts/1.md"), None);
    }
}
