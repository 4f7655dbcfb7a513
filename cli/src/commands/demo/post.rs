//! `mesh demo --post`: a site with a brand, a post of it, and the run of that post, as the HTTP interface starts it.

use anyhow::Context;
use mesh_gateway::{generation, posts, sites};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::mesh::Mesh;

/// The site and the post of the demo.
const SITE: &str = "demo";
const SETTINGS: &str = include_str!("site.json");
pub(super) const TITLE: &str = "How tidal power changes a harbour town";
const DESCRIPTION: &str = "What a turbine in the harbour mouth means for those who live and work there.";

/// Sets up the site, unless somebody changed it, and the post; answers the id of the run.
pub(super) async fn start(mesh: &Mesh, title: &str) -> anyhow::Result<Uuid> {
    let ports = mesh.ports();
    if sites::get(&ports, SITE).await?.is_none() {
        let settings: Value = serde_json::from_str(SETTINGS).context("the demo's site")?;
        sites::put(&ports, SITE, settings, mesh.settings.max_words).await.context("storing the demo's site")?;
    }
    let post = json!({ "websiteId": SITE, "title": title, "description": DESCRIPTION });
    posts::put(&ports, SITE, post).await.context("storing the demo's post")?;
    let started =
        generation::start(&ports, &mesh.settings, SITE, None, None).await.context("starting the post's run")?;
    Ok(started.tracking_id.0)
}
