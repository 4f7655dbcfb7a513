//! Keys, time and requests.

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{
        ChatMessage, ChatRequest, Clock, Hints, ImageModel, PortError, RenderRequest, Role, Secrets, Task, TextModel,
    },
};
use mesh_testkit::clock::ManualClock;
use secrecy::SecretString;
use serde_json::{Value, json};

pub(crate) const KEY: &str = "test-key-A1B2C3D4E5F6";
const PROMPT: &str = "Write about the confidential merger of Acme and Initech.";
/// 2026-11-20T12:00:00Z
pub(crate) const NOW: Timestamp = Timestamp(1_795_176_000_000);

/// What may be shown nowhere.
pub(crate) const SECRET: [&str; 5] = [KEY, "A1B2C3", "confidential", "Initech", "Tea is hot"];

/// A clock that stands still: waiting is tokio's, and tests say how long.
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::at(NOW))
}

/// A model of either kind.
pub(crate) enum Model {
    Text(Arc<dyn TextModel>),
    Image(Arc<dyn ImageModel>),
}

/// One key, whatever is asked.
#[derive(Debug)]
pub(crate) struct OneKey;

#[async_trait]
impl Secrets for OneKey {
    async fn fetch(&self, name: &str) -> Result<SecretString, PortError> {
        assert_eq!(name, "key-name");
        Ok(SecretString::from(KEY))
    }

    async fn refresh(&self, name: &str) -> Result<SecretString, PortError> {
        self.fetch(name).await
    }
}

pub(crate) fn chat_request(temperature: Option<f64>, schema: bool) -> ChatRequest {
    let properties = json!({"title": {"type": "string", "maxLength": 60}, "note": {"type": "string"}});
    let schema: Option<Value> =
        schema.then(|| json!({"type": "object", "required": ["title"], "properties": properties}));
    ChatRequest {
        task: Task { name: "draft".into(), input: json!({"topic": "Tea"}) },
        system: Some("You are a careful writer.".into()),
        messages: vec![ChatMessage::text(Role::User, PROMPT)],
        max_output_tokens: 321,
        hints: Hints { temperature },
        json_schema: schema,
    }
}

pub(crate) fn render_request() -> RenderRequest {
    RenderRequest {
        prompt: PROMPT.into(),
        negative_prompt: None,
        colors: Vec::new(),
        style: None,
        caption: None,
        aspect_ratio: (16, 9),
        seed: 1,
    }
}
