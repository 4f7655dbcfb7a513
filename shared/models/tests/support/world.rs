//! Everything around an `OpenAiChat` under test: server, keys, clock, requests and usual answers.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ChatMessage, ChatRequest, ChatResponse, Hints, ModelError, PortError, Role, Secrets, Task, TextModel},
};
use mesh_models::{OpenAiChat, OpenAiSettings};
use mesh_testkit::clock::ManualClock;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::server::{Answer, Received, Server};

pub(crate) const KEY: &str = "test-key-A1B2C3D4E5F6";
pub(crate) const NEW_KEY: &str = "test-key-NEW7NEW8NEW9";
pub(crate) const PROMPT: &str = "Write about the confidential merger of Acme and Initech.";
/// 2026-11-20T12:00:00Z
pub(crate) const NOW: Timestamp = Timestamp(1_795_176_000_000);

/// Hands out its first key, and the last one after a refresh.
#[derive(Debug)]
pub(crate) struct Keys {
    keys: Vec<&'static str>,
    fails: Option<fn() -> PortError>,
    pub(crate) refreshed: Mutex<u32>,
}

#[async_trait]
impl Secrets for Keys {
    async fn fetch(&self, name: &str) -> Result<SecretString, PortError> {
        assert_eq!(name, "key-name");
        match self.fails {
            Some(error) => Err(error()),
            None => Ok(SecretString::from(self.keys[0])),
        }
    }

    async fn refresh(&self, _name: &str) -> Result<SecretString, PortError> {
        *self.refreshed.lock().unwrap() += 1;
        Ok(SecretString::from(*self.keys.last().unwrap()))
    }
}

/// A model and the server behind it.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) model: OpenAiChat,
    pub(crate) keys: Arc<Keys>,
}

impl World {
    pub(crate) fn new(script: Vec<Answer>) -> Self {
        Self::with_keys(script, vec![KEY], None)
    }

    /// A world whose model has this id.
    pub(crate) fn of_model(model: &str, script: Vec<Answer>) -> Self {
        Self::build(model, script, vec![KEY], None)
    }

    pub(crate) fn with_keys(script: Vec<Answer>, keys: Vec<&'static str>, fails: Option<fn() -> PortError>) -> Self {
        Self::build("gpt-test", script, keys, fails)
    }

    fn build(model: &str, script: Vec<Answer>, keys: Vec<&'static str>, fails: Option<fn() -> PortError>) -> Self {
        let server = Server::start(script);
        let settings = OpenAiSettings {
            base_url: server.base.clone(),
            model: model.into(),
            api_key_name: "key-name".into(),
            organisation: Some("org-1".into()),
        };
        let keys = Arc::new(Keys { keys, fails, refreshed: Mutex::new(0) });
        let model = OpenAiChat::new(settings, keys.clone(), Arc::new(ManualClock::at(NOW))).unwrap();
        Self { server, model, keys }
    }

    /// Asks with three seconds to spare.
    pub(crate) async fn ask(&self) -> Result<ChatResponse, ModelError> {
        self.ask_within(&request(), 3_000).await
    }

    pub(crate) async fn ask_within(&self, request: &ChatRequest, millis: u64) -> Result<ChatResponse, ModelError> {
        let answer = self.model.complete(request, NOW.plus(Duration::from_millis(millis))).await;
        let shown = match &answer {
            Ok(_) => String::new(),
            Err(error) => format!("{error} {error:?}"),
        };
        check_shown(&format!("{shown} {:?}", self.model));
        answer
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.server.received()
    }

    pub(crate) fn calls(&self) -> usize {
        self.received().len()
    }
}

/// Nothing of keys, prompt or answer may be in what is shown.
pub(crate) fn check_shown(text: &str) {
    for secret in [KEY, NEW_KEY, "A1B2", "confidential", "Acme", "# Tea"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

pub(crate) fn request() -> ChatRequest {
    ChatRequest {
        task: Task { name: "draft".into(), input: json!({"topic": "Tea"}) },
        system: Some("You are a careful writer.".into()),
        messages: vec![ChatMessage::text(Role::User, PROMPT)],
        max_output_tokens: 321,
        hints: Hints::default(),
        json_schema: None,
    }
}

/// The body of a good answer.
pub(crate) fn completion(text: &str, finish: &str) -> Value {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "gpt-test-2026-11-01",
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": text, "refusal": null},
            "finish_reason": finish,
        }],
        "usage": {
            "prompt_tokens": 12,
            "completion_tokens": 34,
            "total_tokens": 46,
            "prompt_tokens_details": {"cached_tokens": 5},
            "completion_tokens_details": {"reasoning_tokens": 6},
        },
    })
}

pub(crate) fn ok() -> Answer {
    Answer::json(200, &completion("# Tea\n\nHot.", "stop")).header("x-request-id", "req-ok")
}

/// An error in OpenAI's format.
pub(crate) fn error(status: u16, code: &str, class: &str, message: &str) -> Answer {
    let body = json!({"error": {"message": message, "type": class, "param": null, "code": code}});
    Answer::json(status, &body).header("x-request-id", "req-bad")
}
