//! `mesh replay`: what waits is planned first, then replayed as it was planned, then compared with the plan.

mod act;
mod apply;
mod audit;
mod copy;
mod decide;
mod edit;
mod entry;
mod gather;
mod inspect;
mod letters;
mod manifest;
mod outcome;
mod plan;
mod report;
mod select;
mod verify;

#[cfg(test)]
pub(super) use self::entry::testing;
pub(super) use self::{
    act::{Done, Hand},
    audit::{Audit, Step},
    decide::{Mode, decide},
    entry::{Entry, Origin},
    gather::{Places, gather, letter},
    inspect::inspect,
    letters::{Meant, act, depth},
    select::Selection,
};
use crate::{app::App, exit::Exit};

/// What can be done about a replay.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ReplayCommand {
    /// Freeze what would be replayed, and what would come of it
    Plan(plan::PlanArgs),
    /// Replay what a plan holds, and nothing else
    Apply(apply::ApplyArgs),
    /// Compare what was predicted with what has come
    Verify(verify::VerifyArgs),
    /// Publish a corrected copy of an entry: a new event, in a run of its own
    Edit(edit::EditArgs),
}

impl ReplayCommand {
    /// Does it.
    pub(super) async fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self {
            Self::Plan(args) => plan::run(args, app).await,
            Self::Apply(args) => apply::run(args, app).await,
            Self::Verify(args) => verify::run(args, app).await,
            Self::Edit(args) => edit::run(args, app).await,
        }
    }
}
