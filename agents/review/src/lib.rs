//! `review` decides from the text itself whether a draft may be published, must be revised or is rejected.
//! The checks are pure functions: no I/O, no clock and no model call belongs in them.
//! Never another agent, an SDK, the environment, tokio or a publish: those are the runner's and the host's.

pub mod checks;
mod handle;
mod site_memory;
pub mod text;

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{Agent, AgentError, ConfigError, Context, Event, Manifest, Outcome, Settings};

/// The declaration: channels, events, limits.
pub const MANIFEST: &str = include_str!("../agent.json");

/// The agent.
#[derive(Debug)]
pub struct Review {
    manifest: Manifest,
    policy: checks::Policy,
    allowed_links: Vec<String>,
}

/// Builds the agent.
///
/// # Errors
/// [`ConfigError`] when the manifest is wrong.
pub fn agent(settings: &Settings) -> Result<Arc<dyn Agent>, ConfigError> {
    Ok(Arc::new(Review {
        manifest: Manifest::parse(MANIFEST)?,
        policy: checks::Policy::default(),
        allowed_links: host(&settings.site_base_url).into_iter().collect(),
    }))
}

/// The host of an address, to which articles may link.
fn host(url: &str) -> Option<String> {
    url.split("://").nth(1).map(|rest| rest.split('/').next().unwrap_or(rest).to_owned())
}

#[async_trait]
impl Agent for Review {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        self.review(event, ctx).await
    }
}
