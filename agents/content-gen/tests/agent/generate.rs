//! From a request to a draft, a record and a `ContentReady`.

use mesh_agent_bench::payload;
use std::time::Duration;

use bytes::Bytes;
use mesh_article::count_words;
use mesh_core::{
    ids,
    ports::{Blobs, BlobsExt, Clock, PutCondition, Role},
};
use mesh_testkit::{block_on, model::ScriptedTextModel};
use serde_json::json;

use crate::support::{Bench, article, message, request};

const CONTEXT: &str = "for small businesses";

#[test]
fn the_prompt_reaches_the_model() {
    let bench = Bench::new(ScriptedTextModel::new().answering(article(500)));
    let mut with_context = request("Cloud Computing", 500);
    with_context["prompt_context"] = json!(CONTEXT);
    bench.ask(&with_context);
    let asked = bench.model.requests();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].messages.len(), asked[0].messages[0].role), (1, Role::User));
    let prompt = asked[0].messages[0].joined_text();
    assert_eq!(prompt, "Write a 500-word article on Cloud Computing. Context: for small businesses");
    let system = asked[0].system.as_deref().expect("rules");
    assert!(system.contains("Markdown"), "{system}");
    assert!(asked[0].max_output_tokens >= 1000, "room for 500 words in any language");
}

#[test]
fn without_a_context_the_prompt_is_the_plain_one() {
    let bench = Bench::new(ScriptedTextModel::new().otherwise(|_| article(800)));
    let mut empty = request("Machine Learning Trends", 800);
    empty["prompt_context"] = json!("");
    bench.ask(&empty);
    let prompt = bench.model.requests()[0].messages[0].joined_text();
    assert_eq!(prompt, "Write an 800-word article on Machine Learning Trends.");
}

#[test]
fn the_article_goes_to_its_key_as_the_model_wrote_it() {
    let bench = Bench::new(ScriptedTextModel::new().answering(article(500)));
    let content_id = bench.ask(&request("Cloud Computing", 500));
    assert_eq!(bench.blob(&format!("drafts/{content_id}.md")), Some(article(500)));
    assert_eq!(bench.drafts(), 1);
}

#[test]
fn the_record_says_what_was_made_when_and_by_whom() {
    let bench = Bench::new(ScriptedTextModel::new().answering(article(480)));
    let content_id = bench.ask(&request("Cloud Computing", 500));
    let document = bench.record(&content_id).expect("a record");
    let record = &document.body;
    assert_eq!(mesh_contracts::validate("content-record-v1", record), Ok(()));
    assert_eq!(record["content_id"], json!(content_id));
    assert_eq!(record["content_topic"], "Cloud Computing");
    assert_eq!((&record["word_count"], &record["measured_word_count"]), (&json!(500), &json!(480)));
    assert_eq!((&record["status"], &record["created_by"]), (&json!("ready_for_review"), &json!("content-gen")));
    assert_eq!(record["created_at"], json!("2026-01-05T09:00:00.000Z"));
    assert_eq!((&record["models"], &record["prompt_version"]), (&json!(["scripted"]), &json!("draft-v1")));
    assert_eq!((&record["cost"]["input_tokens"], &record["cost"]["micro_usd"]), (&json!(100), &json!(1000)));
    assert_eq!(document.owner.as_deref(), Some("default"));
    assert_eq!(document.index.as_deref(), Some("topic:default:cloud computing"));
}

#[test]
fn content_ready_names_the_content_and_points_at_the_draft() {
    let bench = Bench::new(ScriptedTextModel::new().answering(article(500)));
    let content_id = bench.ask(&request("Cloud Computing", 500));
    let ready = bench.only("ContentReady");
    assert_eq!((&ready["content_id"], &ready["content_topic"]), (&json!(content_id), &json!("Cloud Computing")));
    assert_eq!((&ready["title"], &ready["request_id"]), (&json!("Cloud Computing"), &json!("r1")));
    assert!(ready["summary"].as_str().is_some_and(|summary| summary.starts_with("word3 word4")), "{ready}");
    let uri = ready["draft"]["uri"].as_str().expect("a pointer");
    assert!(uri.ends_with(&format!("drafts/{content_id}.md")), "{uri}");
    assert_eq!(ready["draft"]["bytes"], json!(article(500).len()));
    assert_eq!(bench.record(&content_id).expect("a record").body["draft"], ready["draft"]);
    assert!(
        ready.get("article_text").is_none() && !ready.to_string().contains("word99"),
        "the text stays in the store"
    );
}

#[test]
fn a_draft_that_is_too_long_is_trimmed_behind_a_sentence_and_no_further_than_needed() {
    let bench = Bench::new(ScriptedTextModel::new().answering(article(700)));
    let content_id = bench.ask(&request("Cloud Computing", 500));
    let draft = bench.blob(&format!("drafts/{content_id}.md")).expect("a draft");
    assert!(draft.ends_with(".\n") && article(700).starts_with(draft.trim_end()), "{draft}");
    assert_eq!(count_words(&draft), 550, "a tenth more than asked for is let through");
    assert_eq!(bench.only("ContentReady")["measured_word_count"], json!(550));
}

