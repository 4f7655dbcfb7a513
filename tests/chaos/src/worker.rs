//! One of the processes that are killed: every agent over the shared store, as `mesh up` runs them.

use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use mesh_core::{
    Agent, ConfigError, Policy, Settings,
    ports::{Clock, Entropy, Models},
};
use mesh_embedded::{
    Options, Store, SystemClock, SystemEntropy,
    host::{self, Host},
};
use mesh_models::{OfflineImageModel, OfflineTextModel};
use tracing_subscriber::filter::LevelFilter;

use crate::calls::{CallLog, NotedImages, NotedText};

/// Threads that run agents; the store has two more of its own.
const THREADS: usize = 2;
/// Longest wait for what is under way when the driver lets it end.
const DRAIN: Duration = Duration::from_secs(20);

/// What one process needs to know.
#[derive(Debug, clap::Args)]
pub(crate) struct WorkerArgs {
    /// The folder of the run
    directory: PathBuf,
    /// Number of this process
    process: u32,
    /// Milliseconds a model takes
    model_ms: u64,
}

/// The store of a run.
pub(crate) fn open(directory: &Path, clock: &Arc<dyn Clock>) -> anyhow::Result<Store> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let mut options = Options::default();
    options.browsable = ["site/", "sites/", "published/", "drafts/"].map(str::to_owned).to_vec();
    Ok(Store::open(&store(directory), Arc::clone(clock), entropy, options)?)
}

/// The folder of the store.
pub(crate) fn store(directory: &Path) -> PathBuf {
    directory.join("mesh")
}

/// Every agent.
pub(crate) fn agents() -> Result<Vec<Arc<dyn Agent>>, ConfigError> {
    mesh_tests::host::AGENTS.iter().map(|build| build(&Settings::default())).collect()
}

/// Works until the driver closes our standard input, or kills us.
pub(crate) fn run(args: &WorkerArgs) -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).with_writer(std::io::stderr).with_ansi(false).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
    runtime.block_on(work(args))
}

async fn work(args: &WorkerArgs) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let store = open(&args.directory, &clock)?;
    let log = Arc::new(CallLog::open(&args.directory, args.process, Arc::clone(&clock))?);
    let takes = Duration::from_millis(args.model_ms);
    let models = Models::none()
        .with_text(Arc::new(NotedText { log: Arc::clone(&log), takes, model: OfflineTextModel::new() }))
        .with_image(Arc::new(NotedImages { log, takes, model: OfflineImageModel::new() }));
    let ports = host::ports(&store, clock, Arc::new(SystemEntropy), models, &Settings::default());
    let host = Host::new(store, &ports, agents()?, Policy::default()).await?;
    Ok(host.run(asked_to_end(), DRAIN).await?)
}

/// Ends when standard input does: the driver closed it, or is gone.
async fn asked_to_end() {
    let (sender, ended) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let mut rest = Vec::new();
        // Whatever it ends with, nobody is there any more.
        let _ = std::io::stdin().read_to_end(&mut rest);
        drop(sender);
    });
    let _ = ended.await;
}
