//! The composition root: the ports of the mesh that is meant, and the agents.

mod embedded;
mod queues;

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail};
use mesh_core::{
    Agent, Manifest, Ports, Settings, Timestamp,
    message::Message,
    ports::{Blobs, Clock, Entropy, Models, Publisher, StateStore},
};
use mesh_embedded::Store;
use uuid::Uuid;

pub(crate) use self::{
    embedded::sources,
    queues::{Dead, Source},
};
use crate::{app::App, args::Target, history::History, journal::Published};

/// A mesh, wherever it lives.
#[derive(Debug)]
pub(crate) struct Mesh {
    /// Every setting.
    pub(crate) settings: Settings,
    /// Every agent of it.
    pub(crate) agents: Vec<Arc<dyn Agent>>,
    /// Documents, ledger, outboxes.
    pub(crate) state: Arc<dyn StateStore>,
    /// Drafts, answers, quarantine, pages.
    pub(crate) blobs: Arc<dyn Blobs>,
    /// What was published.
    pub(crate) history: Arc<dyn History>,
    pub(crate) publisher: Arc<dyn Publisher>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) place: Place,
}

/// Where a mesh lives.
#[derive(Debug)]
pub(crate) enum Place {
    /// In the folder of the mesh.
    Folder(Store),
    /// On Amazon SNS and SQS.
    #[cfg(feature = "aws")]
    Aws(Box<crate::aws::Deployment>),
}

impl Mesh {
    /// Opens the mesh, making the one in the folder if need be; what is published from now on reaches every agent's
    /// queue.
    pub(crate) async fn open(app: &App, settings: Settings) -> anyhow::Result<Self> {
        match app.target {
            Target::Embedded => embedded::open(app, settings).await,
            #[cfg(feature = "aws")]
            Target::Aws => crate::aws::open(app, settings).await,
            #[cfg(not(feature = "aws"))]
            Target::Aws => bail!("this build has no AWS"),
        }
    }

    /// Opens a mesh that somebody has made; only looking never makes one.
    pub(crate) async fn existing(app: &App) -> anyhow::Result<Self> {
        if app.target == Target::Embedded && !app.home.join("mesh.db").exists() {
            let home = app.home.display();
            bail!("there is no mesh in {home}; `{}` or `{}` makes one", app.command(&["demo"]), app.command(&["up"]));
        }
        Self::open(app, app.settings(None)?).await
    }

    /// Its ports, for what starts runs and reads where they stand; no model is asked.
    pub(crate) fn ports(&self) -> Ports {
        Ports {
            state: Arc::clone(&self.state),
            blobs: Arc::clone(&self.blobs),
            publisher: Arc::clone(&self.publisher),
            models: Models::none(),
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            model_timeout: self.settings.model_timeout,
        }
    }

    /// The models that write.
    pub(crate) fn model(&self) -> String {
        self.settings.text_models.to_string()
    }

    /// The declarations of all agents.
    pub(crate) fn manifests(&self) -> impl Iterator<Item = &Manifest> + Clone {
        self.agents.iter().map(|agent| agent.manifest())
    }

    /// The declaration of an agent.
    pub(crate) fn manifest(&self, name: &str) -> anyhow::Result<&Manifest> {
        self.manifests()
            .find(|manifest| manifest.name == name)
            .with_context(|| format!("there is no agent {name}; agents are {}", self.names().join(", ")))
    }

    /// Names of all agents.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.manifests().map(|manifest| manifest.name.as_str()).collect()
    }

    /// The agents that handle an event; those of a bare payload, by its channel.
    pub(crate) fn handlers<'a>(&'a self, event: &'a Published) -> impl Iterator<Item = &'a Manifest> {
        self.manifests().filter(|manifest| match &event.event_type {
            Some(event_type) => manifest.handles(event_type).is_some(),
            None => manifest.subscribes.iter().any(|subscription| subscription.channel == event.channel),
        })
    }

    /// Where people find a blob: the plain file of it, or the uri where there are no files.
    pub(crate) fn whereabouts(&self, app: &App, uri: &str) -> Option<String> {
        match &self.place {
            Place::Folder(store) => {
                let path = app.home.join("blobs").join(store.blobs().key_of(uri)?);
                path.is_file().then(|| path.display().to_string())
            }
            #[cfg(feature = "aws")]
            Place::Aws(_) => Some(uri.to_owned()),
        }
    }

    /// How many documents to read at once when all of a kind are wanted: a table is read whole for each page of them.
    pub(crate) fn page(&self) -> usize {
        match &self.place {
            Place::Folder(_) => 500,
            #[cfg(feature = "aws")]
            Place::Aws(_) => 1_000_000,
        }
    }

    /// How long to wait between two looks; `brief` where looking is cheap.
    pub(crate) fn pace(&self, brief: Duration) -> Duration {
        match &self.place {
            Place::Folder(_) => brief,
            #[cfg(feature = "aws")]
            Place::Aws(_) => brief.max(Duration::from_secs(1)),
        }
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
        mesh_system::uuid(&*self.entropy)
    }

    /// Publishes messages; all of them were taken when this is no error.
    pub(crate) async fn publish(&self, batch: &[Message]) -> anyhow::Result<()> {
        let failed = self.publisher.publish(batch).await?;
        match failed.first() {
            None => Ok(()),
            Some(entry) => bail!("{} of {} events were not taken: {}", failed.len(), batch.len(), entry.message),
        }
    }
}
