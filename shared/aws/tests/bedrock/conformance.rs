//! The adapters are models as the ports have them.

use std::sync::Arc;

use mesh_aws::{BedrockChat, BedrockImages, BedrockSettings};
use mesh_core::ports::Clock;
use mesh_testkit::{
    clock::ManualClock,
    suite::{Harness, image_model, text_model},
};

use crate::{
    case::Case,
    provider::{BEDROCK, BEDROCK_IMAGES, Provider, config},
    server::Server,
};

/// A server with enough answers for a case of the suite.
fn server(provider: &Provider) -> (Server, BedrockSettings, Arc<ManualClock>) {
    let ok = || Case::of(provider.fixtures, "ok").script("").remove(0);
    let server = Server::start(vec![ok(), ok(), ok()]);
    let settings = provider.settings(server.base.strip_suffix("/v1").unwrap(), provider.model);
    (server, settings, Arc::new(ManualClock::new()))
}

#[tokio::test]
async fn converse_is_a_text_model() {
    let fixture = || {
        let (server, settings, clock) = server(&BEDROCK);
        let model = BedrockChat::new(settings, &config(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        text_model::Fixture::over(server, Arc::new(model), clock)
    };
    text_model::all(&Harness::new(fixture)).await;
}

#[tokio::test]
async fn invoke_model_is_an_image_model() {
    let fixture = || {
        let (server, settings, clock) = server(&BEDROCK_IMAGES);
        let model = BedrockImages::new(settings, &config(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        image_model::Fixture::over(server, Arc::new(model), clock)
    };
    image_model::all(&Harness::new(fixture)).await;
}
