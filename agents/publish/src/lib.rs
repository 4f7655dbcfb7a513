//! `publish` joins the parts of an article into a page (Markdown to HTML, images, metadata, marks of generated content), and
//! takes pages off again.
//! Never another agent, an SDK, the environment, tokio or a publish: those are the runner's and the host's.
//!
//! 1. `ReviewCompleted`, `ImagesReady`, `MetadataReady`: a part arrives at its draft's join. The first one asks to be
//!    reminded (`PublicationDue`, held back); the last one makes the page, in the transaction that records its arrival.
//! 2. `PublicationDue`: whoever still waits ends, with a page or with a cause.
//! 3. `WithdrawalRequested`: a notice takes the place of the page.

mod address;
mod arrive;
mod assemble;
pub mod formatting;
mod join;
mod mend;
mod publish;
pub mod render;
mod standing;
mod store;
mod withdraw;

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{Agent, AgentError, ConfigError, Context, Event, Manifest, Outcome, Settings};

use join::Arrival;

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
        match event.event_type {
            "ReviewCompleted" => self.arrived(Arrival::Review(Box::new(event.payload()?)), event, ctx).await,
            "ImagesReady" => self.arrived(Arrival::Images(event.payload()?), event, ctx).await,
            "MetadataReady" => self.arrived(Arrival::Metadata(event.payload()?), event, ctx).await,
            "PublicationDue" => self.due(event, ctx).await,
            _ => self.withdraw(event, ctx).await,
        }
    }
}
