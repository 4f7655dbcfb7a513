//! `mesh replay edit`: publishes a corrected copy of an entry, as `mesh quarantine resubmit` does.

use std::path::PathBuf;

use anyhow::Context;

use super::{
    super::quarantine::{Correction, correct},
    audit::{Audit, Step},
    decide::Action,
    manifest::ReplayManifest,
};
use crate::{app::App, exit::Exit, mesh::Mesh};

/// Which entry, and what is to be corrected.
#[derive(Debug, clap::Args)]
pub(crate) struct EditArgs {
    /// The plan
    file: PathBuf,
    /// The entry's number, or its event id
    entry: String,
    #[command(flatten)]
    correction: Correction,
}

pub(super) async fn run(args: EditArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let manifest = ReplayManifest::read(&args.file, &mesh, app)?;
    let named = |number: usize, event: &str| args.entry == number.to_string() || args.entry == event;
    let found = manifest.numbered().find(|(number, entry)| named(*number, &entry.event_id.to_string()));
    let (number, entry) = found.with_context(|| format!("{} has no entry {}", args.file.display(), args.entry))?;
    let mut audit = Audit::open(&manifest, &args.file, &mesh, app).await?;
    let corrected = correct(&mesh, entry.event_id, Some(&entry.agent), &args.correction, app).await?;
    if let Some(copy) = corrected.published {
        audit.note(&mesh, (number, entry), Action::Edit, Step::Sent, Some(format!("published as {copy}")))?;
    }
    Ok(corrected.exit)
}
