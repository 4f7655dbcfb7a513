//! Every adapter is a model as the port has it.

use std::sync::Arc;

use mesh_core::ports::Clock;
use mesh_models::{AnthropicChat, GeminiChat, GeminiImages, OpenAiChat};
use mesh_testkit::{
    clock::ManualClock,
    suite::{Harness, image_model, text_model},
};

use crate::{
    case::Case,
    provider::{ANTHROPIC, GEMINI, GEMINI_IMAGES, OPENAI, Provider, secrets},
    server::Server,
};

/// A server with enough answers for a case of the suite.
fn server(provider: &Provider) -> (Server, mesh_models::ServerSettings, Arc<ManualClock>) {
    let ok = || Case::of(provider.fixtures, "ok").script("").remove(0);
    let server = Server::start(vec![ok(), ok(), ok()]);
    let settings = provider.settings(server.base.strip_suffix("/v1").unwrap(), provider.model);
    (server, settings, Arc::new(ManualClock::new()))
}

macro_rules! text {
    ($name:ident, $provider:expr, $model:ident) => {
        #[tokio::test]
        async fn $name() {
            let fixture = || {
                let (server, settings, clock) = server(&$provider);
                let model = $model::new(settings, secrets(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
                text_model::Fixture::over(server, Arc::new(model), clock)
            };
            text_model::all(&Harness::new(fixture)).await;
        }
    };
}

text!(openai_is_a_text_model, OPENAI, OpenAiChat);
text!(anthropic_is_a_text_model, ANTHROPIC, AnthropicChat);
text!(gemini_is_a_text_model, GEMINI, GeminiChat);

#[tokio::test]
async fn gemini_is_an_image_model() {
    let fixture = || {
        let (server, settings, clock) = server(&GEMINI_IMAGES);
        let model = GeminiImages::new(settings, secrets(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        image_model::Fixture::over(server, Arc::new(model), clock)
    };
    image_model::all(&Harness::new(fixture)).await;
}
