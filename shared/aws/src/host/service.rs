//! A process that is no agent: it has no queue, and starts runs instead of carrying them on.

use std::{process::ExitCode, sync::Arc};

use mesh_core::{
    ConfigError, Ports, Settings,
    ports::{Clock, Models},
};
use mesh_system::SystemClock;

use super::{
    Place, parts,
    start::{self, RUNTIME_API, Stop},
};
use crate::{clients, observe::Metrics};

/// What a service works with.
#[derive(Debug)]
pub struct Service {
    /// Documents, blobs, topics; no model.
    pub ports: Ports,
    /// Every setting.
    pub settings: Settings,
    /// Its metrics.
    pub metrics: Metrics,
    /// Where invocations come from when it is a Lambda function; else it listens by itself.
    pub runtime_api: Option<String>,
}

/// Runs a service's process to its end. What is wrong with the settings is logged, told to the Lambda service, and ends the
/// process with 2.
pub fn serve<F, Fut>(name: &'static str, run: F) -> ExitCode
where
    F: FnOnce(Service) -> Fut,
    Fut: Future<Output = Result<(), String>>,
{
    let pairs = start::environment();
    let runtime_api = pairs.get(RUNTIME_API).cloned();
    let read = || -> Result<(Settings, Place), ConfigError> {
        Ok((Settings::from_pairs(pairs.clone())?, Place::from_pairs(&pairs)?))
    };
    let ended = start::log(&pairs).and_then(|()| read().map_err(Stop::refused)).and_then(|(settings, place)| {
        let metrics = Metrics::start(name).map_err(Stop::failed)?;
        let runtime = start::runtime(runtime_api.is_some()).map_err(Stop::failed)?;
        runtime.block_on(async {
            let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
            let (prefix, region) = (place.names.prefix.clone(), place.names.region.clone());
            let ports = parts::ports(&clients::config().await, place, clock, Models::none(), &settings);
            tracing::info!(event = "Started", service = name, version = env!("CARGO_PKG_VERSION"), prefix, region);
            run(Service { ports, settings, metrics, runtime_api: runtime_api.clone() }).await.map_err(Stop::broken)
        })
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => stop.end(runtime_api.as_deref()),
    }
}
