//! `site` builds what all articles of a site share: index, archive, feed, sitemap. One build serves every article that was
//! published before it started.
//! Never another agent, an SDK, the environment, tokio or a publish: those are the runner's and the host's.
//!
//! 1. `ContentPublished`, `ContentWithdrawn`: unless a build waits already, ask for one (`SiteBuildRequested`, due a little later when the last
//!    one was just now).
//! 2. `SiteBuildRequested`: take the next build number. From now on a new article asks for another build.
//! 3. `SiteBuildStarted`: only now list what is published, and write what changed.

mod build;
pub mod render;
mod schedule;

use std::sync::Arc;

use async_trait::async_trait;
use mesh_contracts::events::{ContentPublished, ContentWithdrawn};
use mesh_core::{Agent, AgentError, ConfigError, Context, Event, Manifest, Outcome, Settings};

/// The declaration: channels, events, limits.
pub const MANIFEST: &str = include_str!("../agent.json");

/// The agent.
#[derive(Debug)]
pub struct SiteAgent {
    manifest: Manifest,
    base_url: String,
    site_name: String,
}

/// Builds the agent.
///
/// # Errors
/// [`ConfigError`] when the manifest is wrong.
pub fn agent(settings: &Settings) -> Result<Arc<dyn Agent>, ConfigError> {
    Ok(Arc::new(SiteAgent {
        manifest: Manifest::parse(MANIFEST)?,
        base_url: settings.site_base_url.clone(),
        site_name: settings.site_name.clone(),
    }))
}

#[async_trait]
impl Agent for SiteAgent {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        match event.event_type {
            "ContentPublished" => schedule::request(event.payload::<ContentPublished>()?.website_id, ctx).await,
            "ContentWithdrawn" => schedule::request(event.payload::<ContentWithdrawn>()?.website_id, ctx).await,
            "SiteBuildRequested" => schedule::start(event, ctx).await,
            _ => self.build(event, ctx).await,
        }
    }
}
