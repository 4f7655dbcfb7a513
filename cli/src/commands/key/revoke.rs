//! `mesh key revoke`: takes a key away for good.

use mesh_gateway::keys;

use crate::{app::App, exit::Exit, mesh::Mesh, records};

/// Which key.
#[derive(Debug, clap::Args)]
pub(crate) struct RevokeArgs {
    /// Its id, the first half of it
    key: String,
}

pub(crate) async fn run(args: RevokeArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    match keys::revoke(&mesh.ports(), &args.key).await {
        Ok(record) => {
            app.out.say(format_args!(
                "Revoked {} ({}); processes that know it forget it within 30 seconds.",
                record.key_id, record.name
            ));
            Ok(Exit::Ok)
        }
        Err(problem) => records::refuse(&problem, app),
    }
}
