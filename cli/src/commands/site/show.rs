//! `mesh site show`: the settings of a site.

use mesh_gateway::sites;

use crate::{
    app::App,
    exit::{Absent, Exit},
    mesh::Mesh,
    records,
};

/// Which site.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// The site
    id: String,
}

pub(crate) async fn run(args: ShowArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let ports = mesh.ports();
    let found = match sites::get(&ports, &args.id).await {
        Ok(found) => found.ok_or_else(|| Absent(format!("there is no site {}", args.id)))?,
        Err(problem) => return records::refuse(&problem, app),
    };
    app.out.report(&records::Shown::of(&found.value)?)?;
    Ok(Exit::Ok)
}
