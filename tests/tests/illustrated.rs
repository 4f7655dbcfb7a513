//! The whole way of an article with refinement, images and metadata.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use mesh_core::ports::{ImageModel, ModelErrorKind, TextModel};
use mesh_testkit::{
    block_on,
    model::{Reply, ScriptedImageModel, ScriptedTextModel, canned_article, picture, png},
};
use mesh_tests::{World, articles::*, check};
use serde_json::{Value, json};

const TOPIC: &str = "Urban beekeeping";

fn world(model: Option<Arc<ScriptedTextModel>>, images: Option<Arc<ScriptedImageModel>>, site: &Value) -> World {
    let mut world = World::with(mesh_core::Settings::default(), None, model.map(|model| model as Arc<dyn TextModel>));
    if let Some(images) = images {
        world.draw_with(images as Arc<dyn ImageModel>);
    }
    world.set("website_settings", "weekly", &website(site));
    world
}

fn tasks(model: &ScriptedTextModel) -> Vec<String> {
    model.requests().iter().map(|request| request.task.name.clone()).collect()
}

fn count(world: &World, event_type: &str) -> usize {
    world.events(event_type).len()
}

#[test]
fn an_article_gets_refined_reviewed_illustrated_and_published_once() {
    let world = world(None, None, &json!({"brandTone": "warm", "imagesPerArticle": 3}));
    let run = world.publish("ContentRequest", &request("p1", TOPIC, 600));
    block_on(world.drain());
    for (event_type, times) in [
        ("ContentDrafted", 1),
        ("ContentReady", 1),
        ("ReviewCompleted", 1),
        ("ImageRequested", 3),
        ("ImagesReady", 1),
        ("MetadataReady", 1),
        ("ContentPublished", 1),
    ] {
        assert_eq!(count(&world, event_type), times, "{event_type}");
    }
    let published = &world.events("ContentPublished")[0];
    assert_eq!((&published["path"], &published["degraded"]), (&json!("posts/p1/"), &Value::Null));
    assert_eq!(published["images"].as_array().map(Vec::len), Some(3));
    let page = world.text("sites/weekly/posts/p1/index.html").expect("a page");
    assert_eq!(page.matches("<img").count(), 3, "each image stands in the page once");
    let generation = world.generation(run).expect("a status");
    assert_eq!((&generation["status"], &generation["progress"]), (&json!("complete"), &json!(100)));
    for pointer in ["raw", "refined", "reviewed", "final_markdown", "page"] {
        assert!(generation[pointer]["uri"].is_string(), "{pointer}: {generation}");
    }
    assert_eq!(generation["images"].as_array().map(Vec::len), Some(3));
}

#[test]
fn the_cost_of_all_stages_is_on_the_record_and_in_the_status() {
    let images = Arc::new(ScriptedImageModel::new().otherwise(|_| picture(png(640, 360))));
    let world = world(None, Some(images), &json!({"imagesPerArticle": 2}));
    let run = world.publish("ContentRequest", &request("p1", TOPIC, 600));
    block_on(world.drain());
    let id = world.events("ContentPublished")[0]["content_id"].as_str().expect("an id").to_owned();
    let record = world.document("content", &id).expect("a record");
    let status = world.generation(run).expect("a status");
    // The offline text costs nothing; each scripted image a tenth of a cent.
    assert_eq!(record["cost"]["micro_usd"], 2_000, "{record}");
    assert_eq!(record["cost"], status["cost"]);
}

#[test]
fn a_rejected_draft_causes_no_call_for_images_or_metadata() {
    let bad = format!("{}\n\nAs an AI language model, I cannot taste honey.\n", canned_article(TOPIC, 600));
    let model = writing(vec![bad.clone(), bad]);
    let images = Arc::new(ScriptedImageModel::new());
    let world = world(Some(Arc::clone(&model)), Some(Arc::clone(&images)), &json!({}));
    let run = world.publish("ContentRequest", &request("p1", TOPIC, 600));
    block_on(world.drain());
    assert_eq!(count(&world, "ContentRejected"), 1);
    assert_eq!(tasks(&model), ["draft", "refine"]);
    assert_eq!((images.calls(), count(&world, "ImagesReady"), count(&world, "MetadataReady")), (0, 0, 0));
    let status = world.generation(run).expect("a status");
    assert_eq!(status["status"], "failed");
    assert!(status["cause"]["code"].is_string(), "{status}");
}

