//! The CloudEvents context as message attributes.

use mesh_contracts::EventSpec;
use serde_json::{Map, Value, json};

/// Name of the schema of all attributes.
pub(crate) const NAME: &str = "cloudEvents";

/// The attribute that names the run.
pub(crate) const RUN: &str = "ce-correlationid";

/// Attribute, whether the mesh always sends it, schema, example.
fn attributes() -> Vec<(&'static str, bool, Value, &'static str)> {
    let text = |about: &str| json!({"type": "string", "description": about});
    vec![
        (
            "ce-specversion",
            true,
            json!({"type": "string", "const": "1.0", "description": "CloudEvents version."}),
            "1.0",
        ),
        (
            "ce-id",
            true,
            text("Id of the event. Of the mesh's own events a UUID; of others, unique for `ce-source`."),
            "0d3f6a52-5f0f-5f6e-9d55-4a6c70a10c3b",
        ),
        ("ce-type", true, text("Type of the event."), ""),
        ("ce-source", true, text("Who emitted it: `/mesh/` and the agent."), ""),
        ("ce-subject", false, text("What it is about, such as the article's id."), ""),
        ("ce-time", true, text("When it was emitted, RFC 3339."), "2026-11-20T09:30:00.000Z"),
        (RUN, true, text("The run: the id of its first event."), "4b1c2a9e-6a2f-5d0b-8a57-0c9f2f1f7d11"),
        ("ce-dataschema", true, text("Contract of the payload, with its version; absent: the channel's first."), ""),
        ("traceparent", true, text("W3C trace context."), "00-4b1c2a9e6a2f5d0b8a570c9f2f1f7d11-0d3f6a525f0f5f6e-00"),
        ("ce-origin", false, text("On a copy (a replay that was edited or forced): the event it is a copy of."), ""),
    ]
}

/// The schema of all attributes; which of them are there, each message says.
pub(crate) fn schema() -> Value {
    let properties: Map<String, Value> =
        attributes().into_iter().map(|(name, _, schema, _)| (name.to_owned(), schema)).collect();
    json!({
        "type": "object",
        "description": "The CloudEvents 1.0 context in message attributes (binary mode).",
        "properties": properties,
    })
}

/// The attributes of an event. Of what others than agents send, none is required: a bare payload is welcome.
pub(crate) fn of(spec: &EventSpec, ours: bool) -> Value {
    let always: Vec<&str> = attributes().into_iter().filter(|(_, always, ..)| *always).map(|(name, ..)| name).collect();
    json!({
        "type": "object",
        "allOf": [{"$ref": format!("#/components/schemas/{NAME}")}],
        "properties": {"ce-type": {"const": spec.event_type}, "ce-dataschema": {"const": spec.dataschema()}},
        "required": if ours { always } else { Vec::new() },
    })
}

/// The attributes of an example.
pub(crate) fn example(spec: &EventSpec, source: Option<&Value>) -> Value {
    let emitter = source.and_then(|agent| agent["name"].as_str()).unwrap_or("cli");
    let mut example = Map::new();
    for (name, _, _, value) in attributes().into_iter().filter(|(_, always, ..)| *always) {
        let value = match name {
            "ce-type" => spec.event_type.to_owned(),
            "ce-source" => format!("/mesh/{emitter}"),
            "ce-dataschema" => spec.dataschema(),
            _ => value.to_owned(),
        };
        example.insert(name.to_owned(), value.into());
    }
    Value::Object(example)
}
