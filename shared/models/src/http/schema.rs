//! JSON Schemas in the strict subset of structured outputs, and answers back in the form that was asked for.
//!
//! Strict: every object closed, every property required, no limits on lengths, numbers or patterns
//! (<https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>). What may be absent becomes nullable,
//! and limits move into the description, where a model can still read them.

use serde_json::{Map, Value, json};

/// Keywords that the subset has no word for, and without which the schema would mean something else.
const BEYOND: [&str; 11] = [
    "allOf",
    "not",
    "if",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "contains",
    "dependentSchemas",
    "dependentRequired",
    "unevaluatedProperties",
    "definitions",
];
/// Limits that are told and not enforced; what reads the answer enforces them.
const TOLD: [&str; 10] = [
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
];
/// Longer patterns help no model.
const MAX_TOLD: usize = 60;

/// The strict form of a schema; `None` when the subset cannot say what it says, such as a map with free keys.
pub(crate) fn strict(schema: &Value) -> Option<Value> {
    let root = schema.get("type").and_then(Value::as_str) == Some("object");
    if root { subschema(schema) } else { None }
}

/// The answer without the nulls that only stand for what was left out; as it is when it is no JSON.
pub(crate) fn without_nulls(answer: String, schema: &Value) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(&answer) else { return answer };
    if prune(&mut value, schema) { value.to_string() } else { answer }
}

fn subschema(schema: &Value) -> Option<Value> {
    let schema = schema.as_object()?;
    if BEYOND.iter().any(|keyword| schema.contains_key(*keyword)) {
        return None;
    }
    let mut out = Map::new();
    if let Some(target) = schema.get("$ref") {
        // A reference stands alone.
        out.insert("$ref".into(), target.clone());
        return Some(Value::Object(out));
    }
    for keyword in ["type", "enum", "const"] {
        out.extend(schema.get(keyword).map(|value| (keyword.to_owned(), value.clone())));
    }
    if let Some(branches) = schema.get("anyOf").or_else(|| schema.get("oneOf")) {
        let branches: Option<Vec<Value>> = branches.as_array()?.iter().map(subschema).collect();
        out.insert("anyOf".into(), branches?.into());
    }
    if let Some(items) = schema.get("items") {
        out.insert("items".into(), subschema(items)?);
    }
    if let Some(defs) = schema.get("$defs").and_then(Value::as_object) {
        let defs: Option<Map<_, _>> = defs.iter().map(|(name, def)| Some((name.clone(), subschema(def)?))).collect();
        out.insert("$defs".into(), defs?.into());
    }
    if has_type(schema, "object") {
        object(schema, &mut out)?;
    }
    out.extend(described(schema).map(|text| ("description".to_owned(), text.into())));
    Some(Value::Object(out))
}

fn object(schema: &Map<String, Value>, out: &mut Map<String, Value>) -> Option<()> {
    // Without named properties, or with others allowed by a schema of their own, the keys are the answer's.
    let properties = schema.get("properties")?.as_object()?;
    if schema.get("additionalProperties").is_some_and(Value::is_object) {
        return None;
    }
    let mut closed = Map::new();
    for (name, property) in properties {
        let property = subschema(property)?;
        closed.insert(name.clone(), if is_required(schema, name) { property } else { nullable(property) });
    }
    out.insert("required".into(), closed.keys().cloned().collect());
    out.insert("properties".into(), closed.into());
    out.insert("additionalProperties".into(), false.into());
    Some(())
}

/// A schema that null fits too.
fn nullable(mut schema: Value) -> Value {
    let typed = match schema.get("type") {
        Some(Value::String(name)) if name != "null" => Some(json!([name, "null"])),
        Some(Value::Array(names)) if !names.contains(&json!("null")) => {
            Some(names.iter().cloned().chain([json!("null")]).collect())
        }
        Some(_) => return schema,
        None => None,
    };
    if let Some(branches) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        if !branches.iter().any(|branch| branch.get("type") == Some(&json!("null"))) {
            branches.push(json!({"type": "null"}));
        }
        return schema;
    }
    match typed {
        Some(names) if schema.get("const").is_none() => {
            if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
                values.push(Value::Null);
            }
            schema["type"] = names;
            schema
        }
        _ => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

