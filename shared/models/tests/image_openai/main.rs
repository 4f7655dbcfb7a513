//! The image adapter against a server on loopback that speaks the wire format, well and badly.
#![allow(clippy::unwrap_used, missing_docs, reason = "test code")]

mod answers;
mod failures;
#[path = "../support/server.rs"]
#[allow(dead_code, reason = "shared with the tests of the chat adapter")]
mod server;
mod suite;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use mesh_core::{
    Timestamp,
    ports::{ImageModel, ModelError, PortError, RenderRequest, RenderResponse, Secrets},
};
use mesh_models::{OpenAiImages, OpenAiSettings};
use mesh_testkit::clock::ManualClock;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::server::{Answer, Server};

const KEY: &str = "test-key-A1B2C3D4E5F6";
const NEW_KEY: &str = "test-key-NEW7NEW8NEW9";
/// 2026-11-20T12:00:00Z
const NOW: Timestamp = Timestamp(1_795_176_000_000);
const IMAGE: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

/// The old key, and the new one after a refresh.
#[derive(Debug, Default)]
struct Keys {
    refreshed: Mutex<u32>,
}

#[async_trait]
impl Secrets for Keys {
    async fn fetch(&self, name: &str) -> Result<SecretString, PortError> {
        assert_eq!(name, "key-name");
        Ok(SecretString::from(KEY))
    }

    async fn refresh(&self, _name: &str) -> Result<SecretString, PortError> {
        *self.refreshed.lock().unwrap() += 1;
        Ok(SecretString::from(NEW_KEY))
    }
}

/// A model and the server behind it.
struct World {
    server: Server,
    model: OpenAiImages,
    keys: Arc<Keys>,
}

impl World {
    fn new(script: Vec<Answer>) -> Self {
        Self::of("gpt-image-1", script)
    }

    fn of(model: &str, script: Vec<Answer>) -> Self {
        let server = Server::start(script);
        let settings = OpenAiSettings {
            base_url: server.base.clone(),
            model: model.into(),
            api_key_name: "key-name".into(),
            organisation: Some("org-1".into()),
        };
        let keys = Arc::new(Keys::default());
        let secrets: Arc<dyn Secrets> = Arc::clone(&keys) as Arc<dyn Secrets>;
        let model = OpenAiImages::new(settings, secrets, Arc::new(ManualClock::at(NOW))).unwrap();
        Self { server, model, keys }
    }

    /// Asks with three seconds to spare.
    async fn ask(&self) -> Result<RenderResponse, ModelError> {
        self.ask_within(&request(), 3_000).await
    }

    async fn ask_within(&self, request: &RenderRequest, millis: u64) -> Result<RenderResponse, ModelError> {
        let answer = self.model.render(request, NOW.plus(Duration::from_millis(millis))).await;
        let shown = answer.as_ref().err().map(|error| format!("{error} {error:?}")).unwrap_or_default();
        let shown = format!("{shown} {:?}", self.model);
        for secret in [KEY, NEW_KEY, "A1B2", "confidential", "Initech"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        answer
    }

    fn bodies(&self) -> Vec<Value> {
        self.server.received().into_iter().map(|received| received.body).collect()
    }
}

fn request() -> RenderRequest {
    RenderRequest {
        prompt: "The confidential merger of Acme and Initech.".into(),
        negative_prompt: Some("crowds".into()),
        colors: vec!["#ff5733".into(), "#33ff57".into()],
        style: Some("flat".into()),
        caption: Some("Mergers".into()),
        aspect_ratio: (16, 9),
        seed: 1,
    }
}

/// A good answer of the GPT models.
fn ok() -> Answer {
    answer(IMAGE)
}

fn answer(image: &[u8]) -> Answer {
    let body = json!({
        "created": 1,
        "data": [{"b64_json": STANDARD.encode(image)}],
        "usage": {"input_tokens": 40, "output_tokens": 1568, "total_tokens": 1608},
    });
    Answer::json(200, &body).header("x-request-id", "req-ok")
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    let body =
        json!({"error": {"message": message, "type": "image_generation_user_error", "param": null, "code": code}});
    Answer::json(status, &body).header("x-request-id", "req-bad")
}
