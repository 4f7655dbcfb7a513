//! `mesh prompts`.

mod list;
mod render;

use std::sync::Arc;

use mesh_core::Agent;

use crate::{app::App, exit::Exit, registry};

/// What can be done with prompts.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum PromptsCommand {
    /// List the prompts of all agents with their versions
    List(list::ListArgs),
    /// Print what a model would be asked
    Render(render::RenderArgs),
}

impl PromptsCommand {
    /// Does it.
    pub(super) async fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self {
            Self::List(args) => list::run(args, app),
            Self::Render(args) => render::run(args, app).await,
        }
    }
}

/// Every agent, with the prompts the settings give them.
fn agents(app: &App) -> anyhow::Result<Vec<Arc<dyn Agent>>> {
    Ok(registry::agents(&app.settings(None)?)?)
}
