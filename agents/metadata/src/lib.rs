//! `metadata` writes what search engines and link previews say of an article, and brings it within their limits.
//! Never another agent, an SDK, the environment, tokio or a publish: those are the runner's and the host's.
//!
//! Source: serverless blog pipeline, function 5.

mod describe;
mod prompt;
mod rules;

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{Agent, AgentError, ConfigError, Context, Event, Manifest, Outcome, Prompt, Settings};

/// The declaration: channels, events, limits.
pub const MANIFEST: &str = include_str!("../agent.json");

/// The agent.
#[derive(Debug)]
pub struct MetadataAgent {
    manifest: Manifest,
    /// Name of a site nobody has set up.
    site_name: String,
}

/// Builds the agent.
///
/// # Errors
/// [`ConfigError`] when the manifest is wrong.
pub fn agent(settings: &Settings) -> Result<Arc<dyn Agent>, ConfigError> {
    Ok(Arc::new(MetadataAgent { manifest: Manifest::parse(MANIFEST)?, site_name: settings.site_name.clone() }))
}

#[async_trait]
impl Agent for MetadataAgent {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn prompts(&self) -> Vec<&Prompt> {
        vec![&prompt::PROMPT]
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        self.describe(event, ctx).await
    }
}
