//! `make soak`: half an hour of steady load, whose memory must stay flat; and a provider's limit that must be kept.
//! benches/README.md says what is measured, and how.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a measurement, not the product")]

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, ValueEnum};
use mesh_bench_lambda::{
    limit,
    setup::Setup,
    steady::{self, Load},
};

/// Soaks one function and one worker; ends with 1 when something failed or grew.
#[derive(Debug, Parser)]
struct Args {
    /// Minutes of steady load, a quarter of which is warm-up.
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    /// Messages a second, for each of the two processes.
    #[arg(long, default_value_t = 20)]
    rate: u64,
    /// Only one of the two.
    #[arg(long)]
    only: Option<Part>,
    /// A folder of programs named like their agents, instead of those in target/package.
    #[arg(long)]
    bootstraps: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Steady,
    Limit,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    let setup = Setup::new(args.bootstraps);
    let wanted = |part| args.only.is_none_or(|only| only == part);
    let mut holds = true;
    if wanted(Part::Limit) {
        eprintln!("120 requests to a provider that takes 60 a minute; this takes more than a minute");
        let outcome = limit::run(&setup).await;
        println!("{}", outcome.described());
        holds &= outcome.holds();
    }
    if wanted(Part::Steady) {
        eprintln!("{} minutes of {} messages a second for each process", args.minutes, args.rate);
        let load = Load { time: Duration::from_secs_f64(args.minutes * 60.0), a_second: args.rate };
        let samples = setup.file("soak.csv");
        for outcome in steady::run(&setup, load, &samples).await {
            println!("{}", outcome.described());
            holds &= outcome.holds();
        }
        eprintln!("samples: {}", samples.display());
    }
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
