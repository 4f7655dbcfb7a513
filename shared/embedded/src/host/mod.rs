//! The embedded host: every agent in one process over one store.

mod topology;

use std::{sync::Arc, time::Duration};

use mesh_core::{
    Agent, Policy, Ports, Runner, Settings,
    ports::{Clock, Entropy, Models, PortError},
};
use tokio::{sync::watch, task::JoinSet};

use mesh_system::{Worker, work};

use crate::Store;

pub use topology::declare;

/// How often due and left-over messages are looked for.
const SWEEP_EVERY: Duration = Duration::from_millis(200);
/// How long one receive waits for a first message. Short, so that a stop is noticed.
const WAIT: Duration = Duration::from_millis(500);
/// How often dead processes are looked for.
const RECLAIM_EVERY: Duration = Duration::from_secs(1);
/// How often expired things are removed.
const PURGE_EVERY: Duration = Duration::from_secs(60);

/// All agents of a store.
#[derive(Debug)]
pub struct Host {
    store: Store,
    clock: Arc<dyn Clock>,
    agents: Vec<Worker>,
}

/// The ports of a store.
#[must_use]
pub fn ports(
    store: &Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    models: Models,
    settings: &Settings,
) -> Ports {
    Ports {
        state: Arc::new(store.state()),
        blobs: Arc::new(store.blobs()),
        publisher: Arc::new(store.topics()),
        models,
        clock,
        entropy,
        model_timeout: settings.model_timeout,
    }
}

impl Host {
    /// Declares topics and queues of the agents, and makes them ready to run.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn new(
        store: Store,
        ports: &Ports,
        agents: Vec<Arc<dyn Agent>>,
        policy: Policy,
    ) -> Result<Self, PortError> {
        declare(&store, &agents).await?;
        let hosted = agents.into_iter().map(|agent| {
            let manifest = agent.manifest();
            let (name, dlq, concurrency) = (manifest.name.clone(), manifest.dlq(), manifest.concurrency);
            let runner = Runner::new(agent, ports.clone(), Arc::new(store.queue(&dlq)), policy);
            Worker { runner: Arc::new(runner), queue: Arc::new(store.queue(&name)), concurrency, wait: WAIT }
        });
        let agents = hosted.collect();
        Ok(Self { store, clock: Arc::clone(&ports.clock), agents })
    }

    /// The agents.
    #[must_use]
    pub fn agents(&self) -> &[Worker] {
        &self.agents
    }

    /// Runs until `shutdown` ends, then lets handlers finish for up to `drain` and gives back what they did not.
    ///
    /// # Errors
    /// [`PortError`] when what is left cannot be given back.
    pub async fn run(&self, shutdown: impl Future<Output = ()>, drain: Duration) -> Result<(), PortError> {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for worker in &self.agents {
            tasks.spawn(work(worker.clone(), stopped.clone()));
        }
        let upkeep = self.upkeep();
        tokio::select! {
            () = shutdown => {}
            () = upkeep => {}
        }
        // The receivers hold on to `stopped` until they are done.
        let _ = stop.send(true);
        let finish = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(drain, finish).await.is_err() {
            tasks.abort_all();
            while tasks.join_next().await.is_some() {}
        }
        self.store.relinquish().await
    }

    /// Sweeping, taking over from the dead, removing what expired. Never ends.
    async fn upkeep(&self) {
        let mut reclaimed = self.clock.now();
        let mut purged = self.clock.now();
        loop {
            let now = self.clock.now();
            self.sweep().await;
            if reclaimed.until(now) >= RECLAIM_EVERY {
                reclaimed = now;
                warn("reclaim", self.store.reclaim().await.map(drop));
            }
            if purged.until(now) >= PURGE_EVERY {
                purged = now;
                warn("purge", self.store.purge().await.map(drop));
            }
            self.clock.sleep_until(now.plus(SWEEP_EVERY)).await;
        }
    }

    async fn sweep(&self) {
        for worker in &self.agents {
            warn("sweep", worker.runner.sweep().await.map(drop));
        }
    }
}

fn warn(what: &str, result: Result<(), PortError>) {
    if let Err(error) = result {
        tracing::warn!(what, %error, "Upkeep failed; it is tried again.");
    }
}
