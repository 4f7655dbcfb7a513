//! `mesh dlq`: the dead-letter queues.

mod letter;
mod list;
mod peek;
mod replay;
mod select;

use crate::{app::App, exit::Exit};

/// What can be done with dead-letter queues.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum DlqCommand {
    /// How many messages wait, agent by agent
    List(list::ListArgs),
    /// Look at an agent's dead letters; they stay where they are
    Peek(peek::PeekArgs),
    /// Move dead letters back to their agents' queues: a plan and its apply in one step
    Replay(replay::ReplayArgs),
}

impl DlqCommand {
    /// Does it.
    pub(super) async fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self {
            Self::List(args) => list::run(args, app).await,
            Self::Peek(args) => peek::run(args, app).await,
            Self::Replay(args) => replay::run(args, app).await,
        }
    }
}