#[test]
fn a_draft_that_is_short_or_slightly_long_stays_as_it_is() {
    for words in [300, 499, 501, 550] {
        let bench = Bench::new(ScriptedTextModel::new().answering(article(words)));
        let content_id = bench.ask(&request("Cloud Computing", 500));
        assert_eq!(bench.blob(&format!("drafts/{content_id}.md")), Some(article(words)));
    }
}

#[test]
fn an_answer_in_a_fence_with_remarks_is_stored_as_plain_markdown() {
    let wrapped = format!("```markdown\n{}```", article(300));
    let bench = Bench::new(ScriptedTextModel::new().answering(wrapped));
    let content_id = bench.ask(&request("Cloud Computing", 300));
    assert_eq!(bench.blob(&format!("drafts/{content_id}.md")), Some(article(300)));
}

#[test]
fn the_same_request_delivered_twice_is_one_article() {
    let bench = Bench::new(ScriptedTextModel::new().answering(article(300)));
    let first = bench.ask(&request("Cloud Computing", 300));
    let second = bench.ask(&request("Cloud Computing", 300));
    assert_eq!(first, second);
    assert_eq!((bench.model.calls(), bench.published().len(), bench.drafts()), (1, 1, 1));
}

#[test]
fn requests_do_not_know_of_one_another_but_through_the_store() {
    let bench = Bench::new(ScriptedTextModel::new().otherwise(|_| article(300)));
    let ids: Vec<String> = ["a", "b"]
        .map(|id| bench.ask(&json!({"content_topic": format!("Topic {id}"), "word_count": 300, "request_id": id})))
        .to_vec();
    assert_ne!(ids[0], ids[1]);
    let ready: Vec<_> =
        bench.published().iter().map(|entry| payload(entry, "ContentReady")["content_id"].clone()).collect();
    assert_eq!(ready, [json!(ids[0]), json!(ids[1])]);
}

#[test]
fn a_topic_of_the_last_90_days_is_asked_for_with_a_fresh_angle() {
    let bench = Bench::new(ScriptedTextModel::new().otherwise(|_| article(300)));
    let ask = |topic: &str, id: &str| {
        bench.ask(&json!({"content_topic": topic, "word_count": 300, "request_id": id}));
        bench.model.requests().last().expect("a request").messages[0].joined_text()
    };
    assert_eq!(ask("Cloud Computing", "a"), "Write a 300-word article on Cloud Computing.");
    assert!(ask("the cloud computing!", "b").contains("take a fresh angle"));
    assert_eq!(ask("Edge Computing", "c"), "Write a 300-word article on Edge Computing.");
    bench.clock.advance(Duration::from_secs(91 * 24 * 3600));
    assert_eq!(ask("Cloud Computing", "d"), "Write a 300-word article on Cloud Computing.");
}

#[test]
fn run_and_trace_go_on_from_the_request_to_the_event() {
    let bench = Bench::new(ScriptedTextModel::new().otherwise(|_| article(300)));
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let mut traced = message("ContentRequest", &request("Cloud Computing", 300), bench.clock.now());
    traced.attributes.insert("traceparent".into(), trace.into());
    bench.send(traced);
    bench.round();
    let id = bench.publish("ContentRequest", &json!({"content_topic": "T", "word_count": 300, "request_id": "r2"}));
    bench.round();
    let published = bench.published();
    let of = |n: usize, name: &str| published[n].attributes[name].clone();
    assert!(of(0, "traceparent").starts_with("00-0af7651916cd43dd8448eb211c80319c-"), "{}", of(0, "traceparent"));
    assert!(of(0, "traceparent").ends_with("-01") && of(0, "traceparent") != trace, "a span of its own");
    assert_eq!(of(1, "ce-correlationid"), id.to_string());
    assert!(of(1, "traceparent").contains(&id.simple().to_string()), "a run without a trace starts one");
    assert_eq!(of(1, "ce-subject"), payload(&published[1], "ContentReady")["content_id"].as_str().expect("an id"));
}

#[test]
fn what_another_run_of_the_article_left_is_neither_used_nor_overwritten() {
    let bench = Bench::new(ScriptedTextModel::new().answering(article(500)));
    let data = request("Cloud Computing", 500);
    let key = format!("drafts/{}.md", ids::of_content(ids::of_request("", "r1")));
    let left = Bytes::from_static(b"# Of a run that died before it was committed\n");
    block_on(bench.store.blobs().put_bytes(&key, left.clone(), "text/markdown", PutCondition::Any)).expect("stored");
    let content_id = bench.ask(&data);
    let ready = bench.only("ContentReady");
    let draft = ready["draft"]["uri"].as_str().and_then(|uri| bench.store.blobs().key_of(uri)).expect("our key");
    assert!(draft.starts_with(&format!("drafts/{content_id}.")) && draft != key, "{draft}");
    assert_eq!(bench.blob(&draft), Some(article(500)));
    assert_eq!((&ready["title"], &ready["measured_word_count"]), (&json!("Cloud Computing"), &json!(500)));
    assert_eq!(bench.blob(&key).map(Bytes::from), Some(left));
}
