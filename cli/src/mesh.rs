//! The composition root: the embedded store under the folder of the mesh, the agents, the model, the runners.

use std::{path::Path, sync::Arc};

use anyhow::{Context, bail};
use mesh_core::{
    Agent, Manifest, Ports, Settings, Timestamp,
    config::TextModelSettings,
    message::Message,
    ports::{Blobs, Clock, Entropy, Publisher, Queue, StateStore, TextModel},
};
use mesh_embedded::{
    EmbeddedQueue, EnvSecrets, Journal, Options, QueueSpec, Redrive, Store, SyncMode, SystemClock, SystemEntropy,
};
use mesh_models::OfflineTextModel;
use uuid::Uuid;

use crate::{app::App, registry};

/// Receives after which a message goes to the dead-letter queue although no agent gave it up: the backstop for
/// "nothing ran at all".
const BACKSTOP: u32 = 20;
/// What can be browsed as plain files.
const BROWSABLE: &[&str] = &["site/", "sites/", "published/", "drafts/"];

/// The mesh in one folder.
#[derive(Debug)]
pub(crate) struct Mesh {
    /// Every setting.
    pub(crate) settings: Settings,
    /// Every agent.
    pub(crate) agents: Vec<Arc<dyn Agent>>,
    /// What the folder holds.
    pub(crate) store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Mesh {
    /// Opens the mesh in its folder, making it if need be; what is published from now on reaches every agent's queue.
    pub(crate) async fn open(app: &App, settings: Settings) -> anyhow::Result<Self> {
        let mesh = Self::at(&app.home, settings)?;
        let specs: Vec<QueueSpec> = mesh.agents.iter().map(|agent| queue(agent.manifest())).collect();
        mesh.store.queues().ensure(&specs).await?;
        let channels: Vec<String> = mesh_contracts::EVENTS.iter().map(|spec| spec.channel.to_owned()).collect();
        mesh.store.topics().ensure(&channels).await?;
        Ok(mesh)
    }

    /// Opens a mesh that somebody has made; only looking never makes one.
    pub(crate) async fn existing(app: &App) -> anyhow::Result<Self> {
        if !app.home.join("mesh.db").exists() {
            let home = app.home.display();
            bail!("there is no mesh in {home}; `{}` or `{}` makes one", app.command(&["demo"]), app.command(&["up"]));
        }
        Self::open(app, app.settings(None)?).await
    }

    fn at(home: &Path, settings: Settings) -> anyhow::Result<Self> {
        let agents = registry::agents(&settings)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let mut options = Options::default();
        options.sync = if settings.sync_full { SyncMode::Full } else { SyncMode::Normal };
        options.browsable = BROWSABLE.iter().map(|prefix| (*prefix).to_owned()).collect();
        let store = Store::open(home, Arc::clone(&clock), Arc::clone(&entropy), options)
            .with_context(|| format!("cannot open the mesh in {}", home.display()))?;
        Ok(Self { settings, agents, store, clock, entropy })
    }

    /// What runners work with.
    pub(crate) fn ports(&self, app: &App) -> anyhow::Result<Ports> {
        Ok(Ports {
            state: Arc::new(self.store.state()),
            blobs: Arc::new(self.store.blobs()),
            publisher: Arc::new(self.store.topics()),
            text_model: self.text_model(app)?,
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            model_timeout: self.settings.model_timeout,
        })
    }

    fn text_model(&self, app: &App) -> anyhow::Result<Arc<dyn TextModel>> {
        todo!()
    }

    /// The declaration of an agent.
    pub(crate) fn manifest(&self, name: &str) -> anyhow::Result<&Manifest> {
        let known = self.agents.iter().map(|agent| agent.manifest());
        known.clone().find(|manifest| manifest.name == name).with_context(|| {
            let names: Vec<&str> = known.map(|manifest| manifest.name.as_str()).collect();
            format!("there is no agent {name}; agents are {}", names.join(", "))
        })
    }

    /// Names of all agents.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.agents.iter().map(|agent| agent.manifest().name.as_str()).collect()
    }

    /// The dead-letter queue of an agent.
    pub(crate) fn dlq(&self, manifest: &Manifest) -> EmbeddedQueue {
        self.store.queue(&manifest.dlq())
    }

    /// The record of what was published.
    pub(crate) fn journal(&self) -> Journal {
        self.store.journal()
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Waits until then.
    pub(crate) async fn sleep_until(&self, at: Timestamp) {
        self.clock.sleep_until(at).await;
    }

    /// A fresh id.
    pub(crate) fn fresh_id(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.entropy.bits().to_be_bytes()).into_uuid()
    }

    /// Publishes messages; all of them were taken when this is no error.
    pub(crate) async fn publish(&self, batch: &[Message]) -> anyhow::Result<()> {
        let failed = self.store.topics().publish(batch).await?;
        match failed.first() {
            None => Ok(()),
            Some(entry) => bail!("{} of {} events were not taken: {}", failed.len(), batch.len(), entry.message),
        }
    }
}

/// The queue of an agent, as its declaration says.
fn queue(manifest: &Manifest) -> QueueSpec {
    let mut spec = QueueSpec::new(manifest.name.clone());
    spec.visibility = manifest.visibility();
    spec.redrive = Some(Redrive { dlq: manifest.dlq(), max_receive_count: BACKSTOP });
    spec.channels = manifest.subscribes.iter().map(|subscription| subscription.channel.clone()).collect();
    spec
}
