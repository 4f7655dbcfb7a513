//! The request on the wire, in the shape that the server at the other end takes.

use mesh_core::ports::{ChatRequest, Part, Role};
use serde_json::{Map, Value, json};

/// What this server takes. Starts from what OpenAI documents and only ever steps down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shape {
    /// `max_tokens`, the older name, in place of `max_completion_tokens`.
    older_limit: bool,
    /// No `temperature`.
    plain_sampling: bool,
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Format {
    #[default]
    Schema,
    AnyJson,
    Text,
}

impl Shape {
    /// The next simpler shape when the server names the field it does not take; `None` when that would change nothing.
    pub(super) fn without(self, field: &str, request: &ChatRequest) -> Option<Self> {
        let simpler = match field {
            "max_completion_tokens" => Self { older_limit: true, ..self },
            "temperature" if request.hints.temperature.is_some() => Self { plain_sampling: true, ..self },
            "response_format" if request.json_schema.is_some() => {
                let format = if self.format == Format::Schema { Format::AnyJson } else { Format::Text };
                Self { format, ..self }
            }
            _ => self,
        };
        (simpler != self).then_some(simpler)
    }

    /// What neither of two calls at the same time found to be taken.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            older_limit: self.older_limit || other.older_limit,
            plain_sampling: self.plain_sampling || other.plain_sampling,
            format: self.format.max(other.format),
        }
    }
}

/// The fields a [`Shape`] can do without.
pub(super) const OPTIONAL: [&str; 3] = ["max_completion_tokens", "temperature", "response_format"];

/// The JSON body; `None` when the request holds an image.
pub(super) fn body(request: &ChatRequest, model: &str, shape: Shape) -> Option<Vec<u8>> {
    let mut messages = Vec::with_capacity(request.messages.len() + 1);
    messages.extend(request.system.as_ref().map(|system| json!({"role": "system", "content": system})));
    for message in &request.messages {
        if message.parts.iter().any(|part| matches!(part, Part::Image { .. })) {
            return None;
        }
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        messages.push(json!({"role": role, "content": message.joined_text()}));
    }
    let mut body = Map::new();
    body.insert("model".into(), model.into());
    body.insert("messages".into(), messages.into());
    let limit = if shape.older_limit { "max_tokens" } else { "max_completion_tokens" };
    body.insert(limit.into(), request.max_output_tokens.into());
    if let Some(temperature) = request.hints.temperature.filter(|_| !shape.plain_sampling) {
        body.insert("temperature".into(), temperature.into());
    }
    if let Some(format) = request.json_schema.as_ref().and_then(|schema| response_format(schema, shape.format)) {
        body.insert("response_format".into(), format);
    }
    Some(Value::Object(body).to_string().into_bytes())
}

fn response_format(schema: &Value, format: Format) -> Option<Value> {
    match format {
        Format::Schema => {
            let schema = json!({"name": "answer", "strict": true, "schema": schema});
            Some(json!({"type": "json_schema", "json_schema": schema}))
        }
        Format::AnyJson => Some(json!({"type": "json_object"})),
        Format::Text => None,
    }
}
