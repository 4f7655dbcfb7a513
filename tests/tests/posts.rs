//! Many posts at once on the real host: every one is published once and listed, and its images are made in parallel.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use mesh_contracts::Pointer;
use mesh_core::{
    Timestamp, ids,
    ports::{Blobs, BlobsExt, ImageModel, ModelError, ModelErrorKind, PutCondition, RenderRequest, RenderResponse},
};
use mesh_gateway::{generation, posts, sites};
use mesh_models::OfflineTextModel;
use mesh_testkit::model::{ScriptedImageModel, failure, picture, png};
use mesh_tests::host::{AGENTS, Build, Hosted};
use serde_json::{Value, json};
use tokio::sync::Barrier;
use uuid::Uuid;

const POSTS: usize = 50;
const PUBLISHED_AT_ONCE: usize = 200;
const IMAGES: usize = 3;
const SITE: &str = "weekly";

fn drawing() -> Arc<ScriptedImageModel> {
    let image = png(480, 270);
    Arc::new(ScriptedImageModel::new().otherwise(move |_| picture(image.clone())))
}

fn offline() -> Arc<OfflineTextModel> {
    Arc::new(OfflineTextModel::new())
}

async fn set_up(mesh: &Hosted, posts: usize) {
    let site = json!({
        "websiteName": "The Weekly", "articleLengthMin": 300, "articleLengthMax": 400, "imagesPerArticle": IMAGES,
    });
    sites::put(&mesh.ports, SITE, site, mesh.settings.max_words).await.expect("a site");
    for n in 0..posts {
        let post = json!({"websiteId": SITE, "title": format!("Keeping bees in quarter {n}")});
        posts::put(&mesh.ports, &id(n), post).await.expect("a post");
    }
}

fn id(n: usize) -> String {
    format!("post-{n:03}")
}

/// Starts a post's run as the HTTP interface does.
async fn start(mesh: &Hosted, post: &str) -> generation::Started {
    generation::start(&mesh.ports, &mesh.settings, post, None, None).await.expect("a run")
}

/// Every path stands in index, feed and sitemap, and on the pages of the archive: nowhere twice, and of a list that holds
/// so many missing nowhere.
async fn listed_once(mesh: &Hosted, root: &str, paths: &BTreeSet<String>) {
    let mut archive = String::new();
    for meta in mesh.store.blobs().list(&format!("{root}archive/"), None, 1000).await.expect("a list") {
        archive.push_str(&mesh.text(&meta.key).await);
    }
    let [index, feed, sitemap] = ["index.html", "feed.xml", "sitemap.xml"].map(|file| format!("{root}{file}"));
    let lists = [
        // The index shows the latest hundred.
        ("index", mesh.text(&index).await, "index.html\"", 100),
        ("archive", archive, "index.html\"", usize::MAX),
        ("feed", mesh.text(&feed).await, "index.html\"", 200),
        ("sitemap", mesh.text(&sitemap).await, "</loc>", usize::MAX),
    ];
    for (what, text, end, most) in lists {
        let counts: Vec<usize> = paths.iter().map(|path| text.matches(&format!("{path}{end}")).count()).collect();
        assert!(counts.iter().all(|count| *count <= 1), "an article is twice in the {what}");
        assert_eq!(counts.iter().sum::<usize>(), paths.len().min(most), "articles in the {what}");
    }
}

#[test]
fn fifty_posts_at_once_are_each_published_once_with_their_images() {
    let images = drawing();
    let asked = Arc::clone(&images);
    Hosted::run(&AGENTS, offline(), images, async |mesh| {
        set_up(mesh, POSTS).await;
        let ids: Vec<String> = (0..POSTS).map(id).collect();
        let runs = futures_util::future::join_all(ids.iter().map(|post| start(mesh, post))).await;
        mesh.await_listed(SITE, POSTS).await;
        for run in &runs {
            let status = mesh.document("generation", &run.tracking_id.to_string()).await.expect("a status");
            assert_eq!((&status["status"], &status["progress"]), (&json!("complete"), &json!(100)), "{status}");
            assert_eq!(status["images"].as_array().map(Vec::len), Some(IMAGES));
            assert_eq!(status.get("degraded"), None, "{status}");
        }
        let published = mesh.entries("ContentPublished").await;
        let ended: BTreeSet<&str> = published.iter().filter_map(|entry| entry.correlation_id.as_deref()).collect();
        let asked_for: BTreeSet<String> = runs.iter().map(|run| run.tracking_id.to_string()).collect();
        assert_eq!((published.len(), ended), (POSTS, asked_for.iter().map(String::as_str).collect()));
        assert_eq!(asked.calls(), POSTS * IMAGES, "images that were paid for");
        assert_eq!(mesh.entries("ImagesReady").await.len(), POSTS);
        let masters = mesh.store.blobs().list("images/", None, 10_000).await.expect("a list");
        assert_eq!(masters.iter().filter(|meta| meta.key.ends_with(".png")).count(), POSTS * IMAGES);
        let paths: BTreeSet<String> = ids.iter().map(|id| format!("posts/{id}/")).collect();
        listed_once(mesh, "sites/weekly/", &paths).await;
    });
}

