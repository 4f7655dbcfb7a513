//! `refine` rewrites a draft to the tone, audience and length of its site, and once more to what its review found.
//! Never another agent, an SDK, the environment, tokio or a publish: those are the runner's and the host's.
//!
//! Source: serverless blog pipeline, function 2.

mod job;
mod prompt;
mod refine;

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{Agent, AgentError, ConfigError, Context, Event, Manifest, Outcome, Prompt, Settings};

/// The declaration: channels, events, limits.
pub const MANIFEST: &str = include_str!("../agent.json");

/// The agent.
#[derive(Debug)]
pub struct Refine {
    manifest: Manifest,
}

/// Builds the agent.
///
/// # Errors
/// [`ConfigError`] when the manifest is wrong.
pub fn agent(_: &Settings) -> Result<Arc<dyn Agent>, ConfigError> {
    Ok(Arc::new(Refine { manifest: Manifest::parse(MANIFEST)? }))
}

#[async_trait]
impl Agent for Refine {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn prompts(&self) -> Vec<&Prompt> {
        vec![&prompt::PROMPT, &prompt::CITED]
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        refine::refine(event, ctx).await
    }
}
