//! `image-plan` reads the reviewed article and plans its images: what is to be seen, where, and how it is told to those who
//! cannot see it. Never another agent, an SDK, the environment, tokio or a publish: those are the runner's and the host's.
//!
//! Source: serverless blog pipeline, function 3.

mod mend;
mod plan;
mod prompt;

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{Agent, AgentError, ConfigError, Context, Event, Manifest, Outcome, Prompt, Settings};

/// The declaration: channels, events, limits.
pub const MANIFEST: &str = include_str!("../agent.json");

/// The agent.
#[derive(Debug)]
pub struct ImagePlan {
    manifest: Manifest,
}

/// Builds the agent.
///
/// # Errors
/// [`ConfigError`] when the manifest is wrong.
pub fn agent(_: &Settings) -> Result<Arc<dyn Agent>, ConfigError> {
    Ok(Arc::new(ImagePlan { manifest: Manifest::parse(MANIFEST)? }))
}

#[async_trait]
impl Agent for ImagePlan {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn prompts(&self) -> Vec<&Prompt> {
        vec![&prompt::PROMPT]
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        plan::plan(event, ctx).await
    }
}
