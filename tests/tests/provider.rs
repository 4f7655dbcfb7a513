//! The whole mesh with a real HTTP provider: a loopback server that speaks OpenAI's wire format.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, dead_code, unreachable_pub, missing_docs)]

#[path = "../../shared/models/tests/support/server.rs"]
mod server;

use std::{sync::Arc, time::Duration};

use mesh_core::{
    Settings, Timestamp,
    ports::{BeginRequest, Begun, Clock, Commit, Conclusion, Queue, StateStore, Write},
};
use mesh_embedded::EnvSecrets;
use mesh_models::{OpenAiChat, OpenAiSettings};
use mesh_testkit::{clock::ManualClock, faulty::Fault, model::canned_article};
use mesh_tests::{World, articles::website_called};
use serde_json::{Value, json};
use server::{Answer, Server};
use uuid::Uuid;

const TOPIC: &str = "Urban Beekeeping";

fn answer(text: &str, finish: &str) -> Answer {
    Answer::json(
        200,
        &json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_790_000_000, "model": "test-model-1",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}],
            "usage": {"prompt_tokens": 120, "completion_tokens": 480, "total_tokens": 600}
        }),
    )
}

fn article() -> Answer {
    answer(&canned_article(TOPIC, 300), "stop")
}

fn error(status: u16, code: &str) -> Answer {
    Answer::json(status, &json!({"error": {"message": "as scripted", "type": code, "param": null, "code": code}}))
}

fn settings() -> Settings {
    Settings { model_timeout: Duration::from_secs(20), attempts: 1, ..Settings::default() }
}

/// A mesh whose model is behind `server`.
fn world(server: &Server, settings: Settings) -> World {
    let model = OpenAiSettings {
        base_url: server.base.clone(),
        model: "test-model".into(),
        api_key_name: "OPENAI_API_KEY".into(),
        organisation: None,
    };
    let secrets = EnvSecrets::new([("OPENAI_API_KEY".to_owned(), "sk-test-0123456789".to_owned())]);
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp(1_790_000_000_000)));
    let model = OpenAiChat::new(model, Arc::new(secrets), clock).expect("settings");
    let world = World::with(settings, None, Some(Arc::new(model)));
    // One call an article: the draft.
    let plain = json!({"refine": false, "metadata": false, "imagesPerArticle": 0});
    world.set("website_settings", "default", &website_called("default", &plain));
    world
}

fn ask(world: &World) {
    world.publish("ContentRequest", &json!({"content_topic": TOPIC, "word_count": 300, "request_id": "r1"}));
}

async fn events(world: &World, event_type: &str) -> Vec<Value> {
    let journal = world.store.journal().since(0, None, 10_000).await.expect("a journal");
    let of_type = journal.iter().filter(|entry| entry.event_type.as_deref() == Some(event_type));
    of_type.map(|entry| serde_json::from_str(&entry.body).expect("JSON")).collect()
}

#[tokio::test]
async fn an_article_by_a_provider_is_published_with_its_usage() {
    let server = Server::start(vec![article()]);
    let world = world(&server, settings());
    ask(&world);
    world.drain().await;
    let published = events(&world, "ContentPublished").await;
    assert_eq!((published.len(), &published[0]["offline"]), (1, &json!(false)));
    assert_eq!(published[0]["models"], json!(["test-model-1"]));
    let content = world.store.state().list("content", &Default::default(), 10).await.expect("a list");
    assert_eq!(content[0].body["cost"], json!({"input_tokens": 120, "output_tokens": 480}));
    let sent = &server.received()[0].body;
    let prompt = sent["messages"].as_array().and_then(|messages| messages.last()).expect("messages");
    assert_eq!(prompt["content"], "Write a 300-word article on Urban Beekeeping.");
    assert!(sent["max_completion_tokens"].as_u64() >= Some(600), "the limit is derived from the words: {sent}");
}

#[tokio::test]
async fn what_heals_within_the_call_is_not_seen_outside() {
    let throttled = error(429, "rate_limit_exceeded").header("retry-after-ms", "20");
    for first in [throttled, error(500, "server_error")] {
        let server = Server::start(vec![first, article()]);
        let world = world(&server, settings());
        ask(&world);
        world.drain().await;
        assert_eq!(events(&world, "ContentPublished").await.len(), 1);
        assert_eq!(events(&world, "GenFailure").await.len(), 0);
        assert_eq!(server.received().len(), 2);
    }
}

