//! `echo` says back what it was told: the smallest real agent, and the template that `make new-agent` copies.
//! Never another agent, an SDK, the environment, tokio or a publish: those are the runner's and the host's.

use std::sync::Arc;

use async_trait::async_trait;
use mesh_contracts::events::{EchoRequested, Echoed};
use mesh_core::{Agent, AgentError, ConfigError, Context, Emit, Event, Manifest, Outcome, Settings};

/// The declaration: channels, events, limits.
pub const MANIFEST: &str = include_str!("../agent.json");

/// The agent.
#[derive(Debug)]
pub struct Echo {
    manifest: Manifest,
}

/// Builds the agent.
///
/// # Errors
/// [`ConfigError`] when a setting or the manifest is wrong.
pub fn agent(_: &Settings) -> Result<Arc<dyn Agent>, ConfigError> {
    Ok(Arc::new(Echo { manifest: Manifest::parse(MANIFEST)? }))
}

#[async_trait]
impl Agent for Echo {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn handle(&self, event: &Event, _: &Context<'_>) -> Result<Outcome, AgentError> {
        let request: EchoRequested = event.payload()?;
        let answer = Echoed { message: request.message };
        Ok(Outcome::nothing().emit(Emit::of(&answer)?))
    }
}
