//! The record's status follows what later agents say, and never goes back.

use mesh_testkit::model::ScriptedTextModel;
use serde_json::{Value, json};

use crate::support::{Bench, article, request};

fn example(text: &str, content_id: &str, event: &str) -> Value {
    let mut data: Value = serde_json::from_str(text).expect("JSON");
    data["content_id"] = json!(content_id);
    data["revision"] = json!(1);
    data["request_id"] = json!(event);
    data
}

fn reviewed(content_id: &str) -> Value {
    example(include_str!("../../../../contracts/examples/review-completed-v1/full.json"), content_id, "reviewed")
}

fn published(content_id: &str) -> Value {
    example(include_str!("../../../../contracts/examples/content-published-v1/full.json"), content_id, "published")
}

fn rejected(content_id: &str) -> Value {
    example(include_str!("../../../../contracts/examples/content-rejected-v1/full.json"), content_id, "rejected")
}

fn failed(content_id: &str, r#final: bool) -> Value {
    let text = include_str!("../../../../contracts/examples/publish-failure-v1/full.json");
    let mut data = example(text, content_id, "failed");
    data["final"] = json!(r#final);
    data["dead_lettered"] = json!(!r#final);
    data
}

fn drafted() -> (Bench, String) {
    let bench = Bench::new(ScriptedTextModel::new().answering(article(300)));
    let content_id = bench.ask(&request("Cloud Computing", 300));
    (bench, content_id)
}

fn after(bench: &Bench, content_id: &str, event_type: &str, data: &Value) -> Value {
    bench.publish(event_type, data);
    bench.round();
    let record = bench.record(content_id).expect("a record").body;
    assert_eq!(mesh_contracts::validate("content-record-v1", &record), Ok(()));
    record
}

#[test]
fn the_status_goes_from_ready_for_review_to_reviewed_to_published() {
    let (bench, id) = drafted();
    assert_eq!(after(&bench, &id, "ReviewCompleted", &reviewed(&id))["status"], "reviewed");
    let record = after(&bench, &id, "ContentPublished", &published(&id));
    assert_eq!((&record["status"], &record["url"]), (&json!("published"), &published(&id)["url"]));
    assert_eq!(record["page"], published(&id)["page"]);
}

#[test]
fn a_late_event_never_sets_the_status_back() {
    let (bench, id) = drafted();
    let record = after(&bench, &id, "ContentPublished", &published(&id));
    assert_eq!(after(&bench, &id, "ReviewCompleted", &reviewed(&id)), record);
    assert_eq!(after(&bench, &id, "ContentRejected", &rejected(&id)), record);
}

#[test]
fn a_rejection_is_recorded_with_its_first_finding() {
    let (bench, id) = drafted();
    let record = after(&bench, &id, "ContentRejected", &rejected(&id));
    assert_eq!(record["status"], "rejected");
    assert_eq!(record["status_code"], rejected(&id)["findings"][0]["check"]);
}

#[test]
fn only_a_failure_that_ends_the_run_is_recorded() {
    let (bench, id) = drafted();
    let waiting = failed(&id, false);
    assert_eq!(after(&bench, &id, "PublishFailure", &waiting)["status"], "ready_for_review");
    let mut for_good = failed(&id, true);
    for_good["request_id"] = json!("failed for good");
    let record = after(&bench, &id, "PublishFailure", &for_good);
    assert_eq!((&record["status"], &record["status_code"]), (&json!("failed"), &for_good["code"]));
}

#[test]
fn a_page_stands_whatever_another_run_of_its_revision_came_to() {
    let (bench, id) = drafted();
    assert_eq!(after(&bench, &id, "PublishFailure", &failed(&id, true))["status"], "failed");
    let record = after(&bench, &id, "ContentPublished", &published(&id));
    assert_eq!((&record["status"], record.get("status_code")), (&json!("published"), None));
    let mut late = failed(&id, true);
    late["request_id"] = json!("failed after it was published");
    assert_eq!(after(&bench, &id, "PublishFailure", &late)["status"], "published");
}

#[test]
fn an_article_nobody_knows_is_passed_over() {
    let bench = Bench::new(ScriptedTextModel::new());
    let id = "00000000-0000-5000-8000-000000000000";
    bench.publish("ReviewCompleted", &reviewed(id));
    assert_eq!(bench.round().len(), 1);
    assert_eq!((bench.record(id), bench.published().len()), (None, 0));
}
