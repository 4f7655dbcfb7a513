//! `mesh key`.

mod create;
mod list;
mod revoke;

use crate::{app::App, exit::Exit};

/// What can be done with keys.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key, and print it: now or never
    Create(create::CreateArgs),
    /// List keys; their secrets are kept nowhere
    List(list::ListArgs),
    /// Revoke a key for good
    Revoke(revoke::RevokeArgs),
}

impl KeyCommand {
    /// Does it.
    pub(super) async fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self {
            Self::Create(args) => create::run(args, app).await,
            Self::List(args) => list::run(args, app).await,
            Self::Revoke(args) => revoke::run(args, app).await,
        }
    }
}
