//! The bench: what is told to the agent, and what it stores.

use std::{fmt, sync::Arc, time::Duration};

use mesh_contracts::Pointer;
use mesh_core::{
    Agent, ConfigError, Fate, Policy, Ports, Runner, Settings, ids,
    message::Message,
    ports::{
        Blobs, BlobsExt, Clock, DocKey, Document, Entropy, ImageModel, Models, Publisher, PutCondition, Queue,
        StateStore, TextModel, Write,
    },
    runner::Ended,
};
use mesh_embedded::{Store, host};
use mesh_testkit::{block_on, clock::ManualClock, entropy::SeededEntropy, model::ScriptedTextModel};
use serde_json::Value;
use uuid::Uuid;

use crate::message;

/// More bytes than a test stores in one place.
const MOST_BYTES: u64 = 20_000_000;

/// What an agent is set up with: the usual settings, and models that have no answers, unless said otherwise.
#[derive(Debug)]
pub struct Setup {
    /// Its settings.
    pub settings: Settings,
    /// Attempts and waits of its runner.
    pub policy: Policy,
    /// The text model it asks.
    pub text: ScriptedTextModel,
    /// The image model it asks, if any.
    pub image: Option<Arc<dyn ImageModel>>,
}

impl Default for Setup {
    fn default() -> Self {
        let (settings, policy) = (Settings::default(), Policy::default());
        Self { settings, policy, text: ScriptedTextModel::new(), image: None }
    }
}

/// An agent, its queue and its store.
pub struct AgentBench {
    /// The time, which stands still until it is moved.
    pub clock: Arc<ManualClock>,
    /// The store in memory.
    pub store: Store,
    /// What the agent works with.
    pub ports: Ports,
    /// The agent behind its runner.
    pub runner: Runner,
    /// The text model it asks.
    pub model: Arc<ScriptedTextModel>,
    name: String,
}

impl AgentBench {
    /// The agent that `make` builds, with the usual settings; it asks nobody.
    pub fn new(make: impl FnOnce(&Settings) -> Result<Arc<dyn Agent>, ConfigError>) -> Self {
        Self::with(make, Setup::default())
    }

    /// The same, and this is the model it asks.
    pub fn asking(
        make: impl FnOnce(&Settings) -> Result<Arc<dyn Agent>, ConfigError>,
        text: ScriptedTextModel,
    ) -> Self {
        Self::with(make, Setup { text, ..Setup::default() })
    }

    /// The same, set up otherwise.
    pub fn with(make: impl FnOnce(&Settings) -> Result<Arc<dyn Agent>, ConfigError>, setup: Setup) -> Self {
        Self::over(make, setup, |ports| ports)
    }

