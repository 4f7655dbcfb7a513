//! `mesh post`.

mod list;
mod put;
mod show;

use crate::{app::App, exit::Exit};

/// What can be done with posts.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum PostCommand {
    /// Store a post, or replace it
    Put(put::PutArgs),
    /// Show a post
    Show(show::ShowArgs),
    /// List posts
    List(list::ListArgs),
}

impl PostCommand {
    /// Does it.
    pub(super) async fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self {
            Self::Put(args) => put::run(args, app).await,
            Self::Show(args) => show::run(args, app).await,
            Self::List(args) => list::run(args, app).await,
        }
    }
}
