//! `content-gen` writes an article on request, and keeps the content record up to date with what becomes of it.
//! Never another agent, an SDK, the environment, tokio or a publish: those are the runner's and the host's.
//!
//! Source: ContentGen specification, sections 4 to 6.

mod brief;
mod generate;
mod prompt;
mod record;
mod sources;
mod stages;
mod status;

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{Agent, AgentError, ConfigError, Context, Event, Manifest, Outcome, Prompt, Settings};

/// The declaration: channels, events, limits.
pub const MANIFEST: &str = include_str!("../agent.json");

/// The agent.
#[derive(Debug)]
pub struct ContentGen {
    manifest: Manifest,
    prompt: Prompt,
    /// The same for an article with sources.
    cited: Prompt,
    /// Whether a custom prompt says itself where the context goes.
    context_placed: bool,
    max_words: u32,
    allowed_topics: Vec<String>,
    site_name: String,
}

/// Builds the agent.
///
/// # Errors
/// [`ConfigError`] when the prompt template or the manifest is wrong.
pub fn agent(settings: &Settings) -> Result<Arc<dyn Agent>, ConfigError> {
    Ok(Arc::new(ContentGen {
        manifest: Manifest::parse(MANIFEST)?,
        prompt: prompt::prompt(settings.prompt_template.as_deref())?,
        cited: prompt::cited(settings.prompt_template.as_deref())?,
        context_placed: prompt::places_context(settings.prompt_template.as_deref()),
        max_words: settings.max_words,
        allowed_topics: settings.allowed_topics.iter().map(|topic| mesh_contracts::topic_key(topic)).collect(),
        site_name: settings.site_name.clone(),
    }))
}

#[async_trait]
impl Agent for ContentGen {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn prompts(&self) -> Vec<&Prompt> {
        [&self.prompt, &self.cited].into_iter().chain(&stages::STAGES).collect()
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        match event.event_type {
            "ContentRequest" => self.generate(event, ctx).await,
            _ => status::project(event, ctx).await,
        }
    }
}
