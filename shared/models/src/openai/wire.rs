//! The request on the wire.

use mesh_core::ports::{ChatRequest, ChatResponse, Role};
use serde_json::{Map, Value, json};

use super::answer;
use crate::{
    ask::{Ask, Json},
    chat::Wire,
    http::{Failure, Optional, Reply, Wish},
};

/// The fields a server can do without.
pub(super) const OPTIONAL: [Optional; 3] =
    [("max_completion_tokens", Wish::Limit), ("temperature", Wish::Temperature), ("response_format", Wish::Json)];

/// OpenAI's chat completions.
pub(crate) struct ChatCompletions;

impl Wire for ChatCompletions {
    fn body(&self, ask: &Ask<'_>) -> Value {
        let mut messages = Vec::with_capacity(ask.request.messages.len() + 1);
        messages.extend(ask.system().map(|system| json!({"role": "system", "content": system})));
        for message in &ask.request.messages {
            let role = match message.role {
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            messages.push(json!({"role": role, "content": message.joined_text()}));
        }
        let mut body = Map::new();
        body.insert("model".into(), ask.model.into());
        body.insert("messages".into(), messages.into());
        let limit = if ask.shape.older_limit { "max_tokens" } else { "max_completion_tokens" };
        body.insert(limit.into(), ask.limit().into());
        body.extend(ask.temperature().map(|temperature| ("temperature".to_owned(), temperature.into())));
        let format = match ask.json() {
            Json::Strict(schema) => {
                let named = json!({"name": name(ask.request), "strict": true, "schema": schema});
                Some(json!({"type": "json_schema", "json_schema": named}))
            }
            Json::Any => Some(json!({"type": "json_object"})),
            Json::Plain | Json::Told => None,
        };
        body.extend(format.map(|format| ("response_format".to_owned(), format)));
        Value::Object(body)
    }

    fn read(&self, reply: &Reply, ask: &Ask<'_>) -> Result<ChatResponse, Failure> {
        answer::read(reply, ask.request, ask.model)
    }
}

/// The schema's name: the task's, of the characters that a name may have.
fn name(request: &ChatRequest) -> String {
    let letters = request.task.name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let name: String = letters.take(64).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}
