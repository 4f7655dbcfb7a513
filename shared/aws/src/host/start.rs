//! From `main` to the host.

use std::{
    collections::BTreeMap,
    fmt::Display,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use mesh_core::{Agent, ConfigError, Settings, env};
use tokio::runtime::{Builder, Runtime};

use super::{
    Deployment, lambda,
    parts::{Models, Plan},
    worker,
};
use crate::observe::{self, Metrics};

/// Where a Lambda function gets its invocations from; set by the service.
pub(super) const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";
/// The version of the function that runs; set by the service.
const FUNCTION_VERSION: &str = "AWS_LAMBDA_FUNCTION_VERSION";
/// What is logged unless settings say otherwise.
const LOG: &str = "info";
/// The process was told something wrong.
const WRONG_SETTINGS: u8 = 2;

/// Runs an agent's process to its end: as a Lambda function, or as a worker.
///
/// `agent` builds it from the settings; `models` gives it its model ([`super::no_model`] when it asks none). What is wrong
/// with the settings is logged, told to the Lambda service, and ends the process with 2.
pub fn start<E: Display>(agent: fn(&Settings) -> Result<Arc<dyn Agent>, ConfigError>, models: Models<E>) -> ExitCode {
    let begun = now();
    let pairs = environment();
    let function = pairs.get(RUNTIME_API).cloned();
    let ended = log(&pairs).and_then(|()| plan(&pairs, agent)).and_then(|plan| {
        let metrics = Metrics::start(&plan.agent.manifest().name).map_err(Stop::failed)?;
        let runtime = runtime(function.is_some()).map_err(Stop::failed)?;
        runtime.block_on(run(plan, models, metrics, &pairs, begun))
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => stop.end(function.as_deref()),
    }
}

/// Why a process ends early.
pub(super) struct Stop {
    code: u8,
    /// True while the process has taken no work.
    starting: bool,
    message: String,
}

impl Stop {
    pub(super) fn refused(error: impl Display) -> Self {
        Self { code: WRONG_SETTINGS, starting: true, message: error.to_string() }
    }

    pub(super) fn failed(error: impl Display) -> Self {
        Self { code: 1, starting: true, message: error.to_string() }
    }

    pub(super) fn broken(error: impl Display) -> Self {
        Self { code: 1, starting: false, message: error.to_string() }
    }

    pub(super) fn end(self, function: Option<&str>) -> ExitCode {
        tracing::error!(event = if self.starting { "NotStarted" } else { "Broken" }, message = self.message);
        if let Some(endpoint) = function.filter(|_| self.starting) {
            let told = runtime(true).map_err(|error| error.to_string());
            let told = told.and_then(|runtime| runtime.block_on(lambda::report_init_error(endpoint, &self.message)));
            if let Err(error) = told {
                tracing::error!(error, "The service could not be told.");
            }
        }
        ExitCode::from(self.code)
    }
}

#[allow(clippy::disallowed_methods, reason = "this host is where the environment is read, once")]
pub(super) fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

#[allow(clippy::disallowed_methods, reason = "how long the start takes is measured before there is a clock port")]
pub(super) fn now() -> Instant {
    Instant::now()
}

/// Starts logging. A filter that cannot be read is logged by the default one.
pub(super) fn log(pairs: &BTreeMap<String, String>) -> Result<(), Stop> {
    let asked = pairs.get(env::MESH_LOG).map(|text| text.trim()).filter(|text| !text.is_empty()).unwrap_or(LOG);
    match observe::subscriber(asked, std::io::stdout) {
        Ok(subscriber) => tracing::subscriber::set_global_default(subscriber).map_err(Stop::failed),
        Err(error) => {
            if let Ok(subscriber) = observe::subscriber(LOG, std::io::stdout) {
                tracing::subscriber::set_global_default(subscriber).map_err(Stop::failed)?;
            }
            Err(Stop::refused(error))
        }
    }
}

fn plan(
    pairs: &BTreeMap<String, String>,
    agent: fn(&Settings) -> Result<Arc<dyn Agent>, ConfigError>,
) -> Result<Plan, Stop> {
    let read = || {
        let settings = Settings::from_pairs(pairs.clone())?;
        let deployment = Deployment::from_pairs(pairs)?;
        let plan = Plan { agent: agent(&settings)?, settings, deployment };
        plan.check()?;
        Ok(plan)
    };
    read().map_err(|error: ConfigError| Stop::refused(error))
}

/// One thread for a function, which has less than one processor; two for a worker, so that a handler that computes does
/// not hold up the rest.
pub(super) fn runtime(function: bool) -> std::io::Result<Runtime> {
    let mut builder = if function { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    if !function {
        builder.worker_threads(2);
    }
    builder.enable_all().build()
}

async fn run<E: Display>(
    plan: Plan,
    models: Models<E>,
    metrics: Metrics,
    pairs: &BTreeMap<String, String>,
    begun: Instant,
) -> Result<(), Stop> {
    let started = Started::of(&plan, pairs);
    let parts = plan.build(models).await.map_err(Stop::refused)?;
    started.log(begun.elapsed());
    if started.function {
        lambda::run(parts, metrics).await.map_err(Stop::broken)
    } else {
        worker::run(parts, metrics).await.map_err(Stop::broken)
    }
}

/// What is said of a process when it starts: whatever decides what it does, and no secret.
struct Started {
    function: bool,
    function_version: Option<String>,
    agent: String,
    model: Option<String>,
    settings: Settings,
    deployment: Deployment,
}

impl Started {
    fn of(plan: &Plan, pairs: &BTreeMap<String, String>) -> Self {
        Self {
            function: pairs.contains_key(RUNTIME_API),
            function_version: pairs.get(FUNCTION_VERSION).cloned(),
            agent: plan.agent.manifest().name.clone(),
            model: plan.asks().then(|| plan.settings.text_models.to_string()),
            settings: plan.settings.clone(),
            deployment: plan.deployment.clone(),
        }
    }

    fn log(&self, took: Duration) {
        let Self { settings, deployment, .. } = self;
        tracing::info!(
            event = "Started",
            agent = self.agent,
            version = env!("CARGO_PKG_VERSION"),
            function_version = self.function_version,
            host = if self.function { "lambda" } else { "worker" },
            cold_start = self.function,
            ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            prefix = deployment.place.names.prefix,
            environment = deployment.place.environment,
            region = deployment.place.names.region,
            objects_bucket = deployment.place.objects_bucket,
            site_bucket = deployment.place.site_bucket,
            model = self.model,
            model_timeout_seconds = settings.model_timeout.as_secs(),
            max_words = settings.max_words,
            own_prompt_template = settings.prompt_template.is_some(),
            allowed_topics = settings.allowed_topics.len(),
            attempts = settings.attempts,
            backoff_scale = settings.backoff_scale,
            site_url = settings.site_base_url,
        );
    }
}
