//! A range of seeds on all cores.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget};
use mesh_tests::{
    Mutation,
    simulation::{self, Report},
};
use serde_json::json;

use crate::replay;

/// What many seeds showed together.
#[derive(Debug, Default)]
struct Sum {
    seeds: u64,
    lines: u64,
    simulated: Duration,
    faults: BTreeMap<&'static str, u64>,
    ends: BTreeMap<String, u64>,
    /// By seed.
    failures: BTreeMap<u64, Vec<String>>,
}

impl Sum {
    fn add(&mut self, report: Report) {
        self.seeds += 1;
        self.lines += report.history.len() as u64;
        self.simulated += report.simulated;
        for (kind, count) in report.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        for (end, count) in report.ends {
            *self.ends.entry(end).or_default() += count;
        }
        if !report.findings.is_empty() {
            self.failures.insert(report.seed, report.findings);
        }
    }
}

/// Runs them and prints what they showed; false when an invariant was broken.
pub(crate) fn run(
    (from, to): (u64, u64),
    mutation: Option<Mutation>,
    most_failures: usize,
    as_json: bool,
) -> anyhow::Result<bool> {
    let shown = io::stderr().is_terminal();
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(to - from), target);
    let (next, sum) = (AtomicU64::new(from), Mutex::new(Sum::default()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= to {
                return;
            }
            let report = simulation::run(seed, mutation);
            let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
            sum.add(report);
            if sum.failures.len() >= most_failures {
                next.store(to, Ordering::Relaxed);
            }
            drop(sum);
            bar.inc(1);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let took = bar.elapsed();
    bar.finish_and_clear();
    let sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    print(&sum, took, mutation, as_json)?;
    Ok(sum.failures.is_empty())
}

fn print(sum: &Sum, took: Duration, mutation: Option<Mutation>, as_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if as_json {
        let failures: Vec<_> = sum
            .failures
            .iter()
            .map(|(seed, findings)| json!({"seed": seed, "findings": findings, "replay": replay(*seed, mutation)}))
            .collect();
        let value = json!({
            "seeds": sum.seeds, "mutation": mutation.map(Mutation::name), "failures": failures, "faults": sum.faults,
            "ends": sum.ends, "lines": sum.lines, "simulated_s": sum.simulated.as_secs(), "took_ms": took.as_millis(),
        });
        writeln!(out, "{value}")?;
        return Ok(());
    }
    for (seed, findings) in &sum.failures {
        writeln!(out, "seed {seed}: {}\n  {}", findings.join("\n  "), replay(*seed, mutation))?;
    }
    let days = sum.simulated.as_secs() / 86_400;
    writeln!(out, "{} seeds, {} with a broken invariant", sum.seeds, sum.failures.len())?;
    writeln!(out, "{:.1} s, {days} days simulated, {} lines of history", took.as_secs_f64(), sum.lines)?;
    writeln!(out, "went wrong on purpose:")?;
    for (kind, count) in &sum.faults {
        writeln!(out, "{count:>10}  {kind}")?;
    }
    writeln!(out, "ends of runs:")?;
    for (end, count) in &sum.ends {
        writeln!(out, "{count:>10}  {end}")?;
    }
    Ok(())
}
