//! `simulator`: whole meshes in simulated time, one a seed, that must keep every invariant whatever goes wrong.
//! Data on stdout, talk on stderr; 1 when an invariant was broken, 2 when it could not be asked.

mod many;
mod one;

use std::process::ExitCode;

use anstream::eprintln;
use clap::{ArgGroup, Parser};
use mesh_tests::Mutation;

/// Simulates whole meshes; the same seed gives the same history.
#[derive(Debug, Parser)]
#[command(version, group = ArgGroup::new("what").required(true))]
struct Args {
    /// Prints the history of one seed.
    #[arg(long, group = "what")]
    seed: Option<u64>,
    /// Simulates the seeds FROM up to but without TO.
    #[arg(long, group = "what", value_name = "FROM..TO", value_parser = range)]
    seeds: Option<(u64, u64)>,
    /// Breaks a rule of the mesh on purpose, such as `no-lease-token`.
    #[arg(long)]
    mutation: Option<Mutation>,
    /// Stops after so many failures.
    #[arg(long, default_value_t = 10)]
    failures: usize,
    /// Data as JSON.
    #[arg(long)]
    json: bool,
}

fn range(text: &str) -> Result<(u64, u64), String> {
    let (from, to) = text.split_once("..").ok_or("such as 0..1000")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text:?}: {error}"));
    let (from, to) = (number(from)?, number(to)?);
    if from < to { Ok((from, to)) } else { Err("there is no seed in it".to_owned()) }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let kept = match (args.seed, args.seeds) {
        (Some(seed), _) => one::run(seed, args.mutation, args.json),
        (None, Some(seeds)) => many::run(seeds, args.mutation, args.failures, args.json),
        (None, None) => return ExitCode::from(2),
    };
    match kept {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

/// The command that shows a seed again.
fn replay(seed: u64, mutation: Option<Mutation>) -> String {
    let mutation = mutation.map(|mutation| format!(" --mutation {mutation}")).unwrap_or_default();
    format!("cargo run --release -p simulator -- --seed {seed}{mutation}")
}