/// A model that answers no image before all of an article are asked for.
#[derive(Debug)]
struct Together(Barrier);

#[async_trait]
impl ImageModel for Together {
    fn name(&self) -> &str {
        "scripted/test"
    }

    fn is_offline(&self) -> bool {
        true
    }

    async fn render(&self, _: &RenderRequest, _: Timestamp) -> Result<RenderResponse, ModelError> {
        let all = tokio::time::timeout(Duration::from_secs(60), self.0.wait()).await;
        // Asked one after the other, none is ever made.
        all.map(|_| picture(png(480, 270))).map_err(|_| failure(ModelErrorKind::ContentPolicy))
    }
}

#[test]
fn the_images_of_an_article_are_made_in_parallel() {
    Hosted::run(&AGENTS, offline(), Arc::new(Together(Barrier::new(IMAGES))), async |mesh| {
        set_up(mesh, 1).await;
        start(mesh, &id(0)).await;
        mesh.await_listed(SITE, 1).await;
        let ready = &mesh.entries("ImagesReady").await[0].body;
        let ready: Value = serde_json::from_str(ready).expect("JSON");
        assert_eq!(ready["status"], "ok", "{ready}");
    });
}

#[test]
fn two_hundred_articles_published_at_once_are_all_listed() {
    const LAST: [Build; 3] = [agent_publish::agent, agent_site::agent, agent_tracker::agent];
    Hosted::run(&LAST, offline(), drawing(), async |mesh| {
        let mut reviews = Vec::new();
        for n in 0..PUBLISHED_AT_ONCE {
            reviews.push(reviewed(mesh, n).await);
        }
        mesh.publish("ReviewCompleted", &reviews).await;
        mesh.await_listed("default", PUBLISHED_AT_ONCE).await;
        let published = mesh.entries("ContentPublished").await;
        let path = |body: &str| -> String {
            let payload: Value = serde_json::from_str(body).expect("JSON");
            payload["path"].as_str().expect("a path").to_owned()
        };
        let paths: BTreeSet<String> = published.iter().map(|entry| path(&entry.body)).collect();
        assert_eq!((published.len(), paths.len()), (PUBLISHED_AT_ONCE, PUBLISHED_AT_ONCE));
        listed_once(mesh, "site/", &paths).await;
    });
}

/// A reviewed draft that waits for nothing else. Half of the titles are the same, so that addresses are contended.
async fn reviewed(mesh: &Hosted, n: usize) -> Value {
    let content_id = ids::derive(Uuid::from_u128(n as u128), &["test"]);
    let title = format!("Keeping bees in quarter {}", n / 2);
    let key = format!("drafts/{content_id}.r1.md");
    let body = Bytes::from(format!("# {title}\n\nBees of hive {n} fly far.\n\n## Why\n\nThey look for flowers.\n"));
    let blobs = mesh.store.blobs();
    blobs.put_bytes(&key, body, "text/markdown", PutCondition::Any).await.expect("stored");
    let pointer: Pointer = blobs.pointer(&blobs.head(&key).await.expect("a head").expect("there"));
    let at = mesh.ports.clock.now().rfc3339();
    json!({
        "content_id": content_id, "revision": 1, "content_topic": title, "title": title,
        "summary": "Where bees fly.", "reviewed": pointer, "fixed": false, "models": ["scripted/test"],
        "scores": {"word_count": 300, "long_sentences_percent": 0, "originality_percent": 100, "revise": 0, "warn": 0},
        "findings": [], "prompt_version": "draft-v1", "offline": true, "created_at": at, "reviewed_at": at,
        "website_id": "default", "language": "en"
    })
}

#[test]
fn one_post_asked_for_ten_times_at_once_has_one_run() {
    Hosted::run(&AGENTS, offline(), drawing(), async |mesh| {
        set_up(mesh, 1).await;
        let post = id(0);
        let started = futures_util::future::join_all((0..10).map(|_| start(mesh, &post))).await;
        let runs: BTreeSet<String> = started.iter().map(|run| run.tracking_id.to_string()).collect();
        assert_eq!(runs.len(), 1, "{started:?}");
        assert_eq!(started.iter().filter(|run| !run.repeated).count(), 1, "{started:?}");
        mesh.await_listed(SITE, 1).await;
        for event_type in ["ContentRequest", "ContentPublished"] {
            assert_eq!(mesh.entries(event_type).await.len(), 1, "{event_type}");
        }
    });
}
