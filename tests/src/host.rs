//! A whole mesh with its real host: every agent at its own pace and in parallel, over a store on disk.

use std::{sync::Arc, time::Duration};

use mesh_core::{
    Agent, Policy, Ports, Settings,
    envelope::{Outgoing, encode},
    message::Message,
    ports::{BlobsExt, Clock, DocKey, Entropy, ImageModel, Models, Publisher, Queue, StateStore, TextModel},
};
use mesh_embedded::{
    JournalEntry, Options, Store, SystemClock, SystemEntropy,
    host::{self, Host},
};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

/// How often progress is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Only a hang takes this long.
const PATIENCE: Duration = Duration::from_secs(240);

/// A mesh on disk with its real host; the directory goes with it.
#[derive(Debug)]
pub struct Hosted {
    /// The store.
    pub store: Store,
    /// What agents and the HTTP interface work with.
    pub ports: Ports,
    /// The settings.
    pub settings: Settings,
    host: Host,
    _directory: TempDir,
}

impl Hosted {
    /// Runs `work` against a mesh of these agents and models, on two threads, until `work` is done.
    pub fn run<T>(
        agents: &[Build],
        text: Arc<dyn TextModel>,
        images: Arc<dyn ImageModel>,
        work: impl AsyncFnOnce(&Self) -> T,
    ) -> T {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let mesh = Self::new(agents, Models::none().with_text(text).with_image(images)).await;
            let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
            let drive = async {
                let answer = tokio::time::timeout(PATIENCE, work(&mesh)).await.expect("the mesh hangs");
                drop(stop);
                answer
            };
            let shutdown = async { drop(stopped.await) };
            let (ran, answer) = tokio::join!(mesh.host.run(shutdown, Duration::from_secs(10)), drive);
            ran.expect("a clean end");
            answer
        })
    }

    async fn new(agents: &[Build], models: Models) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let settings = Settings::default();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let mut options = Options::default();
        options.browsable = ["site/", "sites/", "published/", "drafts/"].map(str::to_owned).to_vec();
        let store = Store::open(directory.path(), Arc::clone(&clock), Arc::clone(&entropy), options).expect("a store");
        let agents: Vec<Arc<dyn Agent>> = agents.iter().map(|build| build(&settings).expect("an agent")).collect();
        let ports = host::ports(&store, clock, entropy, models, &settings);
        let host = Host::new(store.clone(), &ports, agents, Policy::default()).await.expect("a host");
        Self { store, ports, settings, host, _directory: directory }
    }

    /// Publishes these events at once, as somebody outside would.
    pub async fn publish(&self, event_type: &str, payloads: &[Value]) {
        let spec = mesh_contracts::find_type(event_type).expect("a known type");
        let message = |data: &Value| -> Message {
            assert_eq!(mesh_contracts::validate(spec.contract, data), Ok(()), "{data}");
            let id = Uuid::from_u128(SystemEntropy.bits());
            let (subject, parent, origin) = (None, None, None);
            let time = self.ports.clock.now();
            encode(&Outgoing { spec, id, emitter: "test", subject, time, correlation_id: id, parent, origin, data })
        };
        let messages: Vec<Message> = payloads.iter().map(message).collect();
        for batch in messages.chunks(100) {
            assert_eq!(self.store.topics().publish(batch).await.expect("published"), []);
        }
    }

    /// Waits until the site's last build lists so many articles and no queue holds a message.
    ///
    /// # Panics
    /// When that does not come, or a message ends in a dead-letter queue.
    pub async fn await_listed(&self, site: &str, articles: usize) {
        loop {
            assert_eq!(self.waiting(true).await, 0, "messages in dead-letter queues");
            let built = self.document("site_built", site).await;
            if built.is_some_and(|built| built["articles"] == articles) && self.waiting(false).await == 0 {
                return;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// All entries of the journal of this type.
    pub async fn entries(&self, event_type: &str) -> Vec<JournalEntry> {
        let mut entries = self.store.journal().since(0, None, 100_000).await.expect("a journal");
        entries.retain(|entry| entry.event_type.as_deref() == Some(event_type));
        entries
    }

    /// The body of a document.
    pub async fn document(&self, kind: &str, id: &str) -> Option<Value> {
        self.store.state().get(&DocKey::new(kind, id)).await.expect("a read").map(|document| document.body)
    }

    /// The text of a blob, empty when there is none.
    pub async fn text(&self, key: &str) -> String {
        let found = self.store.blobs().get_bytes(key, 64_000_000).await.expect("a read");
        found.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    async fn waiting(&self, dead: bool) -> u64 {
        let mut waiting = 0;
        for hosted in self.host.agents() {
            let manifest = hosted.runner.agent().manifest();
            let name = if dead { manifest.dlq() } else { manifest.name.clone() };
            waiting += self.store.queue(&name).depth().await.expect("a depth").total();
        }
        waiting
    }
}

/// How a crate builds its agent.
pub type Build = fn(&Settings) -> Result<Arc<dyn Agent>, mesh_core::ConfigError>;

/// Every agent of the mesh.
pub const AGENTS: [Build; 10] = [
    agent_content_gen::agent,
    agent_refine::agent,
    agent_review::agent,
    agent_image_plan::agent,
    agent_image_render::agent,
    agent_metadata::agent,
    agent_publish::agent,
    agent_site::agent,
    agent_tracker::agent,
    agent_echo::agent,
];