#[test]
fn two_revisions_cause_one_set_of_images() {
    let short = canned_article(TOPIC, 480);
    let model = writing(vec![short.clone(), short.clone(), short, canned_article(TOPIC, 600)]);
    let images = Arc::new(ScriptedImageModel::new().otherwise(|_| picture(png(640, 360))));
    let site = json!({"maxRevisions": 2, "imagesPerArticle": 2});
    let world = world(Some(Arc::clone(&model)), Some(Arc::clone(&images)), &site);
    world.publish("ContentRequest", &request("p1", TOPIC, 600));
    block_on(world.drain());
    assert_eq!(count(&world, "RevisionRequested"), 2);
    let ready: Vec<Value> = world.events("ContentReady").iter().map(|ready| ready["revision"].clone()).collect();
    assert_eq!(ready, [1, 2, 3]);
    assert_eq!((images.calls(), count(&world, "ImagesReady"), count(&world, "ContentPublished")), (2, 1, 1));
    assert_eq!(world.events("ContentPublished")[0]["revision"], 3);
    assert_eq!(tasks(&model).iter().filter(|task| *task == "metadata").count(), 1);
}

#[test]
fn an_image_that_fails_is_missing_or_fails_the_article_as_the_site_says() {
    for (policy, ends) in [("degrade", "ContentPublished"), ("fail", "PublishFailure")] {
        let images =
            Arc::new(ScriptedImageModel::new().otherwise(|_| -> Reply<_> { ModelErrorKind::ContentPolicy.into() }));
        let site = json!({"onMissingPart": policy, "imagesPerArticle": 2});
        let world = world(None, Some(images), &site);
        let run = world.publish("ContentRequest", &request("p1", TOPIC, 600));
        block_on(world.drain());
        assert_eq!(world.events("ImagesReady")[0]["status"], "failed");
        assert_eq!(count(&world, ends), 1, "{policy}");
        let status = world.generation(run).expect("a status");
        if policy == "degrade" {
            assert_eq!(status["degraded"], json!(["images"]), "{status}");
        } else {
            assert_eq!((&status["status"], &status["cause"]["code"]), (&json!("failed"), &json!("PART_FAILED")));
        }
    }
}

#[test]
fn a_preferred_image_model_that_is_not_configured_is_named() {
    let world = world(None, None, &json!({"preferredImageModel": "acme/brush", "imagesPerArticle": 1}));
    world.publish("ContentRequest", &request("p1", TOPIC, 600));
    block_on(world.drain());
    let ready = &world.events("ImagesReady")[0];
    let text = ready.to_string();
    assert!(text.contains("MODEL_NOT_CONFIGURED") && text.contains("acme/brush"), "{ready}");
}

#[test]
fn a_withdrawn_article_is_off_the_site_and_its_lists() {
    let world = World::new();
    world.publish("ContentRequest", &json!({"content_topic": TOPIC, "word_count": 300, "request_id": "a"}));
    world.publish("ContentRequest", &json!({"content_topic": "Tidal power", "word_count": 300, "request_id": "b"}));
    block_on(world.drain());
    assert_eq!(block_on(check(&world, 2)), [""; 0]);
    let published = world.events("ContentPublished");
    let gone = &published[0];
    world.publish(
        "WithdrawalRequested",
        &json!({"content_id": gone["content_id"], "website_id": "default", "reason": "It was wrong."}),
    );
    block_on(world.drain());
    assert_eq!(count(&world, "ContentWithdrawn"), 1);
    let path = gone["path"].as_str().expect("a path");
    let page = world.text(&format!("site/{path}index.html")).expect("a notice");
    assert!(page.contains("It was wrong.") && page.contains("noindex"), "{page}");
    for list in ["site/index.html", "site/feed.xml", "site/sitemap.xml"] {
        let text = world.text(list).expect("a list");
        assert!(!text.contains(path.trim_end_matches('/')), "{list}");
        let other = published[1]["path"].as_str().expect("a path");
        assert!(text.contains(other.trim_end_matches('/')), "{list}");
    }
    let record = world.document("content", gone["content_id"].as_str().expect("an id")).expect("a record");
    assert_eq!(record["status"], "withdrawn");
}
