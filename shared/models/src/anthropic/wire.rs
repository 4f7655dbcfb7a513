//! The request on the wire.

use mesh_core::ports::{ChatResponse, Role};
use serde_json::{Map, Value, json};

use super::answer;
use crate::{
    ask::{Ask, Json},
    chat::Wire,
    http::{Failure, Optional, Reply, Wish},
};

/// The fields a model can do without, by the names that refusals give them.
pub(super) const OPTIONAL: [Optional; 4] = [
    ("temperature", Wish::Temperature),
    ("output_config", Wish::Json),
    ("output format", Wish::Json),
    ("structured output", Wish::Json),
];

/// Higher ones are refused.
const MAX_TEMPERATURE: f64 = 1.0;

/// Anthropic's Messages.
pub(super) struct Messages;

impl Wire for Messages {
    fn body(&self, ask: &Ask<'_>) -> Value {
        let turns = ask.request.messages.iter().map(|message| (message.role, message.joined_text()));
        let turns = turns.filter(|(_, text)| !text.trim().is_empty());
        let messages: Vec<Value> = turns.map(|(role, text)| json!({"role": word(role), "content": text})).collect();
        let mut body = Map::new();
        body.insert("model".into(), ask.model.into());
        body.insert("max_tokens".into(), ask.limit().into());
        body.extend(ask.system().map(|system| ("system".to_owned(), system.into())));
        body.insert("messages".into(), messages.into());
        let temperature = ask.temperature().map(|temperature| temperature.min(MAX_TEMPERATURE));
        body.extend(temperature.map(|temperature| ("temperature".to_owned(), temperature.into())));
        if let Json::Strict(schema) = ask.json() {
            body.insert("output_config".into(), json!({"format": {"type": "json_schema", "schema": schema}}));
        }
        Value::Object(body)
    }

    fn read(&self, reply: &Reply, ask: &Ask<'_>) -> Result<ChatResponse, Failure> {
        answer::read(reply, ask)
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}
