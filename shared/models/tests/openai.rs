//! The OpenAI adapter against a server on loopback that speaks the wire format, well and badly.

#[path = "support/server.rs"]
mod server;
#[path = "support/world.rs"]
mod world;

use std::{
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use mesh_core::ports::{Finish, Hints, ModelErrorKind, Part, PortError, TextModel, Usage};
use serde_json::{Value, json};
use server::Answer;
use world::{KEY, NEW_KEY, PROMPT, World, check_shown, completion, error, ok, request};

#[tokio::test]
async fn a_good_answer_is_read_whole() {
    let world = World::new(vec![ok()]);
    let answer = world.ask().await.unwrap();
    assert_eq!((answer.text.as_str(), answer.finish), ("# Tea\n\nHot.", Finish::Stop));
    assert_eq!((answer.model.as_str(), answer.offline, answer.attempts), ("gpt-test-2026-11-01", false, 1));
    let usage = Usage { input_tokens: 12, output_tokens: 34, cached_tokens: 5, reasoning_tokens: 6, estimated: false };
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
    wishes.json_schema = Some(json!({"type": "object"}));
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
    let schema = json!({"name": "answer", "strict": true, "schema": {"type": "object"}});
    assert_eq!(full.body["response_format"], json!({"type": "json_schema", "json_schema": schema}));
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

/// Failures that no second call heals: the kind, and exactly one call.
#[tokio::test]
async fn permanent_failures_are_told_apart_and_not_repeated() {
    use ModelErrorKind::{ContentPolicy, ContextLength, InvalidRequest, ModelNotFound, Permission, QuotaExhausted};
    let azure =
        json!({"error": {"message": "m", "code": null, "innererror": {"code": "ResponsibleAIPolicyViolation"}}});
    for (answer, kind) in [
        (error(404, "model_not_found", "invalid_request_error", "no such model"), ModelNotFound),
        (Answer::new(404, "not found"), ModelNotFound),
        (error(400, "context_length_exceeded", "invalid_request_error", "too long"), ContextLength),
        (error(400, "", "BadRequestError", "This model's maximum context length is 8192 tokens"), ContextLength),
        (Answer::new(413, ""), ContextLength),
        (error(400, "content_filter", "", "filtered"), ContentPolicy),
        (error(400, "content_policy_violation", "", "policy"), ContentPolicy),
        (Answer::json(400, &azure), ContentPolicy),
        (error(403, "unsupported_country_region_territory", "request_forbidden", "no"), Permission),
        (Answer::new(403, ""), Permission),
        (error(402, "", "", "pay"), QuotaExhausted),
        (error(429, "insufficient_quota", "insufficient_quota", "You exceeded your quota"), QuotaExhausted),
        (error(429, "credit_balance_exhausted", "insufficient_quota", "balance"), QuotaExhausted),
        (error(429, "insufficient_quota", "", "no").header("x-should-retry", "true"), QuotaExhausted),
        (error(400, "invalid_value", "invalid_request_error", "temperature is out of range"), InvalidRequest),
        (Answer::json(400, &json!({"error": "a bare text"})), InvalidRequest),
        (Answer::json(422, &json!({"detail": "field required"})), InvalidRequest),
    ] {
        let world = World::new(vec![answer.clone(), ok()]);
        let error = world.ask().await.unwrap_err();
        assert_eq!(error.kind, kind, "{answer:?}: {error}");
        assert_eq!(world.calls(), 1, "{answer:?}");
        assert_eq!(error.model, "openai/gpt-test");
    }
}

#[tokio::test]
async fn errors_carry_the_providers_words_and_request_id() {
    let world = World::new(vec![error(400, "invalid_value", "invalid_request_error", &"word ".repeat(200))]);
    let error = world.ask().await.unwrap_err();
    assert!(error.message.starts_with("HTTP 400 invalid_value: word word"), "{}", error.message);
    assert!(error.message.chars().count() <= 300);
    assert_eq!(error.provider_request_id.as_deref(), Some("req-bad"));
}

#[tokio::test]
async fn a_wrong_key_is_fetched_anew_once() {
    let bad = || error(401, "invalid_api_key", "invalid_request_error", &format!("Incorrect API key provided: {KEY}."));
    let healed = World::with_keys(vec![bad(), ok()], vec![KEY, NEW_KEY], None);
    assert_eq!(healed.ask().await.unwrap().attempts, 2);
    assert_eq!(healed.received()[1].header("authorization"), Some(format!("Bearer {NEW_KEY}").as_str()));

    let still_bad = World::with_keys(vec![bad(), bad(), ok()], vec![KEY, NEW_KEY], None);
    assert_eq!(still_bad.ask().await.unwrap_err().kind, ModelErrorKind::Auth);
    assert_eq!((still_bad.calls(), *still_bad.keys.refreshed.lock().unwrap()), (2, 1));

    let unchanged = World::new(vec![bad(), ok()]);
    let error = unchanged.ask().await.unwrap_err();
    assert_eq!((error.kind, unchanged.calls()), (ModelErrorKind::Auth, 1));
    assert!(error.message.contains("[key]"), "{}", error.message);
}

#[tokio::test]
async fn a_key_that_cannot_be_had_makes_no_call() {
    fn absent() -> PortError {
        PortError::NotFound { port: "Secrets", what: KEY.into() }
    }
    fn away() -> PortError {
        PortError::unavailable("Secrets", KEY, "down")
    }
    let world = World::with_keys(vec![ok()], vec![KEY], Some(absent));
    assert_eq!((world.ask().await.unwrap_err().kind, world.calls()), (ModelErrorKind::Auth, 0));
    let world = World::with_keys(vec![ok()], vec![KEY], Some(away));
    let error = world.ask_within(&request(), 300).await.unwrap_err();
    assert_eq!((error.kind, world.calls()), (ModelErrorKind::Transport, 0));
    let world = World::with_keys(vec![ok()], vec!["a\nb"], None);
    assert_eq!((world.ask().await.unwrap_err().kind, world.calls()), (ModelErrorKind::Auth, 0));
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
async fn schemas_step_down_but_a_wrong_schema_stays_an_error() {
    let mut wishes = request();
    wishes.json_schema = Some(json!({"type": "object"}));
    let unsupported = |what: &str| error(400, "", "", &format!("'response_format' of type '{what}' is not supported"));
    let world = World::new(vec![unsupported("json_schema"), unsupported("json_object"), ok()]);
    world.ask_within(&wishes, 3_000).await.unwrap();
    let formats: Vec<_> = world.received().iter().map(|sent| sent.body["response_format"]["type"].clone()).collect();
    assert_eq!(formats, [json!("json_schema"), json!("json_object"), Value::Null]);

    let wrong = error(400, "", "", "Invalid schema for response_format 'answer': 'minLength' is not permitted");
    let world = World::new(vec![wrong, ok()]);
    assert_eq!(world.ask_within(&wishes, 3_000).await.unwrap_err().kind, ModelErrorKind::InvalidRequest);
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn what_may_heal_is_tried_again_after_the_time_asked_for() {
    let soon = |status, code: &str| error(status, code, "", "wait").header("retry-after-ms", "20");
    for first in [
        soon(429, "rate_limit_exceeded"),
        soon(500, "server_error"),
        soon(502, ""),
        soon(503, "server_is_overloaded"),
        soon(408, ""),
        soon(409, ""),
        Answer::new(502, "<html>Bad Gateway</html>").header("retry-after-ms", "20"),
        error(429, "", "", "wait").header("retry-after", "0.02"),
        error(429, "", "", "wait").header("retry-after", "Fri, 20 Nov 2026 11:59:59 GMT"),
        error(418, "", "", "odd").header("x-should-retry", "true").header("retry-after-ms", "20"),
        Answer::json(200, &json!({"error": {"message": "busy", "code": 429}})).header("retry-after-ms", "20"),
    ] {
        let world = World::new(vec![first.clone(), ok()]);
        let answer = world.ask().await.unwrap_or_else(|error| panic!("{first:?}: {error}"));
        assert_eq!((answer.attempts, world.calls()), (2, 2), "{first:?}");
    }
}

#[tokio::test]
async fn after_three_tries_the_failure_is_returned() {
    let busy = || error(429, "rate_limit_exceeded", "tokens", "slow down").header("retry-after-ms", "15");
    let world = World::new(vec![busy(), busy(), busy(), ok()]);
    let error = world.ask().await.unwrap_err();
    assert_eq!((error.kind, world.calls()), (ModelErrorKind::RateLimited, 3));
    assert_eq!(error.retry_after, Some(Duration::from_millis(15)));
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_or_reason_is_handed_to_the_caller() {
    for (header, value, seconds) in [
        ("retry-after", "20", 20),
        ("retry-after", "Fri, 20 Nov 2026 12:00:20 GMT", 20),
        ("retry-after-ms", "121000", 121),
        ("retry-after", "3600", 3600),
    ] {
        let world = World::new(vec![error(429, "rate_limit_exceeded", "", "wait").header(header, value), ok()]);
        let within = if seconds > 20 { 10_000_000 } else { 3_000 };
        let error = world.ask_within(&request(), within).await.unwrap_err();
        assert_eq!((error.kind, world.calls()), (ModelErrorKind::RateLimited, 1), "{value}");
        assert_eq!(error.retry_after, Some(Duration::from_secs(seconds)));
    }
    let no = error(500, "", "", "no").header("x-should-retry", "false");
    let world = World::new(vec![no, ok()]);
    assert_eq!((world.ask().await.unwrap_err().kind, world.calls()), (ModelErrorKind::ServerError, 1));
}

/// Answers that are none: each is the server's failure, and tried again.
#[tokio::test]
async fn garbled_answers_are_server_errors() {
    for garbled in [
        Answer::new(200, ""),
        Answer::new(200, "\n"),
        Answer::new(200, b"{\"choices\": \"\xff\xfe\"}".to_vec()),
        Answer::new(200, "<html>Welcome</html>"),
        Answer::new(200, "{}"),
        Answer::json(200, &json!({"choices": []})),
        Answer::new(502, "<html># Tea</html>"),
        Answer::new(500, b"\xff\xfe".to_vec()),
    ] {
        // Too little time for the wait of half a second: one try.
        let world = World::new(vec![garbled.clone(), ok()]);
        let error = world.ask_within(&request(), 300).await.unwrap_err();
        assert_eq!((error.kind, world.calls()), (ModelErrorKind::ServerError, 1), "{garbled:?}: {error}");
    }
    let world = World::new(vec![Answer::new(500, ""), ok()]);
    assert_eq!(world.ask().await.unwrap().attempts, 2);
}

#[tokio::test]
async fn a_broken_connection_is_transport() {
    let world = World::new(vec![ok().broken_off_after(10), ok()]);
    assert_eq!(world.ask_within(&request(), 300).await.unwrap_err().kind, ModelErrorKind::Transport);
    let nobody = World::new(Vec::new());
    drop(nobody);
}

#[tokio::test]
async fn the_deadline_holds_whatever_the_server_does() {
    let world = World::new(vec![ok().after(Duration::from_secs(5)), ok()]);
    let before = tokio::time::Instant::now();
    let error = world.ask_within(&request(), 250).await.unwrap_err();
    assert_eq!((error.kind, world.calls()), (ModelErrorKind::Timeout, 1));
    assert!(before.elapsed() < Duration::from_secs(2), "{:?}", before.elapsed());
    let over = World::new(vec![ok()]);
    assert_eq!((over.ask_within(&request(), 0).await.unwrap_err().kind, over.calls()), (ModelErrorKind::Timeout, 0));
}

#[tokio::test]
async fn an_oversized_body_is_not_read() {
    let big = || vec![b' '; 5 * 1024 * 1024];
    for answer in [Answer::new(200, big()), Answer::new(500, big())] {
        let world = World::new(vec![answer, ok()]);
        let error = world.ask().await.unwrap_err();
        assert_eq!((error.kind, world.calls()), (ModelErrorKind::MalformedOutput, 1));
    }
}

#[tokio::test]
async fn a_redirect_is_refused() {
    let elsewhere = World::new(vec![ok()]);
    for status in [301, 307, 308] {
        let away = Answer::new(status, "").header("location", &format!("{}/chat/completions", elsewhere.server.base));
        let world = World::new(vec![away, ok()]);
        let error = world.ask().await.unwrap_err();
        assert_eq!((error.kind, world.calls()), (ModelErrorKind::InvalidRequest, 1), "{status}");
        assert!(error.message.contains("redirect"), "{}", error.message);
    }
    assert_eq!(elsewhere.calls(), 0);
}

#[tokio::test]
async fn doubled_keys_in_the_answer_do_no_harm() {
    let body = completion("x", "stop").to_string().replacen('{', "{\"choices\":[],", 1);
    assert_eq!(World::new(vec![Answer::new(200, body)]).ask().await.unwrap().text, "x");
}

#[tokio::test]
async fn images_are_refused_before_any_call() {
    let world = World::new(vec![ok()]);
    let mut picture = request();
    picture.messages[0].parts.push(Part::Image { uri: "blob://x".into(), media_type: "image/png".into() });
    let error = world.ask_within(&picture, 3_000).await.unwrap_err();
    assert_eq!((error.kind, world.calls()), (ModelErrorKind::InvalidRequest, 0));
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_key_nor_prompt_nor_answer_is_ever_shown() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let echo = format!("You sent '{PROMPT}' with {KEY}");
    let masked = "Incorrect API key provided: test-key***E5F6";
    let script = vec![
        error(500, KEY, KEY, &echo).header("retry-after-ms", "10"),
        error(401, "invalid_api_key", "", masked),
        error(400, "", "", &echo),
    ];
    let world = World::with_keys(script, vec![KEY, NEW_KEY], None);
    let error = world.ask().await.unwrap_err();
    assert_eq!((error.kind, world.calls()), (ModelErrorKind::InvalidRequest, 3));
    // `ask` checks the error and the model's Debug; here is the log.
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("The model is asked again."), "{log}");
    check_shown(&log);
}
