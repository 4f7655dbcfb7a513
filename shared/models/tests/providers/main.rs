//! Every provider's adapter against its wire format: the cases of `tests/fixtures`, served on loopback.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "test code")]

mod case;
mod check;
mod conformance;
mod log;
mod money;
mod pace;
mod provider;
#[path = "../support/server.rs"]
#[allow(dead_code, reason = "shared with the tests of the OpenAI adapter")]
mod server;
mod settings;
mod world;

use crate::{case::Case, provider::Provider};

/// What every provider must have a case of.
const NEEDED: [&str; 26] = [
    "ok",
    "ok_schema",
    "truncated",
    "auth",
    "permission",
    "model_not_found",
    "context_length",
    "unsupported_then_ok",
    "unsupported_schema_then_ok",
    "rate_limit_seconds",
    "rate_limit_millis",
    "rate_limit_date",
    "rate_limit_past_deadline",
    "quota",
    "server_error_then_ok",
    "html_502",
    "html_200",
    "empty_body",
    "slow_answer",
    "slow_body",
    "huge_body",
    "invalid_utf8",
    "duplicate_keys",
    "redirect",
    "echo",
    "usage_missing",
];

/// Cases side by side. Some have to be answered in a third of a second, on whatever machine.
const AT_ONCE: usize = 6;

/// Runs all cases of a provider and tells of all that broke.
async fn run(provider: &'static Provider, needed: &[&str], at_least: usize) {
    log::start();
    let mut cases = Case::all(provider.fixtures);
    // Those that are asked again wait; they wait together.
    cases.sort_by_key(|case| case.expect("calls").and_then(serde_json::Value::as_u64));
    for needed in needed {
        assert!(cases.iter().any(|case| case.name == *needed), "{} has no case {needed}", provider.fixtures);
    }
    assert!(cases.len() >= at_least, "{} cases of {} alone", cases.len(), provider.fixtures);
    let mut broken = Vec::new();
    for some in cases.chunks(AT_ONCE) {
        // Clients take a while to build; deadlines start after that.
        let prepared: Vec<_> = some.iter().map(|case| check::prepare(provider, case)).collect();
        let mut running = tokio::task::JoinSet::new();
        for ready in prepared {
            running.spawn(ready.run());
        }
        let outcomes = running.join_all().await;
        for case in some {
            let outcome = outcomes.iter().find(|outcome| outcome.case == case.name).unwrap();
            let what = check::case(provider, case, outcome);
            broken.extend(what.into_iter().map(|what| format!("{}/{}: {what}", provider.fixtures, case.name)));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
    log::check();
}

#[tokio::test]
async fn openai() {
    run(&provider::OPENAI, &NEEDED, 37).await;
}

#[tokio::test]
async fn azure_by_deployment() {
    run(&provider::AZURE_CLASSIC, &NEEDED, 36).await;
}

#[tokio::test]
async fn azure_v1() {
    run(&provider::AZURE_V1, &NEEDED, 36).await;
}

#[tokio::test]
async fn anthropic() {
    run(&provider::ANTHROPIC, &NEEDED, 46).await;
}

#[tokio::test]
async fn gemini() {
    run(&provider::GEMINI, &NEEDED, 50).await;
}

#[tokio::test]
async fn gemini_images() {
    run(&provider::GEMINI_IMAGES, &["ok", "auth", "quota", "redirect", "echo", "no_image", "huge_body"], 21).await;
}

#[tokio::test]
async fn azure_images() {
    run(&provider::AZURE_IMAGES, &["ok", "auth", "filtered_prompt", "rate_limit_millis"], 5).await;
}
