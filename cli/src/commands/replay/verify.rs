//! `mesh replay verify`: compares what was predicted with what has come.

use std::path::PathBuf;

use super::{audit, manifest::ReplayManifest, outcome::Comparison};
use crate::{app::App, exit::Exit, mesh::Mesh};

/// Which plan.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArgs {
    /// The plan
    file: PathBuf,
}

pub(super) async fn run(args: VerifyArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let manifest = ReplayManifest::read(&args.file, &mesh, app)?;
    let states = audit::read(&manifest, &args.file)?;
    let entries: Vec<_> = manifest.numbered().collect();
    let comparison = Comparison::of(&mesh, &entries, &states).await?;
    app.out.report(&comparison)?;
    Ok(if comparison.is_as_predicted() { Exit::Ok } else { Exit::Failure })
}
