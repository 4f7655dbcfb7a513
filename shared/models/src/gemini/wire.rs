//! The request on the wire.

use mesh_core::ports::{ChatResponse, Role};
use serde_json::{Map, Value, json};

use super::{answer, schema};
use crate::{
    ask::{Ask, Json},
    chat::Wire,
    http::{Failure, Optional, Reply, Wish},
};

/// The fields a model can do without; refusals name them in either spelling.
pub(super) const OPTIONAL: [Optional; 8] = [
    ("temperature", Wish::Temperature),
    ("responseJsonSchema", Wish::Json),
    ("response_json_schema", Wish::Json),
    ("responseMimeType", Wish::Json),
    ("response_mime_type", Wish::Json),
    ("json mode", Wish::Json),
    ("imageConfig", Wish::Other),
    ("image_config", Wish::Other),
];

/// Google's `generateContent`.
pub(super) struct GenerateContent;

impl Wire for GenerateContent {
    fn body(&self, ask: &Ask<'_>) -> Value {
        let turns = ask.request.messages.iter().map(|message| (message.role, message.joined_text()));
        let turns = turns.filter(|(_, text)| !text.trim().is_empty());
        let contents: Vec<Value> =
            turns.map(|(role, text)| json!({"role": word(role), "parts": [{"text": text}]})).collect();
        let mut config = Map::new();
        config.insert("maxOutputTokens".into(), ask.limit().into());
        config.extend(ask.temperature().map(|temperature| ("temperature".to_owned(), temperature.into())));
        let wanted = ask.json();
        if matches!(wanted, Json::Strict(_) | Json::Any) {
            config.insert("responseMimeType".into(), "application/json".into());
        }
        if let Json::Strict(strict) = wanted {
            config.insert("responseJsonSchema".into(), schema::spoken(strict));
        }
        let mut body = Map::new();
        let system = ask.system().map(|system| json!({"parts": [{"text": system}]}));
        body.extend(system.map(|system| ("systemInstruction".to_owned(), system)));
        body.insert("contents".into(), contents.into());
        body.insert("generationConfig".into(), config.into());
        Value::Object(body)
    }

    fn read(&self, reply: &Reply, ask: &Ask<'_>) -> Result<ChatResponse, Failure> {
        answer::read(reply, ask)
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "model",
    }
}
