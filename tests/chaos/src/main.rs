//! Load and chaos: thousands of requests while the processes that handle them are killed, and then a look at everything
//! that was left behind. `docs/chaos.md` says what is done and what is checked.

mod audit;
mod bar;
mod calls;
mod drive;
mod fleet;
mod look;
mod plan;
mod report;
mod worker;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, ensure};
use clap::{Parser, Subcommand};

use crate::{drive::Disturbance, plan::Plan, report::Report, worker::WorkerArgs};

/// Sends requests through an embedded mesh of several processes, kills these all the time, and checks what is left.
/// Exit code 1: a violation was found.
#[derive(Debug, Parser)]
#[command(name = "mesh-chaos", args_conflicts_with_subcommands = true)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Requests to send
    #[arg(long, default_value_t = 20_000)]
    requests: usize,
    /// What chance follows from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One request in so many is refined and illustrated; 0: none
    #[arg(long, default_value_t = 20)]
    illustrated: usize,
    #[command(flatten)]
    how: Disturbance,
    /// Keep everything in this folder, which must not exist; else it is kept only after a violation
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One of the processes that are killed
    #[command(hide = true)]
    Worker(WorkerArgs),
    /// Checks a run that was kept once more
    Audit {
        /// Its folder
        folder: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            say(&format!("mesh-chaos: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run(args: Args) -> anyhow::Result<bool> {
    match &args.command {
        Some(Command::Worker(worker)) => worker::run(worker).map(|()| true),
        Some(Command::Audit { folder, json }) => {
            let report = Report::read(folder)?;
            let plan = Plan::read(folder)?;
            let (counted, mut violations) = runtime()?.block_on(audit::audit(folder, plan, &report.driven.killed))?;
            violations.extend(report.driven.unexplained());
            show(&Report { counted, violations, ..report }, *json)
        }
        None => chaos(&args),
    }
}

fn chaos(args: &Args) -> anyhow::Result<bool> {
    let most = plan::MOST_REQUESTS;
    ensure!((1..=most).contains(&args.requests), "--requests is {}; allowed is 1 to {most}", args.requests);
    ensure!(args.how.least_ms <= args.how.most_ms, "--least-ms is more than --most-ms");
    let plan = Plan { requests: args.requests, seed: args.seed, illustrated: args.illustrated };
    let place = Place::new(args.keep.as_deref())?;
    let directory = place.path();
    say(&format!("{} requests, seed {}, in {}", plan.requests, plan.seed, directory.display()));
    let runtime = runtime()?;
    let driven = runtime.block_on(drive::drive(directory, plan, args.how));
    let driven = match driven {
        Ok(driven) => driven,
        Err(error) => return Err(error.context(format!("kept: {}", place.keep().display()))),
    };
    let (counted, mut violations) = runtime.block_on(audit::audit(directory, plan, &driven.killed))?;
    violations.extend(driven.unexplained());
    let report = Report { plan, driven, counted, violations };
    report.write(directory)?;
    let clean = show(&report, args.json)?;
    if !clean || args.keep.is_some() {
        say(&format!("kept: {}", place.keep().display()));
    }
    Ok(clean)
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Prints the report; answers whether nothing is wrong.
fn show(report: &Report, json: bool) -> anyhow::Result<bool> {
    let text = if json { serde_json::to_string_pretty(report)? } else { report.to_string() };
    writeln!(std::io::stdout(), "{}", text.trim_end())?;
    Ok(report.violations.is_empty())
}

fn say(text: &str) {
    // Nobody may be listening.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Where a run is kept, or not.
#[derive(Debug)]
enum Place {
    Given(PathBuf),
    Passing(tempfile::TempDir),
}

impl Place {
    fn new(given: Option<&Path>) -> anyhow::Result<Self> {
        match given {
            None => Ok(Self::Passing(tempfile::Builder::new().prefix("mesh-chaos-").tempdir()?)),
            Some(path) => {
                std::fs::create_dir(path).with_context(|| format!("{} cannot be made", path.display()))?;
                Ok(Self::Given(path.to_owned()))
            }
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Given(path) => path,
            Self::Passing(directory) => directory.path(),
        }
    }

    fn keep(self) -> PathBuf {
        match self {
            Self::Given(path) => path,
            Self::Passing(directory) => directory.keep(),
        }
    }
}
