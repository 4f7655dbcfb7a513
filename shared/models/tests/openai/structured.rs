//! Answers that are to be JSON: how they are asked for, and what is done where a server does not do it that way.

use mesh_core::ports::{ChatRequest, ModelErrorKind};
use serde_json::{Value, json};

use crate::{
    server::{Answer, Received},
    world::{World, completion, error, ok, request},
};

fn wish() -> ChatRequest {
    let schema = json!({
        "type": "object",
        "required": ["title"],
        "properties": {"title": {"type": "string", "maxLength": 60}, "note": {"type": "string"}},
    });
    ChatRequest { json_schema: Some(schema), ..request() }
}

fn formats(received: &[Received]) -> Vec<Value> {
    received.iter().map(|sent| sent.body["response_format"]["type"].clone()).collect()
}

fn system(sent: &Received) -> String {
    sent.body["messages"][0]["content"].as_str().unwrap_or_default().to_owned()
}

fn unsupported(what: &str) -> Answer {
    error(400, "", "", &format!("'response_format' of type '{what}' is not supported"))
}

#[tokio::test]
async fn a_refused_schema_is_told_in_the_prompt_and_remembered() {
    for refusal in [
        unsupported("json_schema"),
        error(400, "unsupported_parameter", "invalid_request_error", "no response_format here"),
        error(422, "", "", "'response_format.type' must be 'json_object' or 'text'"),
        Answer::json(
            400,
            &json!({"error": {"message": "no", "param": "response_format", "code": "unsupported_value"}}),
        ),
    ] {
        let world = World::new(vec![refusal.clone(), ok(), ok()]);
        assert_eq!(world.ask_within(&wish(), 3_000).await.unwrap().attempts, 2, "{refusal:?}");
        assert_eq!(world.ask_within(&wish(), 3_000).await.unwrap().attempts, 1, "{refusal:?}");
        let received = world.received();
        assert_eq!(formats(&received), [json!("json_schema"), json!("json_object"), json!("json_object")]);
        assert_eq!(system(&received[0]), "You are a careful writer.");
        for later in &received[1..] {
            let told = system(later);
            assert!(told.starts_with("You are a careful writer.\n\n") && told.contains("\"maxLength\":60"), "{told}");
        }
    }
}

#[tokio::test]
async fn a_server_that_knows_no_format_at_all_is_asked_in_words() {
    let world = World::new(vec![unsupported("json_schema"), unsupported("json_object"), ok()]);
    world.ask_within(&wish(), 3_000).await.unwrap();
    let received = world.received();
    assert_eq!(formats(&received), [json!("json_schema"), json!("json_object"), Value::Null]);
    assert!(system(&received[2]).contains("JSON Schema"));
}

#[tokio::test]
async fn one_schema_that_is_refused_says_nothing_of_the_next() {
    let wrong = error(400, "", "", "Invalid schema for response_format 'draft': too deep");
    let world = World::new(vec![wrong, ok(), ok()]);
    world.ask_within(&wish(), 3_000).await.unwrap();
    world.ask_within(&wish(), 3_000).await.unwrap();
    assert_eq!(formats(&world.received()), [json!("json_schema"), json!("json_object"), json!("json_schema")]);
}

#[tokio::test]
async fn a_schema_beyond_the_subset_is_told_at_once() {
    let world = World::new(vec![ok()]);
    let free = ChatRequest { json_schema: Some(json!({"type": "object"})), system: None, ..wish() };
    world.ask_within(&free, 3_000).await.unwrap();
    let received = world.received();
    assert_eq!(formats(&received), [json!("json_object")]);
    assert!(system(&received[0]).starts_with("Answer with one JSON object"));
}

#[tokio::test]
async fn other_failures_are_no_reason_to_ask_otherwise() {
    let world = World::new(vec![error(400, "invalid_value", "invalid_request_error", "temperature is odd"), ok()]);
    assert_eq!(world.ask_within(&wish(), 3_000).await.unwrap_err().kind, ModelErrorKind::InvalidRequest);
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn nulls_that_stand_for_nothing_do_not_come_back() {
    let strict = completion(r#"{"title": "T", "note": null}"#, "stop");
    let world = World::new(vec![Answer::json(200, &strict), unsupported("json_schema"), Answer::json(200, &strict)]);
    assert_eq!(world.ask_within(&wish(), 3_000).await.unwrap().text, r#"{"title":"T"}"#);
    // Where nobody asked for nulls they are the model's own.
    assert_eq!(world.ask_within(&wish(), 3_000).await.unwrap().text, r#"{"title": "T", "note": null}"#);
}
