//! The adapter is an image model as the port has it.

use std::sync::Arc;

use mesh_core::ports::{Clock, Secrets};
use mesh_models::{OpenAiImages, OpenAiSettings};
use mesh_testkit::{
    clock::ManualClock,
    model::png,
    suite::{
        Harness,
        image_model::{Fixture, all},
    },
};

use crate::{Keys, answer, server::Server};

/// A model whose server has enough answers for a case.
fn fixture() -> Fixture {
    let clock = Arc::new(ManualClock::new());
    let image = png(64, 36);
    let server = Server::start(vec![answer(&image), answer(&image), answer(&image)]);
    let settings = OpenAiSettings {
        base_url: server.base.clone(),
        model: "gpt-image-1".into(),
        api_key_name: "key-name".into(),
        organisation: None,
    };
    let secrets: Arc<dyn Secrets> = Arc::new(Keys::default());
    let model = OpenAiImages::new(settings, secrets, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    Fixture::over(server, Arc::new(model), clock)
}

#[tokio::test]
async fn it_is_an_image_model() {
    all(&Harness::new(fixture)).await;
}
