//! The request on the wire, in the shape that the server at the other end takes.

use mesh_core::ports::{ChatRequest, Part, Role};
use serde_json::{Map, Value, json};

use super::schema;

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
            "response_format" => {
                let format = match format(request, self.format)?.0 {
                    Format::Schema => Format::AnyJson,
                    Format::AnyJson | Format::Text => Format::Text,
                };
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

    /// Whether the server is asked to hold to the request's schema.
    pub(super) fn is_strict(self, request: &ChatRequest) -> bool {
        format(request, self.format).is_some_and(|(format, _)| format == Format::Schema)
    }
}

/// The fields a [`Shape`] can do without.
pub(super) const OPTIONAL: [&str; 3] = ["max_completion_tokens", "temperature", RESPONSE_FORMAT];
/// The field that asks for JSON.
pub(super) const RESPONSE_FORMAT: &str = "response_format";

/// The JSON body; `None` when the request holds an image.
pub(super) fn body(request: &ChatRequest, model: &str, shape: Shape) -> Option<Vec<u8>> {
    let format = format(request, shape.format);
    let told = request.json_schema.as_ref().filter(|_| format.as_ref().is_some_and(|(own, _)| *own != Format::Schema));
    let mut messages = Vec::with_capacity(request.messages.len() + 1);
    messages.extend(system(request, told).map(|system| json!({"role": "system", "content": system})));
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
    if let Some((_, Some(format))) = format {
        body.insert(RESPONSE_FORMAT.into(), format);
    }
    Some(Value::Object(body).to_string().into_bytes())
}

/// The instructions, with the schema where the server does not hold to it by itself.
fn system(request: &ChatRequest, schema: Option<&Value>) -> Option<String> {
    let Some(schema) = schema else { return request.system.clone() };
    let told = format!("Answer with one JSON object that fits this JSON Schema, and with nothing else:\n{schema}");
    Some(match &request.system {
        Some(system) => format!("{system}\n\n{told}"),
        None => told,
    })
}

/// How JSON is asked for, and the field that does; `None` when the answer is to be plain text.
fn format(request: &ChatRequest, format: Format) -> Option<(Format, Option<Value>)> {
    let schema = request.json_schema.as_ref()?;
    let strict = (format == Format::Schema).then(|| schema::strict(schema)).flatten();
    Some(match (format, strict) {
        (_, Some(strict)) => {
            let named = json!({"name": name(request), "strict": true, "schema": strict});
            (Format::Schema, Some(json!({"type": "json_schema", "json_schema": named})))
        }
        (Format::Text, None) => (Format::Text, None),
        (_, None) => (Format::AnyJson, Some(json!({"type": "json_object"}))),
    })
}

/// The schema's name: the task's, of the characters that a name may have.
fn name(request: &ChatRequest) -> String {
    let letters = request.task.name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let name: String = letters.take(64).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}