#[tokio::test]
async fn an_empty_balance_fails_at_the_first_call() {
    let server = Server::start(vec![error(429, "insufficient_quota"), article()]);
    let world = world(&server, settings());
    ask(&world);
    world.drain().await;
    let failures = events(&world, "GenFailure").await;
    assert_eq!(failures[0]["code"], "MODEL_QUOTA_EXHAUSTED");
    assert_eq!((&failures[0]["final"], &failures[0]["retryable"]), (&json!(true), &json!(false)));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn an_answer_past_the_deadline_is_a_time_out_that_waits_in_the_dead_letter_queue() {
    let server = Server::start(vec![article().after(Duration::from_secs(3))]);
    let world = world(&server, Settings { model_timeout: Duration::from_millis(600), ..settings() });
    ask(&world);
    world.drain().await;
    let failures = events(&world, "GenFailure").await;
    assert_eq!((&failures[0]["code"], &failures[0]["dead_lettered"]), (&json!("MODEL_TIMEOUT"), &json!(true)));
    assert_eq!(world.store.queue("content-gen-dlq").depth().await.expect("a depth").total(), 1);
}

#[tokio::test]
async fn a_truncated_answer_is_continued_once() {
    let whole = canned_article(TOPIC, 300);
    let middle = whole.char_indices().nth(whole.chars().count() / 2).expect("a middle").0;
    let server = Server::start(vec![answer(&whole[..middle], "length"), answer(&whole[middle..], "stop")]);
    let world = world(&server, settings());
    ask(&world);
    world.drain().await;
    assert_eq!(events(&world, "ContentPublished").await.len(), 1);
    let ready = events(&world, "ContentReady").await;
    assert_eq!(ready[0]["complete"], json!(true));
    let messages = &server.received()[1].body["messages"];
    assert_eq!(messages.as_array().map(Vec::len), Some(4), "system, prompt, answer so far, please: {messages}");
}

/// Another article on the topic, as if another run had just written it.
async fn write_same_topic_article(world: &World) {
    let text = include_str!("../../contracts/examples/content-record-v1/full.json");
    let mut record: Value = serde_json::from_str(text).expect("JSON");
    record["created_at"] = json!(world.clock.now().rfc3339());
    let id = record["content_id"].as_str().expect("an id").to_owned();
    let write = Write::create("content", id, &record).expect("a write");
    let write = write.owner("default").index("topic:default:urban beekeeping");
    let (event_id, token) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let begin = BeginRequest {
        agent: "other".into(),
        event_id,
        fingerprint: String::new(),
        correlation_id: event_id,
        event_type: "test".into(),
        token,
        lease_until: Timestamp(i64::MAX / 2),
        afresh: false,
    };
    assert!(matches!(world.store.state().begin(&begin).await.expect("begun"), Begun::Started { .. }));
    let commit = Commit {
        agent: "other".into(),
        event_id,
        token,
        writes: vec![write],
        outbox: Vec::new(),
        conclusion: Conclusion::Completed,
    };
    world.store.state().commit(&commit).await.expect("committed");
}

#[tokio::test]
async fn an_answer_is_paid_once_though_topic_and_template_changed_between_two_tries() {
    let server = Server::start(vec![article(), article()]);
    let mut world = world(&server, Settings { attempts: 5, ..settings() });
    ask(&world);
    // The answer is stored; then nothing can be committed, so the message comes again.
    world.plan.always("state_store", "commit", Fault::FailBefore);
    world.seats[0].round().await;
    assert_eq!(server.received().len(), 1);
    assert_eq!(events(&world, "ContentReady").await.len(), 0);
    world.plan.heal();
    write_same_topic_article(&world).await;
    world.settings.prompt_template = Some("{word_count} words about {content_topic}, please.".into());
    world.restart();
    world.drain().await;
    assert_eq!(events(&world, "ContentPublished").await.len(), 1);
    assert_eq!(server.received().len(), 1, "the stored answer was used");
    assert_eq!(events(&world, "ContentReady").await[0]["prompt_version"], "draft-v1", "the version it was asked with");
}
