//! A mesh on disk with its real host.

use std::{path::Path, sync::Arc, time::Duration};

use mesh_core::{
    Agent, Policy, Settings, Timestamp,
    envelope::{Outgoing, encode},
    message::Message,
    ports::{Clock, Entropy, Models, Publisher, Queue, StateStore},
};
use mesh_embedded::{
    JournalEntry, Options, Store, SystemClock, SystemEntropy,
    host::{self, Host},
};
use mesh_models::{OfflineImageModel, OfflineTextModel};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use crate::sample::cpu_seconds;

/// Threads that run agents; the store has two more of its own.
const WORKERS: usize = 2;
/// How often progress is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Journal entries read at a time.
const PAGE: usize = 1000;

/// A store in a directory of its own, and who works on it.
///
/// The directory stays: ext4 avoids inodes that were freed lately, so cleaning up after one scenario would slow the next.
#[derive(Debug)]
pub struct Mesh {
    /// The store.
    pub store: Store,
    /// The time, as the store has it.
    pub clock: Arc<dyn Clock>,
    host: Host,
}

/// The runtime of every scenario.
#[must_use]
pub fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build().unwrap()
}

/// A fresh event id.
#[must_use]
pub fn fresh_id() -> Uuid {
    Uuid::from_u128(SystemEntropy.bits())
}

impl Mesh {
    /// A new mesh below `root`.
    pub async fn new(root: &Path, agents: Vec<Arc<dyn Agent>>) -> Self {
        let directory = tempfile::tempdir_in(root).unwrap().keep();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let mut options = Options::default();
        options.browsable = ["site/", "sites/", "published/", "drafts/"].map(str::to_owned).to_vec();
        let store = Store::open(&directory, Arc::clone(&clock), Arc::clone(&entropy), options).unwrap();
        let models =
            Models::none().with_text(Arc::new(OfflineTextModel::new())).with_image(Arc::new(OfflineImageModel::new()));
        let ports = host::ports(&store, Arc::clone(&clock), entropy, models, &Settings::default());
        let host = Host::new(store.clone(), &ports, agents, Policy::default()).await.unwrap();
        Self { store, clock, host }
    }

    /// Publishes one event of each payload, as somebody outside would; the answers are their ids.
    pub async fn publish(&self, event_type: &str, payloads: &[Value]) -> Vec<Uuid> {
        let spec = mesh_contracts::find_type(event_type).unwrap();
        let mut ids = Vec::with_capacity(payloads.len());
        for batch in payloads.chunks(100) {
            let message = |data| -> Message {
                let (id, time) = (fresh_id(), self.clock.now());
                ids.push(id);
                let (subject, parent, origin) = (None, None, None);
                encode(&Outgoing {
                    spec,
                    id,
                    emitter: "bench",
                    subject,
                    time,
                    correlation_id: id,
                    parent,
                    origin,
                    data,
                })
            };
            let messages: Vec<Message> = batch.iter().map(message).collect();
            assert_eq!(self.store.topics().publish(&messages).await.unwrap(), []);
        }
        ids
    }

    /// Runs the host until `work` is done; answers when it began, the seconds of processor time it took, and what `work`
    /// says.
    pub async fn run<T>(&self, work: impl Future<Output = T>) -> (Timestamp, f64, T) {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (began, cpu) = (self.clock.now(), cpu_seconds());
        let drive = async {
            let answer = (work.await, cpu_seconds() - cpu);
            stop.send(()).unwrap();
            answer
        };
        let shutdown = async { stopped.await.unwrap() };
        let (ran, (answer, cpu)) = tokio::join!(self.host.run(shutdown, Duration::from_secs(10)), drive);
        ran.unwrap();
        (began, cpu, answer)
    }

    /// Waits for `count` events on a channel, and returns all there are.
    pub async fn await_events(&self, channel: &str, count: usize) -> Vec<JournalEntry> {
        let mut all: Vec<JournalEntry> = Vec::with_capacity(count);
        loop {
            let after = all.last().map_or(0, |entry| entry.seq);
            let more = self.store.journal().since(after, Some(channel), PAGE).await.unwrap();
            let (none, full) = (more.is_empty(), more.len() == PAGE);
            all.extend(more);
            if all.len() >= count && !full {
                return all;
            }
            assert!(!none || !self.is_stuck().await, "{} of {count} events on {channel}, and nothing to do", all.len());
            if !full {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }

    /// Waits until so many events were published in all.
    pub async fn await_journal(&self, count: usize) {
        let count = u64::try_from(count).unwrap();
        while self.store.journal().last_seq().await.unwrap() < count {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until every queue is empty.
    pub async fn await_quiet(&self) {
        while self.waiting(false).await > 0 {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Fails unless every dead-letter queue and outbox is empty.
    pub async fn assert_clean(&self) {
        assert_eq!(self.waiting(true).await, 0, "messages in dead-letter queues");
        for hosted in self.host.agents() {
            let name = &hosted.runner.agent().manifest().name;
            let due = self.store.state().due(name, Duration::ZERO, 1).await.unwrap();
            assert_eq!(due, [], "the outbox of {name}");
        }
    }

    /// Nothing in the queues, twice: not even between an ack and the receive of its answer.
    async fn is_stuck(&self) -> bool {
        if self.waiting(false).await > 0 {
            return false;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.waiting(false).await == 0
    }

    async fn waiting(&self, dead: bool) -> u64 {
        let mut waiting = 0;
        for hosted in self.host.agents() {
            let manifest = hosted.runner.agent().manifest();
            let name = if dead { manifest.dlq() } else { manifest.name.clone() };
            waiting += self.store.queue(&name).depth().await.unwrap().total();
        }
        waiting
    }
}
