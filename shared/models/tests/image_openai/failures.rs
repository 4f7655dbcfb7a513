//! Failures, the ones that another call heals and the ones it does not.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use mesh_core::ports::{MAX_IMAGE_BYTES, ModelErrorKind};
use serde_json::json;

use crate::{IMAGE, KEY, NEW_KEY, World, error, ok, request, server::Answer};

#[tokio::test]
async fn permanent_failures_are_told_apart_and_not_repeated() {
    use ModelErrorKind::{ContentPolicy, InvalidRequest, MalformedOutput, ModelNotFound, Permission, QuotaExhausted};
    let data = |image: serde_json::Value| Answer::json(200, &json!({"data": [image]}));
    for (answer, kind) in [
        (error(400, "moderation_blocked", "Your request was rejected by the safety system."), ContentPolicy),
        (error(400, "content_policy_violation", "no"), ContentPolicy),
        (error(429, "insufficient_quota", "You exceeded your quota"), QuotaExhausted),
        (error(400, "billing_hard_limit_reached", "limit"), QuotaExhausted),
        (error(404, "model_not_found", "no such model"), ModelNotFound),
        (error(403, "", "verify your organisation"), Permission),
        (error(400, "invalid_value", "size"), InvalidRequest),
        (data(json!({"url": "https://elsewhere.test/x.png"})), InvalidRequest),
        (data(json!({"b64_json": "no base64!"})), MalformedOutput),
        (data(json!({"b64_json": STANDARD.encode(vec![0; MAX_IMAGE_BYTES + 1])})), MalformedOutput),
    ] {
        let world = World::new(vec![answer, ok()]);
        let error = world.ask().await.unwrap_err();
        assert_eq!((error.kind, world.bodies().len()), (kind, 1), "{error}");
        assert_eq!(error.model, "openai/gpt-image-1");
    }
}

#[tokio::test]
async fn what_may_heal_is_tried_again_and_no_more_than_three_times() {
    let busy = || error(429, "rate_limit_exceeded", "slow down").header("retry-after-ms", "15");
    let world = World::new(vec![busy(), Answer::new(502, "<html>").header("retry-after-ms", "15"), ok()]);
    assert_eq!(world.ask().await.unwrap().attempts, 3);
    let world = World::new(vec![busy(), busy(), busy(), ok()]);
    let error = world.ask().await.unwrap_err();
    assert_eq!((error.kind, world.bodies().len()), (ModelErrorKind::RateLimited, 3));
    assert_eq!(error.retry_after, Some(Duration::from_millis(15)));
}

#[tokio::test]
async fn the_deadline_holds_whatever_the_server_does() {
    let world = World::new(vec![ok().after(Duration::from_secs(5)), ok()]);
    let error = world.ask_within(&request(), 250).await.unwrap_err();
    assert_eq!((error.kind, world.bodies().len()), (ModelErrorKind::Timeout, 1));
}

#[tokio::test]
async fn answers_that_are_none_are_server_errors() {
    for garbled in [Answer::new(200, ""), Answer::new(200, "{}"), Answer::json(200, &json!({"data": [{}]}))] {
        let world = World::new(vec![garbled, ok()]);
        let error = world.ask_within(&request(), 300).await.unwrap_err();
        assert_eq!((error.kind, world.bodies().len()), (ModelErrorKind::ServerError, 1), "{error}");
    }
}

#[tokio::test]
async fn the_largest_image_is_read_and_a_larger_body_is_not() {
    let mut image = IMAGE.to_vec();
    image.resize(MAX_IMAGE_BYTES, 7);
    let full = Answer::json(200, &json!({"data": [{"b64_json": STANDARD.encode(&image)}]}));
    let world = World::new(vec![full]);
    assert_eq!(world.ask_within(&request(), 30_000).await.unwrap().image.len(), MAX_IMAGE_BYTES);
    let big = || Answer::new(200, vec![b' '; MAX_IMAGE_BYTES / 3 * 4 + 100_000]);
    for answer in [big(), big().of_unknown_length()] {
        let world = World::new(vec![answer, ok()]);
        let error = world.ask_within(&request(), 30_000).await.unwrap_err();
        assert_eq!((error.kind, world.bodies().len()), (ModelErrorKind::MalformedOutput, 1));
    }
}

#[tokio::test]
async fn a_redirect_is_refused() {
    let elsewhere = World::new(vec![ok()]);
    let away = Answer::new(307, "").header("location", &format!("{}/images/generations", elsewhere.server.base));
    let world = World::new(vec![away, ok()]);
    assert_eq!(world.ask().await.unwrap_err().kind, ModelErrorKind::InvalidRequest);
    assert_eq!((world.bodies().len(), elsewhere.bodies().len()), (1, 0));
}

#[tokio::test]
async fn a_wrong_key_is_fetched_anew_once() {
    let bad = || error(401, "invalid_api_key", &format!("Incorrect API key provided: {KEY}."));
    let world = World::new(vec![bad(), ok()]);
    assert_eq!(world.ask().await.unwrap().attempts, 2);
    assert_eq!(world.server.received()[1].header("authorization"), Some(format!("Bearer {NEW_KEY}").as_str()));
    let world = World::new(vec![bad(), bad(), ok()]);
    assert_eq!(world.ask().await.unwrap_err().kind, ModelErrorKind::Auth);
    assert_eq!((world.bodies().len(), *world.keys.refreshed.lock().unwrap()), (2, 1));
}

#[tokio::test]
async fn errors_do_not_quote_the_prompt() {
    let quoting = error(400, "invalid_value", "Bad prompt: The confidential merger of Acme and Initech.");
    let error = World::new(vec![quoting]).ask().await.unwrap_err();
    assert!(error.message.contains("not shown"), "{}", error.message);
}
