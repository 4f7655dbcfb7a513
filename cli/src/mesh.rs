//! The composition root: the embedded store under the folder of the mesh, the agents, the model, the runners.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use mesh_core::{
    Agent, Manifest, Policy, Settings, Timestamp,
    config::TextModelSettings,
    message::Message,
    ports::{Blobs, Clock, Entropy, Publisher, TextModel},
};
use mesh_embedded::{
    EmbeddedQueue, EnvSecrets, Journal, Options, Store, SyncMode, SystemClock, SystemEntropy,
    host::{self, Host},
};
use uuid::Uuid;

use crate::{app::App, journal::Published, registry};

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
        host::declare(&mesh.store, &mesh.agents).await?;
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

    /// All agents, ready to run.
    pub(crate) async fn host(&self, app: &App) -> anyhow::Result<Host> {
        let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
        let text_model = self.text_model(app)?;
        let ports = host::ports(&self.store, clock, entropy, text_model, &self.settings);
        let policy = Policy { attempts: self.settings.attempts, backoff_scale: self.settings.backoff_scale };
        Ok(Host::new(self.store.clone(), &ports, self.agents.clone(), policy).await?)
    }

    fn text_model(&self, app: &App) -> anyhow::Result<Arc<dyn TextModel>> {
        let key = match &self.settings.text_model {
            TextModelSettings::Offline { .. } => None,
            TextModelSettings::OpenAi { api_key_name, .. } => app.secret(api_key_name),
        };
        let secrets = Arc::new(EnvSecrets::new(key));
        Ok(mesh_models::text_model(&self.settings.text_model, secrets, Arc::clone(&self.clock))?)
    }

    /// The name of the model that writes.
    pub(crate) fn model(&self) -> String {
        match &self.settings.text_model {
            TextModelSettings::Offline { name } => name.clone(),
            TextModelSettings::OpenAi { model, .. } => format!("openai/{model}"),
        }
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

    /// The agents that handle an event; those of a bare payload, by its channel.
    pub(crate) fn handlers<'a>(&'a self, event: &'a Published) -> impl Iterator<Item = &'a Manifest> {
        let manifests = self.agents.iter().map(|agent| agent.manifest());
        manifests.filter(|manifest| match &event.event_type {
            Some(event_type) => manifest.handles(event_type).is_some(),
            None => manifest.subscribes.iter().any(|subscription| subscription.channel == event.channel),
        })
    }

    /// The plain file of a blob, where there is one.
    pub(crate) fn file(&self, app: &App, uri: &str) -> Option<PathBuf> {
        let path = app.home.join("blobs").join(self.store.blobs().key_of(uri)?);
        path.is_file().then_some(path)
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
