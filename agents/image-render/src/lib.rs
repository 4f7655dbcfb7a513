//! `image-render` makes one image an event: it adds brand and style to the prompt, asks the image model once, checks what
//! comes back, and stores it in the sizes a page needs. The last image of an article says that all are there.
//! Never another agent, an SDK, the environment, tokio or a publish: those are the runner's and the host's.
//!
//! Source: serverless blog pipeline, function 4 and the map state of phase 2.

mod encode;
mod inspect;
mod prompt;
mod render;
mod set;
mod shape;
mod store;
mod xmp;

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{Agent, AgentError, ConfigError, Context, Event, Manifest, Outcome, Prompt, Settings};

/// The declaration: channels, events, limits.
pub const MANIFEST: &str = include_str!("../agent.json");

/// The agent.
#[derive(Debug)]
pub struct ImageRender {
    manifest: Manifest,
}

/// Builds the agent.
///
/// # Errors
/// [`ConfigError`] when the manifest is wrong.
pub fn agent(_: &Settings) -> Result<Arc<dyn Agent>, ConfigError> {
    Ok(Arc::new(ImageRender { manifest: Manifest::parse(MANIFEST)? }))
}

#[async_trait]
impl Agent for ImageRender {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn prompts(&self) -> Vec<&Prompt> {
        vec![&prompt::PROMPT]
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        render::render(event, ctx).await
    }
}
