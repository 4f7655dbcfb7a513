//! Schemas of bodies: those of the contracts and of our own types, generated, never written twice.

use mesh_contracts::{
    Detail, Name,
    records::{Post, PostStatus, WebsiteSettings},
    schema,
};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::operation::names::bare;
use crate::{problem::KINDS, routes::view};

/// Every schema by name.
pub(crate) fn components() -> Map<String, Value> {
    let all = [
        ("GenerateInput", generate_input()),
        ("Run", of::<view::Run>()),
        ("Status", of::<view::StatusAnswer>()),
        ("Withdrawal", of::<view::WithdrawalAnswer>()),
        ("Site", of::<WebsiteSettings>()),
        ("SiteInput", input(of::<WebsiteSettings>(), &["websiteId", "createdAt", "updatedAt"])),
        ("SiteList", list("Site")),
        ("Post", post()),
        ("PostInput", input(of::<Post>(), &["postId", "trackingId", "createdAt", "updatedAt"])),
        ("PostList", list("Post")),
        ("Health", json!({"type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}})),
        ("OpenApi", json!({"type": "object", "required": ["openapi", "info", "paths"]})),
        ("Problem", problem()),
    ];
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn of<T: JsonSchema>() -> Value {
    bare(schema::of::<T>().to_value())
}

/// What a caller sends of a record: without the fields that are ours, and without slips of the pen.
fn input(mut record: Value, ours: &[&str]) -> Value {
    if let Some(properties) = record["properties"].as_object_mut() {
        properties.retain(|name, _| !ours.contains(&name.as_str()));
    }
    if let Some(required) = record["required"].as_array_mut() {
        required.retain(|name| name.as_str().is_none_or(|name| !ours.contains(&name)));
    }
    record["additionalProperties"] = json!(false);
    record
}

fn generate_input() -> Value {
    let post = of::<Name>();
    json!({"type": "object", "required": ["postId"], "properties": {"postId": post}, "additionalProperties": false})
}

/// A post with what its latest run says.
fn post() -> Value {
    let mut post = of::<Post>();
    post["properties"]["status"] = of::<PostStatus>();
    post["properties"]["finalMarkdownUri"] = json!({"type": "string"});
    post["properties"]["links"] = of::<view::Links>();
    post
}

fn list(item: &str) -> Value {
    let items = json!({"type": "array", "items": {"$ref": format!("#/components/schemas/{item}")}});
    let cursor = json!({"type": "string", "description": "Asks for the next page; absent on the last one."});
    json!({"type": "object", "required": ["items"], "properties": {"items": items, "cursor": cursor}})
}

fn problem() -> Value {
    let codes: Vec<&str> = KINDS.iter().map(|kind| kind.code()).collect();
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "description": "What is wrong with a request (RFC 9457).",
        "required": ["type", "title", "status", "detail", "instance", "code"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "The page of the code."},
            "title": text,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": text,
            "instance": {"type": "string", "format": "uri-reference", "description": "This request, as our log names it."},
            "code": {"type": "string", "enum": codes},
            "errors": {"type": "array", "items": of::<Detail>()},
        },
    })
}