    /// The same over ports that `change` makes of the usual ones, such as some that fail.
    pub fn over(
        make: impl FnOnce(&Settings) -> Result<Arc<dyn Agent>, ConfigError>,
        setup: Setup,
        change: impl FnOnce(Ports) -> Ports,
    ) -> Self {
        let Setup { settings, policy, text, image } = setup;
        let model = Arc::new(text);
        let models = Models::none().with_text(Arc::clone(&model) as Arc<dyn TextModel>);
        let models = image.into_iter().fold(models, Models::with_image);
        let clock = Arc::new(ManualClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let time = || Arc::clone(&clock) as Arc<dyn Clock>;
        let store = Store::in_memory(time(), Arc::clone(&entropy)).expect("a store");
        let agent = make(&settings).expect("an agent");
        block_on(host::declare(&store, &[Arc::clone(&agent)])).expect("queues");
        let ports = change(host::ports(&store, time(), entropy, models, &settings));
        let (name, dlq) = (agent.manifest().name.clone(), Arc::new(store.queue(&agent.manifest().dlq())));
        let runner = Runner::new(agent, ports.clone(), dlq, policy);
        Self { clock, store, ports, runner, model, name }
    }

    /// The name of the agent, which is that of its queue.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Publishes an event in the middle of a run, and has it handled. The same data make the same event.
    pub fn tell(&self, event_type: &str, data: &Value) -> Vec<Fate> {
        let (id, run) = (ids::of_request("", &data.to_string()), ids::of_request("", "the run"));
        self.publish(event_type, id, run, data);
        self.round()
    }

    /// Publishes an event of a run; [`round`](Self::round) has it handled.
    pub fn publish(&self, event_type: &str, id: Uuid, run: Uuid, data: &Value) {
        self.send(message(event_type, id, run, self.clock.now(), data));
    }

    /// Publishes a message.
    pub fn send(&self, message: Message) {
        assert_eq!(block_on(self.store.topics().publish(&[message])).expect("published"), []);
    }

    /// Processes what is visible in the queue, once; answers the fates.
    pub fn round(&self) -> Vec<Fate> {
        let queue = self.store.queue(&self.name);
        let mut fates = Vec::new();
        for delivery in block_on(queue.receive(10, Duration::ZERO, None)).expect("deliveries") {
            let fate = block_on(self.runner.process(&delivery, None));
            match &fate {
                Fate::Ack(_) => {
                    block_on(queue.ack(&[delivery.receipt])).expect("acked");
                }
                Fate::Retry { after, .. } => block_on(queue.nack(&delivery.receipt, *after)).expect("hidden"),
            }
            fates.push(fate);
        }
        fates
    }

    /// Sends what is due.
    pub fn sweep(&self) {
        block_on(self.runner.sweep()).expect("a sweep");
    }

    /// Whether nothing is left to do, now and in an hour, but to pass over what the agent said itself.
    pub fn rests(&self) -> bool {
        let now = self.round();
        self.clock.advance(Duration::from_secs(3600));
        now.iter().chain(&self.round()).all(|fate| matches!(fate, Fate::Ack(Ended::Ignored)))
    }

    /// Messages in the agent's dead-letter queue.
    #[must_use]
    pub fn dead_letters(&self) -> u64 {
        block_on(self.store.queue(&format!("{}-dlq", self.name)).depth()).expect("a depth").total()
    }

    /// Stores a text, whatever was there; answers the pointer that events carry.
    pub fn put(&self, key: &str, text: &str) -> Pointer {
        let (blobs, body) = (self.store.blobs(), text.to_owned().into());
        let stored = blobs.put_bytes(key, body, "text/markdown; charset=utf-8", PutCondition::Any);
        block_on(stored).expect("stored");
        let meta = block_on(blobs.head(key)).expect("a head").expect("there");
        blobs.pointer(&meta)
    }

    /// A blob as it is now.
    #[must_use]
    pub fn bytes(&self, key: &str) -> Option<Vec<u8>> {
        let found = block_on(self.store.blobs().get_bytes(key, MOST_BYTES)).expect("a read");
        found.map(|(_, bytes)| bytes.to_vec())
    }

    /// A blob that is a text.
    #[must_use]
    pub fn blob(&self, key: &str) -> Option<String> {
        self.bytes(key).map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
    }

    /// The keys of blobs that begin so, at most 100.
    #[must_use]
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        let list = block_on(self.store.blobs().list(prefix, None, 100)).expect("a list");
        list.into_iter().map(|meta| meta.key).collect()
    }

    /// A document as it is now.
    #[must_use]
    pub fn document(&self, kind: &str, id: &str) -> Option<Document> {
        block_on(self.store.state().get(&DocKey::new(kind, id))).expect("a read")
    }

    /// Stores a new document as its own writer would.
    pub fn set(&self, kind: &str, id: &str, body: &Value) {
        let write = Write::create(kind, id, body).expect("a document");
        assert!(block_on(self.store.state().put(&write)).expect("stored"), "{kind} {id} is new");
    }
}

impl fmt::Debug for AgentBench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentBench").field("name", &self.name).finish_non_exhaustive()
    }
}
