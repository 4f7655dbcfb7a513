//! The command line as a whole, and the flags every command takes.

use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};

use crate::commands::Command;

/// Content Mesh: event-driven content agents. A request becomes a reviewed, published article.
#[derive(Debug, Parser)]
#[command(name = "mesh", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub(crate) common: Common,
    /// What is to be done.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 the mesh's answer is a failure, 2 wrong usage or environment.
Settings come from the environment (MESH_HOME, MESH_LOG, MESH_TEXT_MODEL, OPENAI_MODEL, ...).";

/// The flags every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Folder of the mesh [default: MESH_HOME, else .mesh]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Print data as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print data and errors only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Which mesh is meant
    #[arg(long, global = true, value_enum, default_value_t = Target::Embedded, hide_possible_values = true, value_name = "embedded|aws")]
    pub(crate) target: Target,
    /// With --target aws: prefix of the deployment [default: MESH_PREFIX]
    #[arg(long, global = true)]
    pub(crate) prefix: Option<String>,
}

/// Which mesh is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// The one in the folder of the mesh.
    Embedded,
    /// The one on Amazon SNS and SQS.
    Aws,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