/// The description and the limits that the subset leaves out.
fn described(schema: &Map<String, Value>) -> Option<String> {
    let own = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let told = TOLD.iter().filter_map(|keyword| match schema.get(*keyword)? {
        Value::String(text) if text.len() > MAX_TOLD => None,
        Value::String(text) => Some(format!("{keyword} {text}")),
        number => Some(format!("{keyword} {number}")),
    });
    let told: Vec<String> = told.collect();
    let text = if told.is_empty() { own.to_owned() } else { format!("{own} ({})", told.join(", ")) };
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn has_type(schema: &Map<String, Value>, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(own)) => own == name,
        Some(Value::Array(own)) => own.iter().any(|own| own == name),
        _ => false,
    }
}

fn is_required(schema: &Map<String, Value>, name: &str) -> bool {
    schema.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|own| own == name))
}

/// Takes the nulls out of what `schema` lets be absent; true when there were any.
fn prune(value: &mut Value, schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else { return false };
    match value {
        Value::Array(items) => {
            let of_item = schema.get("items").unwrap_or(&Value::Null);
            // All of them, not up to the first that had any.
            items.iter_mut().filter_map(|item| prune(item, of_item).then_some(())).count() > 0
        }
        Value::Object(members) => {
            let before = members.len();
            members.retain(|name, member| !member.is_null() || is_required(schema, name));
            let mut pruned = members.len() < before;
            for (name, member) in members.iter_mut() {
                let of_member = schema.get("properties").and_then(|properties| properties.get(name));
                pruned |= prune(member, of_member.unwrap_or(&Value::Null));
            }
            pruned
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Plan",
            "type": "object",
            "required": ["name", "images"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "x".repeat(90)},
                "note": {"type": "string", "examples": ["n"], "description": "A note."},
                "kind": {"enum": ["a", "b"], "type": "string"},
                "images": {"type": "array", "maxItems": 3, "items": {
                    "type": "object",
                    "properties": {"at": {"type": "integer", "minimum": 0, "format": "int64"}, "of": {"$ref": "#/$defs/x"}},
                }},
                "odd": {"oneOf": [{"const": 1}, {"type": "null"}], "default": null},
            },
            "$defs": {"x": {"type": ["string", "null"]}},
        })
    }

    #[test]
    fn every_object_is_closed_and_every_property_required() {
        let strict = strict(&contract()).unwrap();
        assert_eq!(strict["additionalProperties"], false);
        assert_eq!(strict["required"].as_array().unwrap().len(), 5);
        let image = &strict["properties"]["images"]["items"];
        assert_eq!((&image["additionalProperties"], &image["required"]), (&json!(false), &json!(["at", "of"])));
        assert_eq!(image["properties"]["of"], json!({"anyOf": [{"$ref": "#/$defs/x"}, {"type": "null"}]}));
        assert_eq!(image["properties"]["at"]["type"], json!(["integer", "null"]));
        assert_eq!(strict["properties"]["kind"], json!({"type": ["string", "null"], "enum": ["a", "b", null]}));
        assert_eq!(strict["properties"]["odd"], json!({"anyOf": [{"const": 1}, {"type": "null"}]}));
        let told = json!({"type": "string", "description": "(minLength 1, maxLength 60)"});
        assert_eq!(strict["properties"]["name"], told);
        let text = strict.to_string();
        for keyword in ["\"minLength\"", "\"pattern\"", "\"format\"", "examples", "default", "\"title\"", "$schema"] {
            assert!(!text.contains(keyword), "{keyword} in {text}");
        }
    }

    #[test]
    fn what_the_subset_cannot_say_is_no_strict_schema() {
        for schema in [
            json!({"type": "object"}),
            json!({"type": "object", "properties": {}, "additionalProperties": {"type": "string"}}),
            json!({"type": "array", "items": {"type": "string"}}),
            json!({"type": "object", "properties": {"a": {"allOf": [{"type": "string"}]}}}),
            json!({"type": "object", "properties": {"a": true}}),
            json!(true),
        ] {
            assert_eq!(strict(&schema), None, "{schema}");
        }
    }

    #[test]
    fn nulls_for_what_may_be_absent_go_and_others_stay() {
        let answer = json!({"name": null, "note": null, "images": [{"at": null, "of": "x"}], "other": 1});
        let pruned = without_nulls(answer.to_string(), &contract());
        let expected = json!({"name": null, "images": [{"of": "x"}], "other": 1});
        assert_eq!(serde_json::from_str::<Value>(&pruned).unwrap(), expected);
        for text in ["{\"name\": \"kept as it is\"}", "no JSON null"] {
            assert_eq!(without_nulls(text.to_owned(), &contract()), text);
        }
    }
}
