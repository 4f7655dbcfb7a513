//! `make bench-lambda`: what an agent costs as a Lambda function, beside the same handler with Powertools for Python.
//! benches/README.md says what is measured, and how.
#![allow(clippy::print_stdout, reason = "a measurement, not the product")]

use std::path::PathBuf;

use clap::Parser;
use mesh_bench_lambda::{
    article::{AGENTS, Article},
    comparison::{Comparison, Extent},
    figures::table,
    setup::Setup,
};

/// Measures the Lambda functions against stubs of AWS.
#[derive(Debug, Parser)]
struct Args {
    /// Rounds of everything.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Records of each function and batch size in a round.
    #[arg(long, default_value_t = 3000)]
    records: u64,
    /// Further starts of each function in a round.
    #[arg(long, default_value_t = 10)]
    starts: usize,
    /// Articles whose calls are counted.
    #[arg(long, default_value_t = 10)]
    articles: u64,
    /// A folder of programs named like their agents, instead of those in target/package.
    #[arg(long)]
    bootstraps: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let args = Args::parse();
    let setup = Setup::new(args.bootstraps);
    let article = Article::measure(&setup, args.articles).await;
    println!("{}\n{}", article.table(), article.beside());
    let extent = Extent { rounds: args.rounds, records: args.records, starts: args.starts };
    let comparison = Comparison::measure(&setup, extent).await;
    println!("{}\n", comparison.described());
    println!("{}\n{}\n{}", comparison.figures(), comparison.starts(), comparison.ratios());
    let zips = zips(&setup);
    let rows: Vec<Vec<String>> = zips.iter().map(|(agent, bytes)| vec![agent.clone(), bytes.to_string()]).collect();
    println!("{}\n{}", table(&["zip", "bytes"], &rows), comparison.aims(article.total(), &zips));
}

/// Sizes of the zips that are there.
fn zips(setup: &Setup) -> Vec<(String, u64)> {
    let size = |agent: &str| Some((agent.to_owned(), setup.zip(agent).metadata().ok()?.len()));
    AGENTS.into_iter().chain(["echo"]).filter_map(size).collect()
}
