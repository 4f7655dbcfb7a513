//! `mesh quarantine`: messages set aside whole.

mod kept;
mod list;
mod resubmit;
mod show;

pub(super) use self::{
    kept::standing,
    resubmit::{Correction, correct},
};
use crate::{app::App, exit::Exit};

/// What can be done with the quarantine.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum QuarantineCommand {
    /// List what was set aside
    List(list::ListArgs),
    /// Show a message whole, and why it was set aside
    Show(show::ShowArgs),
    /// Publish a corrected copy: a new event, in a run of its own
    Resubmit(resubmit::ResubmitArgs),
}

impl QuarantineCommand {
    /// Does it.
    pub(super) async fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self {
            Self::List(args) => list::run(args, app).await,
            Self::Show(args) => show::run(args, app).await,
            Self::Resubmit(args) => resubmit::run(args, app).await,
        }
    }
}
