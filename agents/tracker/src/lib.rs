//! `tracker` keeps where every run stands, and its timeline: it listens to every event of an article and says nothing.
//! Never another agent, an SDK, the environment, tokio or a publish: those are the runner's and the host's.
//!
//! Events come late, twice and in any order, so nothing here depends on their order: see [`apply`].

mod facts;
mod handle;
mod projection;

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{Agent, AgentError, ConfigError, Context, Event, Manifest, Outcome, Settings};

pub use facts::{Facts, Published};
pub use projection::{apply, timeline_id};

/// The declaration: channels, events, limits.
pub const MANIFEST: &str = include_str!("../agent.json");

/// The agent.
#[derive(Debug)]
pub struct Tracker {
    manifest: Manifest,
}

/// Builds the agent.
///
/// # Errors
/// [`ConfigError`] when the manifest is wrong.
pub fn agent(_: &Settings) -> Result<Arc<dyn Agent>, ConfigError> {
    Ok(Arc::new(Tracker { manifest: Manifest::parse(MANIFEST)? }))
}

#[async_trait]
impl Agent for Tracker {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        handle::handle(event, ctx).await
    }
}
