//! Steady load through one warm function and one worker, and whether their memory stays where it is.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures_util::future::{Either, select};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::{
    events::{self, PREFIX},
    figures::slope,
    mapping::{Mapped, map},
    process::{Process, Program},
    setup::Setup,
    stub::{Aws, Queue},
};

/// The agent that is put under load: it stores, asks its (offline) model, commits and publishes.
const AGENT: &str = "content-gen";
/// Words of each article.
const WORDS: u64 = 300;
/// What may come out of the measured time, in KiB. A store of handled events would grow by far more.
const BOUND_KIB: f64 = 1024.0;
/// The share of the time that is not measured: allocators and caches fill up.
const WARM_UP: f64 = 0.25;
/// How long the last messages may take.
const DRAIN: Duration = Duration::from_secs(30);

/// How long and how much.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// All of it, warm-up included.
    pub time: Duration,
    /// Messages a second for each process.
    pub a_second: u64,
}

/// What became of one process.
#[derive(Debug)]
pub struct Outcome {
    /// `function` or `worker`.
    pub name: &'static str,
    /// Messages sent.
    pub sent: u64,
    /// Messages handled.
    pub done: u64,
    /// Messages reported as failed; a worker hides them without a word.
    pub failed: u64,
    /// Minutes since the start, KiB.
    pub resident: Vec<(f64, f64)>,
    /// Minutes that were measured.
    pub minutes: f64,
}

impl Outcome {
    fn measured(&self) -> &[(f64, f64)] {
        let from = self.resident.partition_point(|(minute, _)| *minute < self.minutes * WARM_UP);
        &self.resident[from..]
    }

    /// KiB a minute, by least squares.
    #[must_use]
    pub fn slope(&self) -> f64 {
        slope(self.measured())
    }

    /// What the slope makes of the measured time, in KiB.
    #[must_use]
    pub fn growth(&self) -> f64 {
        self.slope() * self.minutes * (1.0 - WARM_UP)
    }

    /// Everything handled, nothing failed, and memory flat.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.sent > 0 && self.done == self.sent && self.failed == 0 && self.growth() <= BOUND_KIB
    }

    /// One line for people.
    #[must_use]
    pub fn described(&self) -> String {
        let memory = |at: Option<&(f64, f64)>| at.map_or(0.0, |(_, kib)| kib / 1024.0);
        let Self { name, sent, done, failed, .. } = self;
        format!(
            "{name}: {done} of {sent} messages handled, {failed} failed; resident {:.1} MiB after the warm-up, \
             {:.1} MiB at the end; slope {:+.2} KiB/min, that is {:+.0} KiB over the measured {:.1} min (bound \
             {BOUND_KIB:.0} KiB): {}",
            memory(self.measured().first()),
            memory(self.resident.last()),
            self.slope(),
            self.growth(),
            self.minutes * (1.0 - WARM_UP),
            if self.holds() { "ok" } else { "FAILED" },
        )
    }
}

/// Runs both at once and answers what became of them. `samples`: a file for all samples of memory.
pub async fn run(setup: &Setup, load: Load, samples: &Path) -> Vec<Outcome> {
    let (function, worker) = tokio::join!(function(setup, load), worker(setup, load));
    let outcomes = vec![function, worker];
    let mut lines = String::from("process,minute,resident_kib\n");
    for outcome in &outcomes {
        for (minute, kib) in &outcome.resident {
            lines.push_str(&format!("{},{minute:.3},{kib}\n", outcome.name));
        }
    }
    std::fs::write(samples, lines).unwrap();
    outcomes
}

async fn function(setup: &Setup, load: Load) -> Outcome {
    let (aws, address) = Aws::start().await;
    let queue = aws.queue(&format!("{PREFIX}-{AGENT}"));
    let program = Program::new(&[&setup.bootstrap(AGENT)], AGENT, AGENT, address).with(&settings());
    let function = setup.start(program, AGENT, Path::new("/dev/null")).await;
    let mapped = Mapped::default();
    let visibility = setup.manifest(AGENT).visibility();
    let mapping = map(AGENT, Arc::clone(&queue), &function.runtime, 1, visibility, &mapped);
    let resident = feed(&queue, &function.process, load);
    let (sent, resident) = match select(Box::pin(mapping), Box::pin(resident)).await {
        Either::Right((fed, _)) => fed,
        Either::Left(_) => unreachable!("a mapping does not end"),
    };
    let failed = mapped.failed.load(Ordering::SeqCst);
    Outcome { name: "function", sent, done: queue.deleted(), failed, resident, minutes: minutes(load.time) }
}

async fn worker(setup: &Setup, load: Load) -> Outcome {
    let (aws, address) = Aws::start().await;
    let queue = aws.queue(&format!("{PREFIX}-{AGENT}"));
    let program = Program::new(&[&setup.bootstrap(AGENT)], AGENT, AGENT, address).with(&settings());
    let process = program.start();
    let (sent, resident) = feed(&queue, &process, load).await;
    let failed =
        aws.calls.all().iter().filter(|(call, _)| call.name.starts_with("ChangeMessage")).map(|(_, n)| n).sum();
    Outcome { name: "worker", sent, done: queue.deleted(), failed, resident, minutes: minutes(load.time) }
}

fn settings() -> [(&'static str, &'static str); 1] {
    [("MESH_TEXT_MODEL", "offline")]
}

/// Sends at an even pace and samples memory every second; then waits until the queue is empty.
async fn feed(queue: &Queue, process: &Process, load: Load) -> (u64, Vec<(f64, f64)>) {
    let start = Instant::now();
    let mut pace =
        interval(Duration::from_secs(1).div_f64(f64::from(u32::try_from(load.a_second).unwrap_or(u32::MAX))));
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut sent, mut samples) = (0, Vec::new());
    while start.elapsed() < load.time {
        pace.tick().await;
        queue.send(events::content_request(sent, WORDS), BTreeMap::new());
        sent += 1;
        if sent % load.a_second == 0 {
            samples.push((minutes(start.elapsed()), process.resident_kib()));
        }
    }
    let drained = Instant::now() + DRAIN;
    while !queue.is_empty() && Instant::now() < drained {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (sent, samples)
}

fn minutes(time: Duration) -> f64 {
    time.as_secs_f64() / 60.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(kib_a_minute: f64) -> Outcome {
        let resident = (0..=1800).map(|second| f64::from(second) / 60.0).map(|m| (m, 20_000.0 + m * kib_a_minute));
        Outcome { name: "function", sent: 1, done: 1, failed: 0, resident: resident.collect(), minutes: 30.0 }
    }

    #[test]
    fn a_leak_is_noticed_and_so_is_a_message_that_was_not_handled() {
        assert!(outcome(40.0).holds() && (outcome(40.0).slope() - 40.0).abs() < 0.01);
        assert!(!outcome(50.0).holds(), "50 KiB/min over 22.5 min are more than 1 MiB");
        assert!(!Outcome { done: 0, ..outcome(0.0) }.holds());
        assert!(!Outcome { failed: 1, ..outcome(0.0) }.holds());
    }
}
