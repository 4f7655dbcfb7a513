//! The mesh in a folder: the embedded store, and all agents running in this process.

use std::sync::Arc;

use anyhow::Context;
use mesh_core::{
    Policy, Settings,
    ports::{Clock, Entropy, ModelSources, Models},
};
use mesh_embedded::{
    EnvSecrets, Options, Store, SyncMode, SystemClock, SystemEntropy,
    host::{self, Host},
};

use super::{Mesh, Place};
use crate::{app::App, registry};

/// What can be browsed as plain files.
const BROWSABLE: &[&str] = &["site/", "sites/", "published/", "drafts/", "images/"];

pub(super) async fn open(app: &App, settings: Settings) -> anyhow::Result<Mesh> {
    let agents = registry::agents(&settings)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let mut options = Options::default();
    options.sync = if settings.sync_full { SyncMode::Full } else { SyncMode::Normal };
    options.browsable = BROWSABLE.iter().map(|prefix| (*prefix).to_owned()).collect();
    let store = Store::open(&app.home, Arc::clone(&clock), Arc::clone(&entropy), options)
        .with_context(|| format!("cannot open the mesh in {}", app.home.display()))?;
    host::declare(&store, &agents).await?;
    Ok(Mesh {
        settings,
        agents,
        state: Arc::new(store.state()),
        blobs: Arc::new(store.blobs()),
        history: Arc::new(store.journal()),
        publisher: Arc::new(store.topics()),
        clock,
        entropy,
        place: Place::Folder(store),
    })
}

impl Mesh {
    /// All agents, ready to run.
    pub(crate) async fn host(&self, app: &App) -> anyhow::Result<Host> {
        let store = self.store()?;
        let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
        let models = self.models(app).await?;
        let ports = host::ports(store, clock, entropy, models, &self.settings);
        let policy = Policy { attempts: self.settings.attempts, backoff_scale: self.settings.backoff_scale };
        Ok(Host::new(store.clone(), &ports, self.agents.clone(), policy).await?)
    }

    /// Gives back what this process holds, at once.
    pub(crate) async fn relinquish(&self) -> anyhow::Result<()> {
        Ok(self.store()?.relinquish().await?)
    }

    #[cfg_attr(not(feature = "aws"), allow(clippy::unnecessary_wraps, reason = "with AWS there may be no folder"))]
    fn store(&self) -> anyhow::Result<&Store> {
        match &self.place {
            Place::Folder(store) => Ok(store),
            #[cfg(feature = "aws")]
            Place::Aws(_) => anyhow::bail!("agents run here only with --target embedded"),
        }
    }

    async fn models(&self, app: &App) -> anyhow::Result<Models> {
        let sources = sources(app, &self.settings, Arc::clone(&self.clock)).await;
        Ok(mesh_models::all_models(&self.settings, sources)?)
    }
}

/// What models are made with here: the keys that this shell has, and AWS's own where a model of Bedrock is asked.
pub(crate) async fn sources(app: &App, settings: &Settings, clock: Arc<dyn Clock>) -> ModelSources {
    let names = settings.servers.iter().filter_map(|server| server.api_key_name.as_deref());
    let secrets = Arc::new(EnvSecrets::new(names.filter_map(|name| app.secret(name))));
    with_bedrock(settings, ModelSources { secrets, clock, others: None }).await
}

#[cfg(feature = "aws")]
async fn with_bedrock(settings: &Settings, sources: ModelSources) -> ModelSources {
    match settings.server("bedrock") {
        Some(_) => mesh_aws::host::with_bedrock(settings, sources, &mesh_aws::clients::config().await),
        None => sources,
    }
}

/// A build without AWS has none: a model of Bedrock is refused as one of a provider that is not configured.
#[cfg(not(feature = "aws"))]
#[allow(clippy::unused_async, reason = "with AWS it asks for credentials")]
async fn with_bedrock(_: &Settings, sources: ModelSources) -> ModelSources {
    sources
}
