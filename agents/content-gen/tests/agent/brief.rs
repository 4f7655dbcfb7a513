//! What an article is written by, and how the record sums up what became of it.

use mesh_agent_bench::payload;
use mesh_testkit::model::ScriptedTextModel;
use serde_json::{Value, json};

use crate::support::{Bench, article};

fn request() -> Value {
    json!({
        "content_topic": "Cloud Computing", "word_count": 300, "request_id": "r1",
        "website_id": "weekly", "post_id": "post-1"
    })
}

fn website(more: Value) -> Value {
    let mut site = json!({
        "websiteId": "weekly", "websiteName": "The Weekly", "targetAudience": "owners of small shops",
        "websiteDescription": "shops and what they need", "additionalContext": "no advertising",
        "createdAt": "2026-11-20T08:00:00.000Z", "updatedAt": "2026-11-20T08:00:00.000Z"
    });
    for (field, value) in more.as_object().into_iter().flatten() {
        site[field] = value.clone();
    }
    assert_eq!(mesh_contracts::validate("website-settings-v1", &site), Ok(()));
    site
}

fn post() -> Value {
    json!({
        "postId": "post-1", "websiteId": "weekly", "title": "Cloud Computing",
        "createdAt": "2026-11-20T08:00:00.000Z", "updatedAt": "2026-11-20T08:00:00.000Z"
    })
}

/// What the agent says to the request when the site is set up like this.
fn asked(site: Option<Value>) -> (Bench, Vec<(String, Value)>) {
    let bench = Bench::new(ScriptedTextModel::new().answering(article(300)));
    if let Some(site) = site {
        bench.set("website_settings", "weekly", &site);
        bench.set("posts", "post-1", &post());
    }
    bench.publish("ContentRequest", &request());
    bench.round();
    let said = bench.published();
    let events = said.iter().map(|entry| {
        let event_type = entry.event_type.clone().expect("a type");
        (event_type.clone(), payload(entry, &event_type))
    });
    let events = events.collect();
    (bench, events)
}

#[test]
fn a_site_that_is_set_up_gets_its_draft_refined_and_illustrated_and_its_brief_frozen() {
    let (bench, events) = asked(Some(website(json!({}))));
    let [(event_type, drafted)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(event_type, "ContentDrafted");
    assert_eq!((&drafted["parts"], &drafted["refined"]), (&json!(["images", "metadata"]), &json!(false)));
    let id = drafted["content_id"].as_str().expect("an id");
    let uri = drafted["brief"]["uri"].as_str().expect("a pointer");
    assert!(uri.ends_with(&format!("briefs/{id}.r1.json")), "{uri}");
    let brief: Value =
        serde_json::from_str(&bench.blob(&format!("briefs/{id}.r1.json")).expect("a brief")).expect("JSON");
    assert_eq!(mesh_contracts::validate("brief-v1", &brief), Ok(()));
    assert_eq!((&brief["website"]["websiteName"], &brief["post"]["postId"]), (&json!("The Weekly"), &json!("post-1")));
}

#[test]
fn the_prompt_says_what_the_site_is_about() {
    let (bench, _) = asked(Some(website(json!({}))));
    let prompt = bench.model.requests()[0].messages[0].joined_text();
    for said in ["shops and what they need", "owners of small shops", "no advertising"] {
        assert!(prompt.contains(said), "{prompt}");
    }
}

#[test]
fn a_site_nobody_set_up_waits_for_metadata_alone() {
    let (_, events) = asked(None);
    let [(event_type, ready)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(
        (event_type.as_str(), &ready["parts"], &ready["brief"]),
        ("ContentReady", &json!(["metadata"]), &Value::Null)
    );
}

#[test]
fn what_a_site_switches_off_is_not_waited_for() {
    let (_, events) = asked(Some(website(json!({"refine": false, "metadata": false, "imagesPerArticle": 0}))));
    assert_eq!((events[0].0.as_str(), &events[0].1["parts"]), ("ContentReady", &Value::Null));
}

#[test]
fn a_site_that_is_off_or_prefers_an_unknown_model_is_refused_before_any_call() {
    let (bench, events) = asked(Some(website(json!({"isActive": false}))));
    assert_eq!((events[0].0.as_str(), &events[0].1["code"]), ("ValidationError", &json!("SITE_INACTIVE")));
    assert_eq!(bench.model.calls(), 0);
    let (bench, events) = asked(Some(website(json!({"preferredTextModel": "acme/best"}))));
    assert_eq!((events[0].0.as_str(), &events[0].1["code"]), ("GenFailure", &json!("MODEL_NOT_CONFIGURED")));
    let message = events[0].1["error_message"].as_str().expect("a message");
    assert!(message.contains("acme/best") && message.contains("scripted/test"), "{message}");
    assert_eq!(bench.model.calls(), 0);
}

fn example(contract: &str, content_id: &Value, request: &str) -> Value {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/examples");
    let text = std::fs::read_to_string(root.join(contract).join("full.json")).expect("an example");
    let mut data: Value = serde_json::from_str(&text).expect("JSON");
    data["content_id"] = content_id.clone();
    data["revision"] = json!(1);
    data["request_id"] = json!(request);
    data
}

#[test]
fn the_record_sums_what_all_stages_cost_in_any_order_and_takes_the_refined_text() {
    let (bench, events) = asked(Some(website(json!({}))));
    let id = &events[0].1["content_id"];
    let cost = |micro: i64| json!({"input_tokens": 10, "output_tokens": 1, "micro_usd": micro});
    let mut refined = example("content-ready-v1", id, "refined");
    refined["refined"] = json!(true);
    refined["cost"] = cost(100);
    let mut images = example("images-ready-v1", id, "images");
    images["cost"] = cost(1000);
    let mut metadata = example("metadata-ready-v1", id, "metadata");
    metadata["cost"] = cost(10_000);
    let before = bench.record(id.as_str().expect("an id")).expect("a record").body["cost"].clone();
    for (event_type, data) in [("ImagesReady", &images), ("ContentReady", &refined), ("MetadataReady", &metadata)] {
        bench.publish(event_type, data);
        bench.publish(event_type, data);
        bench.round();
    }
    let record = bench.record(id.as_str().expect("an id")).expect("a record").body;
    assert_eq!(mesh_contracts::validate("content-record-v1", &record), Ok(()));
    let number = |cost: &Value, field: &str| cost[field].as_i64().unwrap_or(0);
    assert_eq!(number(&record["cost"], "micro_usd"), number(&before, "micro_usd") + 11_100);
    assert_eq!(number(&record["cost"], "input_tokens"), number(&before, "input_tokens") + 30);
    assert_eq!((&record["draft"], &record["title"]), (&refined["draft"], &refined["title"]));
}
