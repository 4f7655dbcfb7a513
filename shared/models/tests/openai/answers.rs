//! What is sent, and what good answers become.

use mesh_core::ports::{Finish, Hints, ModelErrorKind, TextModel, Usage};
use serde_json::{Value, json};

use crate::{
    server::Answer,
    world::{KEY, PROMPT, World, completion, error, ok, request},
};

#[tokio::test]
async fn a_good_answer_is_read_whole() {
    let world = World::new(vec![ok()]);
    let answer = world.ask().await.unwrap();
    assert_eq!((answer.text.as_str(), answer.finish), ("# Tea\n\nHot.", Finish::Stop));
    assert_eq!((answer.model.as_str(), answer.offline, answer.attempts), ("gpt-test-2026-11-01", false, 1));
    let usage =
        Usage { input_tokens: 12, output_tokens: 34, cached_tokens: 5, reasoning_tokens: 6, ..Usage::default() };
    assert_eq!((answer.usage, answer.cost_micro_usd), (usage, None));
    assert_eq!(answer.provider_request_id.as_deref(), Some("req-ok"));
    assert_eq!((world.model.name(), world.model.is_offline()), ("openai/gpt-test", false));
}

#[tokio::test]
async fn the_request_holds_what_was_asked_and_no_more() {
    let world = World::new(vec![ok(), ok()]);
    world.ask().await.unwrap();
    let mut wishes = request();
    wishes.hints = Hints { temperature: Some(0.5) };
    wishes.json_schema = Some(json!({"type": "object", "properties": {"a": {"type": "string", "maxLength": 9}}}));
    world.ask_within(&wishes, 3_000).await.unwrap();
    let [plain, full] = world.received().try_into().unwrap();
    let messages = json!([
        {"role": "system", "content": "You are a careful writer."},
        {"role": "user", "content": PROMPT},
    ]);
    assert_eq!(plain.body, json!({"model": "gpt-test", "messages": messages, "max_completion_tokens": 321}));
    assert!(plain.head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{}", plain.head);
    assert_eq!(plain.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(plain.header("openai-organization"), Some("org-1"));
    assert_eq!(plain.header("content-type"), Some("application/json"));
    assert_eq!(full.body["temperature"], 0.5);
    let property = json!({"type": ["string", "null"], "description": "(maxLength 9)"});
    let schema =
        json!({"type": "object", "properties": {"a": property}, "required": ["a"], "additionalProperties": false});
    let named = json!({"name": "draft", "strict": true, "schema": schema});
    assert_eq!(full.body["response_format"], json!({"type": "json_schema", "json_schema": named}));
    assert_eq!(full.body["messages"], messages);
}

#[tokio::test]
async fn every_way_to_finish_is_told_apart() {
    let mut refused = completion("", "stop");
    refused["choices"][0]["message"] = json!({"role": "assistant", "content": null, "refusal": "I cannot."});
    let mut filtered = completion("", "content_filter");
    filtered["choices"][0]["content_filter_results"] =
        json!({"violence": {"filtered": true}, "hate": {"filtered": false}, "odd": 1});
    let mut parts = completion("", "tool_calls");
    parts["choices"][0]["message"]["content"] = json!([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]);
    let mut silent = completion("x", "stop");
    silent["choices"][0]["finish_reason"] = Value::Null;
    for (body, finish, text) in [
        (completion("half a", "length"), Finish::Length, "half a"),
        (refused, Finish::Refusal, ""),
        (filtered, Finish::ContentFilter { categories: vec!["violence".into()] }, ""),
        (parts, Finish::Other { raw: "tool_calls".into() }, "ab"),
        (silent, Finish::Other { raw: "none".into() }, "x"),
    ] {
        let answer = World::new(vec![Answer::json(200, &body)]).ask().await.unwrap();
        assert_eq!((answer.finish, answer.text.as_str()), (finish, text));
    }
}

#[tokio::test]
async fn missing_usage_is_estimated() {
    let mut body = completion("12345678", "stop");
    body.as_object_mut().unwrap().remove("usage");
    let usage = World::new(vec![Answer::json(200, &body)]).ask().await.unwrap().usage;
    assert!(usage.estimated && usage.output_tokens == 2 && usage.input_tokens > 10);
}

#[tokio::test]
async fn a_field_the_server_does_not_take_is_replaced_and_remembered() {
    let no_limit = error(400, "", "", "Unrecognized request argument supplied: max_completion_tokens");
    let no_temperature = json!({"error": {
        "message": "Unsupported value: 'temperature' does not support 0.5 with this model.",
        "type": "invalid_request_error", "param": "temperature", "code": "unsupported_value",
    }});
    let world = World::new(vec![no_limit, Answer::json(400, &no_temperature), ok(), ok()]);
    let mut wishes = request();
    wishes.hints.temperature = Some(0.5);
    assert_eq!(world.ask_within(&wishes, 3_000).await.unwrap().attempts, 3);
    assert_eq!(world.ask_within(&wishes, 3_000).await.unwrap().attempts, 1);
    let received = world.received();
    assert_eq!(received[0].body["max_completion_tokens"], 321);
    for later in &received[1..] {
        assert_eq!((&later.body["max_tokens"], later.body.get("max_completion_tokens")), (&json!(321), None));
    }
    assert_eq!(received[1].body["temperature"], 0.5);
    assert!(received[2..].iter().all(|later| later.body.get("temperature").is_none()));
}

#[tokio::test]
async fn a_server_that_takes_neither_name_is_asked_twice_and_no_more() {
    let refuse = |param: &str| {
        Answer::json(400, &json!({"error": {"message": "no", "param": param, "code": "unsupported_parameter"}}))
    };
    let world = World::new(vec![refuse("max_completion_tokens"), refuse("max_tokens"), ok()]);
    assert_eq!(world.ask().await.unwrap_err().kind, ModelErrorKind::InvalidRequest);
    assert_eq!(world.calls(), 2);
}

#[tokio::test]
async fn doubled_keys_in_the_answer_do_no_harm() {
    let body = completion("x", "stop").to_string().replacen('{', "{\"choices\":[],", 1);
    assert_eq!(World::new(vec![Answer::new(200, body)]).ask().await.unwrap().text, "x");
}
