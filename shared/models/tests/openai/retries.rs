//! What is tried again, when, and how often.

use std::time::Duration;

use mesh_core::ports::ModelErrorKind;
use serde_json::json;

use crate::{
    server::Answer,
    world::{World, error, ok, request},
};

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

#[tokio::test]
async fn the_deadline_holds_whatever_the_server_does() {
    let world = World::new(vec![ok().after(Duration::from_secs(5)), ok()]);
    let before = tokio::time::Instant::now();
    let error = world.ask_within(&request(), 250).await.unwrap_err();
    assert_eq!((error.kind, world.calls()), (ModelErrorKind::Timeout, 1));
    assert!(before.elapsed() < Duration::from_secs(2), "{:?}", before.elapsed());
    let slow_body = World::new(vec![ok().body_after(Duration::from_secs(5)), ok()]);
    assert_eq!(slow_body.ask_within(&request(), 250).await.unwrap_err().kind, ModelErrorKind::Timeout);
    let over = World::new(vec![ok()]);
    assert_eq!((over.ask_within(&request(), 0).await.unwrap_err().kind, over.calls()), (ModelErrorKind::Timeout, 0));
}
