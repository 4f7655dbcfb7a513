//! `mesh prompts render`: what a model would be asked.

use std::{fmt, path::PathBuf};

use anyhow::Context;
use mesh_core::{AgentError, Prompt};
use serde::Serialize;
use serde_json::Value;

use crate::{app::App, exit::Exit, output::style, records};

/// Which prompt, and what it is filled with.
#[derive(Debug, clap::Args)]
pub(crate) struct RenderArgs {
    /// The prompt: its version, such as draft-v1, or the agent it belongs to
    prompt: String,
    /// A JSON file with its input (`-`: standard input) [default: the prompt's example]
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Print the input that would be used, to be changed and given back
    #[arg(long, conflicts_with = "input")]
    example: bool,
}

#[derive(Debug, Serialize)]
struct Rendered {
    version: String,
    system: &'static str,
    user: String,
}

pub(super) async fn run(args: RenderArgs, app: &App) -> anyhow::Result<Exit> {
    let agents = super::agents(app)?;
    let named = |agent: &str, prompt: &Prompt| agent == args.prompt || prompt.version() == args.prompt;
    let found = agents
        .iter()
        .find_map(|agent| agent.prompts().into_iter().find(|prompt| named(&agent.manifest().name, prompt)).cloned());
    let unknown = || format!("there is no prompt {}; `{}` names them", args.prompt, app.command(&["prompts", "list"]));
    let prompt = found.with_context(unknown)?;
    if args.example {
        app.out.raw(prompt.example())?;
        return Ok(Exit::Ok);
    }
    let input: Value = match &args.input {
        None => serde_json::from_str(prompt.example())?,
        Some(file) => match records::read(file).await? {
            Ok(body) => body,
            Err(refusal) => return records::refused(&refusal, app),
        },
    };
    match prompt.fill(&input) {
        Ok(user) => {
            let version = prompt.version().to_owned();
            app.out.report(&Rendered { version, system: prompt.system(), user })?;
            Ok(Exit::Ok)
        }
        Err(AgentError::Fail { message, .. }) => {
            app.out.complain(format_args!("{} {message}", style::bad("error:")));
            app.out.say(format_args!("Every place must be in the input; `--example` prints one that fills them all."));
            Ok(Exit::Failure)
        }
        Err(other) => Err(anyhow::anyhow!("{other:?}")),
    }
}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.system.is_empty() {
            writeln!(f, "{}\n{}\n", style::faint("system"), self.system)?;
        }
        write!(f, "{}\n{}", style::faint("user"), self.user)
    }
}
