//! `ContentRequest` to `ContentPublished`, and on to index, feed and sitemap: every agent, with the offline model.

use std::{collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use mesh_contracts::{
    Contract,
    events::{ContentPublished, SiteBuilt},
};
use mesh_core::{
    Agent, Settings, Timestamp,
    ports::{Blobs, BlobsExt},
};
use mesh_embedded::JournalEntry;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    disk::{self, Mesh},
    sample::Sample,
    seed,
};

/// Most bytes of a file of the site that is looked at.
const MOST_BYTES: u64 = 64 << 20;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// Articles asked for.
    pub articles: usize,
    /// Words of each.
    pub words: usize,
    /// Articles the site has before.
    pub existing: usize,
}

/// Every agent, as its crate builds it.
fn agents() -> Vec<Arc<dyn Agent>> {
    let build = [
        agent_content_gen::agent,
        agent_refine::agent,
        agent_review::agent,
        agent_image_plan::agent,
        agent_image_render::agent,
        agent_metadata::agent,
        agent_publish::agent,
        agent_site::agent,
        agent_tracker::agent,
        agent_echo::agent,
    ];
    build.iter().map(|agent| agent(&Settings::default()).unwrap()).collect()
}

/// Lets the mesh write, review and publish what is asked for.
#[must_use]
pub fn run(root: &Path, order: Order) -> Sample {
    disk::runtime().block_on(async {
        let mesh = Mesh::new(root, agents()).await;
        seed::articles(&mesh.store, &*mesh.clock, order.existing).await;
        let payloads: Vec<Value> = (0..order.articles).map(|n| request(n, order.words)).collect();
        let asked = mesh.publish(mesh_contracts::events::ContentRequest::TYPE, &payloads).await;
        let work = async {
            let published = mesh.await_events(ContentPublished::CHANNEL, order.articles).await;
            let shown = shown(&mesh, order.existing + order.articles).await;
            mesh.await_quiet().await;
            (published, shown)
        };
        let (began, cpu, (published, shown)) = mesh.run(work).await;
        let last = published.last().map_or(began, |entry| entry.at);
        published_once(&asked, &published);
        on_the_site(&mesh, &published).await;
        mesh.assert_clean().await;
        let articles = order.articles as f64;
        Sample::of(&[
            ("articles/s", articles / began.until(last).as_secs_f64()),
            ("s until shown", last.until(shown).as_secs_f64()),
            ("CPU ms/article", cpu * 1e3 / articles),
        ])
    })
}

/// A request of its own topic.
fn request(n: usize, words: usize) -> Value {
    json!({ "content_topic": seed::topic(n), "word_count": words })
}

/// When the build that lists so many articles was done.
async fn shown(mesh: &Mesh, articles: usize) -> Timestamp {
    let mut after = 0;
    loop {
        for entry in mesh.store.journal().since(after, Some(SiteBuilt::CHANNEL), 100).await.unwrap() {
            let built: Value = serde_json::from_str(&entry.body).unwrap();
            if built["articles"] == json!(articles) {
                return entry.at;
            }
            after = entry.seq;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Fails unless each request has led to exactly one page.
fn published_once(asked: &[Uuid], published: &[JournalEntry]) {
    let runs: BTreeSet<&str> = published.iter().filter_map(|entry| entry.correlation_id.as_deref()).collect();
    assert_eq!((published.len(), runs.len()), (asked.len(), asked.len()), "published articles");
    assert!(asked.iter().all(|id| runs.contains(id.to_string().as_str())), "an article to each request");
}

/// Fails unless the last article is in index, feed and sitemap.
async fn on_the_site(mesh: &Mesh, published: &[JournalEntry]) {
    let blobs = mesh.store.blobs();
    // The last by its own time, as the site sorts them; the journal's order may differ by a moment.
    let articles = published.iter().map(|entry| serde_json::from_str::<Value>(&entry.body).unwrap());
    let last = articles.max_by_key(|one| (text(one, "published_at"), text(one, "content_id"))).unwrap();
    let path = text(&last, "path");
    for file in ["index", "feed", "sitemap"] {
        let mut found = false;
        for meta in blobs.list(&format!("site/{file}"), None, 100).await.unwrap() {
            let (_, body) = blobs.get_bytes(&meta.key, MOST_BYTES).await.unwrap().unwrap();
            found |= String::from_utf8_lossy(&body).contains(&path);
        }
        assert!(found, "{path} is in {file}");
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap().to_owned()
}
