//! `mesh models`.

mod check;
mod eval;
mod list;
mod table;

use crate::{app::App, exit::Exit};

/// What can be done with models.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ModelsCommand {
    /// List the models that are configured, in the order in which they are asked, and what they cost
    List(list::ListArgs),
    /// Ask each configured model for one word: which answer, how fast, for how much
    Check(check::CheckArgs),
    /// Compare models: the articles of each on 20 fixed requests, by the checks of the review
    Eval(eval::EvalArgs),
}

impl ModelsCommand {
    /// Does it.
    pub(super) async fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self {
            Self::List(args) => list::run(args, app),
            Self::Check(args) => check::run(args, app).await,
            Self::Eval(args) => eval::run(args, app).await,
        }
    }
}
