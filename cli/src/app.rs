//! From the process's arguments and environment to a command, and to the process's answer.

use std::{collections::BTreeMap, io, path::PathBuf};

use anyhow::bail;
use clap::Parser;
use mesh_core::{ConfigError, Settings, env};

use crate::{
    args::{Cli, Common, Target},
    exit::{Absent, Exit},
    logging,
    output::{Output, style, text},
};

/// What every command is handed.
#[derive(Debug)]
pub(crate) struct App {
    /// Folder of the mesh.
    pub(crate) home: PathBuf,
    /// Which mesh is meant.
    pub(crate) target: Target,
    /// Prefix of the deployment that is meant.
    pub(crate) prefix: Option<String>,
    /// Where and how to print.
    pub(crate) out: Output,
    /// How this program was called.
    program: String,
    environment: BTreeMap<String, String>,
}

/// The folder of the mesh when nobody says otherwise.
const HOME: &str = ".mesh";

/// Runs the command that was typed.
pub(crate) async fn start() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            drop(error.print());
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok };
        }
    };
    let app = App::new(&cli.common, environment());
    if cli.common.target == Target::Aws && !cfg!(feature = "aws") {
        app.out.complain(format_args!("{} this build has no AWS; one that has: {}", style::bad("error:"), INSTALL_AWS));
        return Exit::Usage;
    }
    let done = match logging::start(app.variable(env::MESH_LOG)) {
        Ok(()) => cli.command.run(&app).await,
        Err(error) => Err(error),
    };
    done.unwrap_or_else(|error| app.report(&error))
}

const INSTALL_AWS: &str = "cargo install --path cli --features aws";

/// The environment; the one place where it is read. Other programs' variables may be no UTF-8.
fn environment() -> BTreeMap<String, String> {
    let pairs = std::env::vars_os();
    pairs.map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())).collect()
}

impl App {
    fn new(common: &Common, environment: BTreeMap<String, String>) -> Self {
        let named = environment.get(env::MESH_HOME).filter(|home| !home.trim().is_empty());
        let home = common.home.clone().or_else(|| named.map(PathBuf::from)).unwrap_or_else(|| HOME.into());
        let program = std::env::args_os().next().map_or_else(|| "mesh".into(), |name| name.to_string_lossy().into());
        let named = environment.get(env::MESH_PREFIX).map(|prefix| prefix.trim()).filter(|prefix| !prefix.is_empty());
        let prefix = common.prefix.clone().or_else(|| named.map(str::to_owned));
        let out = Output { json: common.json, quiet: common.quiet };
        Self { home, target: common.target, prefix, out, program, environment }
    }

    /// The same for the mesh in another folder.
    pub(crate) fn at(&self, home: PathBuf) -> Self {
        let (program, environment) = (self.program.clone(), self.environment.clone());
        Self { home, target: self.target, prefix: None, out: self.out, program, environment }
    }

    /// A variable of the environment; blank counts as not set.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The settings; `model` replaces what the environment says of the text model.
    pub(crate) fn settings(&self, model: Option<&str>) -> Result<Settings, ConfigError> {
        let mut pairs = self.environment.clone();
        if self.target == Target::Aws {
            // There each function has settings of its own; of ours only names nobody knows matter.
            pairs.retain(|name, _| name.starts_with("MESH_") && name != env::MESH_TEXT_MODEL);
        }
        if let Some(model) = model {
            pairs.insert(env::MESH_TEXT_MODEL.to_owned(), model.to_owned());
        }
        Settings::from_pairs(pairs)
    }

    /// The secret of this name, if the environment holds it.
    pub(crate) fn secret(&self, name: &str) -> Option<(String, String)> {
        self.variable(name).map(|value| (name.to_owned(), value.to_owned()))
    }

    /// A command that works in this shell as it is printed: this program, this mesh.
    pub(crate) fn command(&self, words: &[&str]) -> String {
        let mut line = vec![text::shell(&self.program)];
        line.extend(words.iter().map(|word| text::shell(word)));
        match self.target {
            Target::Embedded if self.home.as_os_str() == HOME => {}
            Target::Embedded => line.extend(["--home".to_owned(), text::shell(&self.home.to_string_lossy())]),
            Target::Aws => {
                line.extend(["--target", "aws"].map(str::to_owned));
                line.extend(self.prefix.iter().flat_map(|prefix| ["--prefix".to_owned(), text::shell(prefix)]));
            }
        }
        line.join(" ")
    }

    /// Refuses a command that runs agents in this process.
    pub(crate) fn only_here(&self, command: &str) -> anyhow::Result<()> {
        match self.target {
            Target::Embedded => Ok(()),
            Target::Aws => bail!("`mesh {command}` runs the mesh in this process; on AWS the deployment runs it"),
        }
    }

    /// Says why a command could not be carried out. A reader who went away is no reason.
    fn report(&self, error: &anyhow::Error) -> Exit {
        let gone = |cause: &(dyn std::error::Error + 'static)| {
            cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        };
        if error.chain().any(gone) {
            return Exit::Ok;
        }
        self.out.complain(format_args!("{} {error:#}", style::bad("error:")));
        if error.is::<Absent>() { Exit::Failure } else { Exit::Usage }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// An app called `mesh` on the usual folder.
    pub(crate) fn app() -> App {
        let out = Output { json: false, quiet: false };
        let (target, prefix) = (Target::Embedded, None);
        App { home: HOME.into(), target, prefix, out, program: "mesh".into(), environment: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(home: Option<&str>) -> Common {
        Common { home: home.map(PathBuf::from), json: false, quiet: false, target: Target::Embedded, prefix: None }
    }

    #[test]
    fn the_flag_goes_before_the_environment_and_that_before_the_default() {
        let set = |home: &str| BTreeMap::from([(env::MESH_HOME.to_owned(), home.to_owned())]);
        assert_eq!(App::new(&common(Some("a")), set("b")).home, PathBuf::from("a"));
        assert_eq!(App::new(&common(None), set("b")).home, PathBuf::from("b"));
        assert_eq!(App::new(&common(None), set(" ")).home, PathBuf::from(".mesh"));
    }

    #[test]
    fn a_printed_command_names_a_home_that_is_not_the_usual() {
        let mut app = testing::app();
        assert_eq!(app.command(&["list"]), "mesh list");
        app.home = "my mesh".into();
        app.program = "target/debug/mesh".into();
        assert_eq!(app.command(&["show", "1"]), "target/debug/mesh show 1 --home 'my mesh'");
        (app.target, app.prefix) = (Target::Aws, Some("va-dev".into()));
        assert_eq!(app.command(&["list"]), "target/debug/mesh list --target aws --prefix va-dev");
    }

    #[test]
    fn the_model_asked_for_replaces_that_of_the_environment() {
        let settings = testing::app().settings(Some("gpt")).expect_err("no provider").to_string();
        assert!(settings.contains("MESH_TEXT_MODEL"), "{settings}");
    }

    #[test]
    fn the_model_of_this_shell_is_not_that_of_a_deployment() {
        let mut app = testing::app();
        app.environment.insert(env::OPENAI_API_KEY.into(), "k".into());
        assert!(app.settings(None).is_err(), "a key and no model");
        app.target = Target::Aws;
        assert!(app.settings(None).is_ok());
        app.environment.insert("MESH_ATTEMPT".into(), "3".into());
        assert!(app.settings(None).is_err(), "no such setting");
    }
}
