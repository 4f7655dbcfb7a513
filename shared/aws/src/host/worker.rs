//! The worker: polls the agent's queue until it is told to stop.

use std::{io, time::Duration};

use mesh_system::{Worker, work};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use super::parts::Parts;
use crate::observe::Metrics;

/// How long one receive waits for a first message. A stop is noticed after that at the latest.
const WAIT: Duration = Duration::from_secs(10);
/// How often left-over and due messages are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(30);
/// How often metrics are written. A collector keeps a hundred latencies in between.
const METRICS_EVERY: Duration = Duration::from_secs(1);
/// What settling takes after the last handler.
const SETTLING: Duration = Duration::from_secs(10);

/// Works until SIGTERM or SIGINT, then finishes what it has in hand. A second signal ends it at once.
pub(super) async fn run(parts: Parts, metrics: Metrics) -> io::Result<()> {
    let mut signals = Signals::new()?;
    let manifest = parts.runner.agent().manifest();
    let (concurrency, drain) = (manifest.concurrency, manifest.timeout() + WAIT + SETTLING);
    let worker = Worker { runner: parts.runner.clone(), queue: parts.queue.clone(), concurrency, wait: WAIT };
    let (stop, stopped) = watch::channel(false);
    let working = work(worker, stopped);
    tokio::pin!(working);
    tokio::select! {
        () = &mut working => {}
        () = upkeep(&parts, metrics) => {}
        () = signals.next() => {}
    }
    tracing::info!(event = "Stopping", "What is in hand is finished first.");
    // The receiver lives as long as `working`.
    let _ = stop.send(true);
    tokio::select! {
        () = &mut working => tracing::info!(event = "Stopped"),
        () = signals.next() => tracing::warn!(event = "Stopped", "A second signal; what is in hand comes again."),
        () = tokio::time::sleep(drain) => tracing::warn!(event = "Stopped", "Not done in time; it comes again."),
    }
    metrics.flush();
    Ok(())
}

/// Fetches the key, then sweeps and writes metrics. Never ends.
async fn upkeep(parts: &Parts, metrics: Metrics) {
    let sweeps = async {
        let mut every = tokio::time::interval(SWEEP_EVERY);
        loop {
            every.tick().await;
            if let Err(error) = parts.runner.sweep().await {
                tracing::warn!(%error, "A sweep failed; the next goes on.");
            }
        }
    };
    let writes = async {
        let mut every = tokio::time::interval(METRICS_EVERY);
        loop {
            every.tick().await;
            metrics.flush();
        }
    };
    let warm = async {
        if let Some(key) = &parts.key {
            key.warm().await;
        }
    };
    tokio::join!(warm, sweeps, writes);
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
