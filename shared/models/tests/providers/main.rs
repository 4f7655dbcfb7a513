//! Every provider's adapter against its wire format: the cases of `tests/fixtures`, served on loopback.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "test code")]

mod case;
mod chain;
mod check;
mod conformance;
mod log;
mod money;
mod pace;
mod provider;
mod run;
#[path = "../support/server.rs"]
#[allow(dead_code, reason = "shared with the tests of the OpenAI adapter")]
mod server;
mod settings;
mod world;

use crate::run::{NEEDED, run};

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
