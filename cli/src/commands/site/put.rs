//! `mesh site put`: stores a site's settings.

use std::path::PathBuf;

use mesh_gateway::sites;

use crate::{app::App, exit::Exit, mesh::Mesh, records};

/// Which site, and its settings.
#[derive(Debug, clap::Args)]
pub(crate) struct PutArgs {
    /// The site: letters, digits, `_`, `.` and `-`
    id: String,
    /// A JSON file with its settings (`-`: standard input); `mesh contracts show website-settings-v1` lists the fields
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) async fn run(args: PutArgs, app: &App) -> anyhow::Result<Exit> {
    let body = match records::read(&args.file).await? {
        Ok(body) => body,
        Err(refusal) => return records::refused(&refusal, app),
    };
    let mesh = Mesh::open(app, app.settings(None)?).await?;
    match sites::put(&mesh.ports(), &args.id, body, mesh.settings.max_words).await {
        Ok(put) => {
            app.out.say(if put.created { "Stored." } else { "Replaced." });
            app.out.report(&records::Shown::of(&put.stored.value)?)?;
            Ok(Exit::Ok)
        }
        Err(problem) => records::refuse(&problem, app),
    }
}
