//! The adapters of Bedrock against its wire format: the cases of `shared/models/tests/fixtures`, served on loopback to the SDK.
//! Needs no AWS endpoint.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "test code")]

#[path = "../../../models/tests/providers/case.rs"]
mod case;
#[path = "../../../models/tests/providers/check.rs"]
mod check;
mod conformance;
#[path = "../../../models/tests/providers/log.rs"]
mod log;
mod provider;
#[path = "../../../models/tests/providers/run.rs"]
mod run;
#[path = "../../../models/tests/support/server.rs"]
#[allow(dead_code, reason = "shared with the tests of other adapters")]
mod server;
mod settings;
#[path = "../../../models/tests/providers/world.rs"]
#[allow(dead_code, reason = "shared with the tests of the providers over HTTPS")]
mod world;

use crate::run::{NEEDED, run};

#[tokio::test]
async fn text() {
    run(&provider::BEDROCK, &NEEDED, 62).await;
}

#[tokio::test]
async fn images() {
    run(&provider::BEDROCK_IMAGES, &["ok", "auth", "quota", "redirect", "echo", "no_image", "huge_body"], 22).await;
}
