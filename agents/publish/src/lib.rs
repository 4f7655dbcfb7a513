//! `publish` turns a reviewed article into a page: Markdown to HTML, front matter, marks of generated content.
//! Never another agent, an SDK, the environment, tokio or a publish: those are the runner's and the host's.

mod handle;
pub mod render;

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{Agent, AgentError, ConfigError, Context, Event, Manifest, Outcome, Settings};

/// The declaration: channels, events, limits.
pub const MANIFEST: &str = include_str!("../agent.json");

/// The agent.
#[derive(Debug)]
pub struct Publish {
    manifest: Manifest,
    base_url: String,
    site_name: String,
}

/// Builds the agent.
///
/// # Errors
/// [`ConfigError`] when the manifest is wrong.
pub fn agent(settings: &Settings) -> Result<Arc<dyn Agent>, ConfigError> {
    Ok(Arc::new(Publish {
        manifest: Manifest::parse(MANIFEST)?,
        base_url: settings.site_base_url.clone(),
        site_name: settings.site_name.clone(),
    }))
}

#[async_trait]
impl Agent for Publish {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        self.publish(event, ctx).await
    }
}
