//! Failures that another call does not heal, and answers that are none.

use mesh_core::ports::{ModelErrorKind, Part};
use serde_json::json;

use crate::{
    server::Answer,
    world::{World, error, ok, request},
};

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
}

#[tokio::test]
async fn an_oversized_body_is_not_read() {
    let big = || Answer::new(200, vec![b' '; 5 * 1024 * 1024]);
    for answer in [big(), big().of_unknown_length()] {
        let world = World::new(vec![answer, ok()]);
        let error = world.ask().await.unwrap_err();
        assert_eq!((error.kind, world.calls()), (ModelErrorKind::MalformedOutput, 1));
    }
    // Of an error the status is enough.
    let world = World::new(vec![Answer::new(404, vec![b' '; 5 * 1024 * 1024])]);
    assert_eq!(world.ask().await.unwrap_err().kind, ModelErrorKind::ModelNotFound);
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
async fn images_are_refused_before_any_call() {
    let world = World::new(vec![ok()]);
    let mut picture = request();
    picture.messages[0].parts.push(Part::Image { uri: "blob://x".into(), media_type: "image/png".into() });
    let error = world.ask_within(&picture, 3_000).await.unwrap_err();
    assert_eq!((error.kind, world.calls()), (ModelErrorKind::InvalidRequest, 0));
}
