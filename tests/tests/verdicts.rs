//! What becomes of articles that do not pass, and of events whose payloads are gone, foreign or not what they were.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use mesh_contracts::records::{ContentRecord, ContentStatus};
use mesh_core::{
    Settings,
    ports::{BlobsExt, IdRange, PutCondition, StateStore, TextModel},
};
use mesh_testkit::{block_on, model::canned_article};
use mesh_tests::{
    World,
    articles::{website_called, writing},
};
use serde_json::{Value, json};

const TOPIC: &str = "Urban Beekeeping";

fn world(settings: Settings, answers: &[String]) -> World {
    World::with(settings, None, Some(writing(answers.iter().cloned()) as Arc<dyn TextModel>))
}

fn ask(world: &World, request: &str) {
    world.publish("ContentRequest", &json!({"content_topic": TOPIC, "word_count": 300, "request_id": request}));
    block_on(world.drain());
}

fn events(world: &World, event_type: &str) -> Vec<Value> {
    let journal = block_on(world.store.journal().since(0, None, 10_000)).expect("a journal");
    let of_type = journal.iter().filter(|entry| entry.event_type.as_deref() == Some(event_type));
    of_type.map(|entry| serde_json::from_str(&entry.body).expect("JSON")).collect()
}

fn statuses(world: &World) -> Vec<ContentStatus> {
    let documents = block_on(world.store.state().list("content", &IdRange::default(), 100)).expect("a list");
    documents
        .iter()
        .map(|document| mesh_contracts::read::<ContentRecord>(&document.body).expect("a record").status)
        .collect()
}

fn checks(event: &Value) -> Vec<&str> {
    event["findings"].as_array().expect("findings").iter().filter_map(|finding| finding["check"].as_str()).collect()
}

#[test]
fn an_article_far_too_short_is_rejected_with_the_reason_and_the_run_ends() {
    let world = world(Settings::default(), &[canned_article(TOPIC, 120)]);
    ask(&world, "r1");
    let rejected = &events(&world, "ContentRejected")[0];
    assert!(checks(rejected).contains(&"length"), "{rejected}");
    assert_eq!(rejected["findings"][0]["severity"], "block");
    assert_eq!(statuses(&world), [ContentStatus::Rejected]);
    assert_eq!(events(&world, "ContentPublished").len(), 0);
    assert_eq!(events(&world, "ReviewCompleted").len(), 0);
}

#[test]
fn what_must_not_be_published_is_rejected_and_masked() {
    for (bad, check, secret) in [
        ("Write to jane.doe@bees.org for more.", "sensitive-data", Some("jane.doe@bees.org")),
        ("The key is AKIAABCDEFGHIJKLMNOP in our account.", "sensitive-data", Some("AKIAABCDEFGHIJKLMNOP")),
        ("Read [this](https://invented.example/page) now.", "links", None),
        ("As an AI language model, I cannot taste honey.", "assistant-residue", None),
    ] {
        let article = format!("{}\n{bad}\n", canned_article(TOPIC, 290));
        let world = world(Settings::default(), &[article]);
        ask(&world, "r1");
        let rejected = events(&world, "ContentRejected");
        assert_eq!(rejected.len(), 1, "{bad}");
        assert!(checks(&rejected[0]).contains(&check), "{bad}: {:?}", checks(&rejected[0]));
        if let Some(secret) = secret {
            assert!(!rejected[0].to_string().contains(secret), "the finding is masked");
        }
    }
}

#[test]
fn a_near_copy_of_an_article_of_the_site_is_rejected() {
    let article = canned_article(TOPIC, 300);
    let world = world(Settings::default(), &[article.clone(), article]);
    ask(&world, "r1");
    ask(&world, "r2");
    assert_eq!(events(&world, "ContentPublished").len(), 1);
    assert!(checks(&events(&world, "ContentRejected")[0]).contains(&"near-duplicate"));
}

#[test]
fn a_revision_is_asked_for_only_while_revisions_are_left() {
    let little_short = canned_article(TOPIC, 255);
    let asked = world(Settings::default(), &[little_short.clone(), little_short.clone()]);
    let plain = json!({"maxRevisions": 1, "refine": false, "imagesPerArticle": 0});
    asked.set("website_settings", "default", &website_called("default", &plain));
    ask(&asked, "r1");
    let requests = events(&asked, "RevisionRequested");
    let [request] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!((&request["revisions_left"], &request["ready"]["revision"]), (&json!(0), &json!(1)));
    assert!(checks(request).contains(&"length"), "{request}");
    let recorded = world(Settings::default(), &[little_short]);
    ask(&recorded, "r1");
    assert_eq!(events(&recorded, "RevisionRequested").len(), 0);
    assert!(checks(&events(&recorded, "ReviewCompleted")[0]).contains(&"length"));
}

#[test]
fn minor_slips_are_mended_in_a_new_object() {
    let slips = canned_article(TOPIC, 300).replacen(". ", ".  ", 3);
    let world = world(Settings::default(), &[slips]);
    ask(&world, "r1");
    let (ready, reviewed) = (&events(&world, "ContentReady")[0], &events(&world, "ReviewCompleted")[0]);
    assert_eq!(reviewed["fixed"], true);
    assert_ne!(ready["draft"]["uri"], reviewed["reviewed"]["uri"]);
    assert_eq!(events(&world, "ContentPublished").len(), 1);
}

fn example(contract: &str) -> Value {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a root");
    let path = root.join("contracts/examples").join(contract).join("full.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("an example")).expect("JSON")
}

#[test]
fn a_payload_that_is_gone_foreign_or_changed_fails_by_its_name() {
    for (event_type, contract, pointer, failure) in [
        ("ContentReady", "content-ready-v1", "draft", "ReviewError"),
        ("ReviewCompleted", "review-completed-v1", "reviewed", "PublishFailure"),
    ] {
        for (uri, code) in [
            ("mesh://local/drafts/nothing-here.md", "PAYLOAD_GONE"),
            ("s3://somebody-else/drafts/x.md", "POINTER_FOREIGN"),
            ("mesh://local/drafts/changed.md", "PAYLOAD_CORRUPT"),
        ] {
            let world = world(Settings::default(), &[]);
            let put = world.store.blobs();
            block_on(put.put_bytes("drafts/changed.md", "other".into(), "text/markdown", PutCondition::Any))
                .expect("stored");
            let mut event = example(contract);
            event[pointer]["uri"] = json!(uri);
            event.as_object_mut().expect("an object").retain(|field, _| field != "brief" && field != "parts");
            world.publish(event_type, &event);
            block_on(world.drain());
            let failures = events(&world, failure);
            assert_eq!(failures.len(), 1, "{failure} for {uri}");
            assert_eq!(
                (&failures[0]["code"], &failures[0]["final"]),
                (&json!(code), &json!(true)),
                "{failure} for {uri}"
            );
            assert_eq!(failures[0]["content_id"], event["content_id"]);
        }
    }
}
