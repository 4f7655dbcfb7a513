//! Limits: the one of the settings and those that headers tell of.

use std::{num::NonZeroU32, time::Duration};

use mesh_core::ports::{ModelErrorKind, TextModel};
use tokio::time::Instant;

use crate::{
    case::Case,
    provider::{ANTHROPIC, AZURE_V1, OPENAI, Provider},
    server::{Answer, Server},
    world::{NOW, chat_request},
};

/// A good answer with headers of its own.
fn ok(provider: &Provider, headers: &[(&str, &str)]) -> Answer {
    let answer = Case::of(provider.fixtures, "ok").script("").remove(0);
    headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value))
}

async fn ask(model: &dyn TextModel, millis: u64) -> Result<Duration, (ModelErrorKind, Option<Duration>)> {
    let before = Instant::now();
    let deadline = NOW.plus(Duration::from_millis(millis));
    let answer = model.complete(&chat_request(None, false), deadline).await;
    answer.map(|_| before.elapsed()).map_err(|error| (error.kind, error.retry_after))
}

fn start(provider: &Provider, first: Answer) -> (Server, std::sync::Arc<dyn TextModel>) {
    let server = Server::start(vec![first, ok(provider, &[]), ok(provider, &[])]);
    let settings = provider.settings(server.base.strip_suffix("/v1").unwrap(), provider.model);
    let model = provider.text(settings);
    (server, model)
}

#[tokio::test]
async fn when_nothing_is_left_the_next_call_waits() {
    let spent = ok(&OPENAI, &[("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "400ms")]);
    let (server, model) = start(&OPENAI, spent);
    ask(&*model, 3_000).await.unwrap();
    let waited = ask(&*model, 3_000).await.unwrap();
    assert!(waited >= Duration::from_millis(250), "{waited:?}");
    assert!(ask(&*model, 3_000).await.unwrap() < Duration::from_millis(250));
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_wait_past_the_deadline_is_handed_to_the_caller() {
    let reset = "2026-11-20T12:01:00Z";
    let headers =
        [("anthropic-ratelimit-output-tokens-remaining", "0"), ("anthropic-ratelimit-output-tokens-reset", reset)];
    let (server, model) = start(&ANTHROPIC, ok(&ANTHROPIC, &headers));
    ask(&*model, 3_000).await.unwrap();
    let (kind, after) = ask(&*model, 3_000).await.unwrap_err();
    assert_eq!(kind, ModelErrorKind::RateLimited);
    let after = after.unwrap();
    assert!(after > Duration::from_secs(50) && after <= Duration::from_secs(60), "{after:?}");
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn azures_zeros_are_passed_over() {
    let spent = Case::of("azure", "remaining_zero_means_nothing").script("").remove(0);
    let (server, model) = start(&AZURE_V1, spent);
    ask(&*model, 3_000).await.unwrap();
    ask(&*model, 3_000).await.unwrap();
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn the_limit_of_the_settings_holds() {
    let server = Server::start((0..3).map(|_| ok(&OPENAI, &[])).collect());
    let settings = OPENAI.settings(server.base.strip_suffix("/v1").unwrap(), OPENAI.model);
    let model = OPENAI.text(mesh_models::ServerSettings { requests_per_minute: NonZeroU32::new(2), ..settings });
    ask(&*model, 3_000).await.unwrap();
    ask(&*model, 3_000).await.unwrap();
    let (kind, after) = ask(&*model, 3_000).await.unwrap_err();
    assert_eq!(kind, ModelErrorKind::RateLimited);
    assert!(
        after.is_some_and(|after| after > Duration::from_secs(20) && after <= Duration::from_secs(30)),
        "{after:?}"
    );
    assert_eq!(server.received().len(), 2);
}
