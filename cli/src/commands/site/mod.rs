//! `mesh site`.

mod list;
mod put;
mod show;

use crate::{app::App, exit::Exit};

/// What can be done with sites.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum SiteCommand {
    /// Store a site, or replace it
    Put(put::PutArgs),
    /// Show a site
    Show(show::ShowArgs),
    /// List sites
    List(list::ListArgs),
}

impl SiteCommand {
    /// Does it.
    pub(super) async fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self {
            Self::Put(args) => put::run(args, app).await,
            Self::Show(args) => show::run(args, app).await,
            Self::List(args) => list::run(args, app).await,
        }
    }
}
