//! Schemas in one form: references replaced by what they name, a nullable schema by a type list with `null`.

use serde_json::{Map, Value, json};

/// Keywords that only explain. `format` is not one of them: other validators may check it.
pub(super) const ANNOTATIONS: [&str; 7] =
    ["title", "description", "examples", "$comment", "deprecated", "readOnly", "writeOnly"];

/// Keywords that hold one schema, a list of schemas, or schemas by name.
const ONE: [&str; 11] = [
    "items",
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
const NAMED: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

/// Keywords that look at values of one type only, or at none; with `null` added to the type they say the same as before.
const OF_ONE_TYPE: [&str; 21] = [
    "type",
    "default",
    "format",
    "const",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

/// The schema with local references followed. One that leads back into itself, or out of the file, stays.
pub(super) fn expanded(root: &Value) -> Value {
    let mut schema = resolved(root, root, &mut vec!["#".to_owned()]);
    if let Value::Object(map) = &mut schema {
        // What the file is, and how it is read: both are looked at elsewhere.
        map.retain(|name, _| name != "$id" && name != "$schema");
    }
    schema
}

/// The schema without what only explains.
pub(super) fn stripped(schema: &Value) -> Value {
    let Value::Object(map) = schema else { return schema.clone() };
    let mut map = each(map, &mut |inner| stripped(inner));
    map.retain(|name, _| !ANNOTATIONS.contains(&name.as_str()));
    Value::Object(map)
}

/// The schema with every schema directly in it replaced.
fn each(schema: &Map<String, Value>, replace: &mut dyn FnMut(&Value) -> Value) -> Map<String, Value> {
    let mut made = Map::new();
    for (name, value) in schema {
        let value = match value {
            Value::Array(list) if LISTS.contains(&name.as_str()) => list.iter().map(&mut *replace).collect(),
            Value::Object(map) if NAMED.contains(&name.as_str()) => {
                map.iter().map(|(name, inner)| (name.clone(), replace(inner))).collect()
            }
            one if ONE.contains(&name.as_str()) => replace(one),
            other => other.clone(),
        };
        made.insert(name.clone(), value);
    }
    made
}

fn resolved(schema: &Value, root: &Value, trail: &mut Vec<String>) -> Value {
    let Value::Object(map) = schema else {
        return if *schema == Value::Bool(true) { json!({}) } else { schema.clone() };
    };
    let mut map = each(map, &mut |inner| resolved(inner, root, trail));
    map.retain(|name, _| name != "$defs" && name != "definitions");
    match target(&map, root, trail) {
        Some(target) => {
            map.remove("$ref");
            joined(map, target)
        }
        None => nullable(map),
    }
}

/// What the reference names, when it can be followed.
fn target(schema: &Map<String, Value>, root: &Value, trail: &mut Vec<String>) -> Option<Value> {
    let reference = schema.get("$ref")?.as_str()?;
    let found = root.pointer(reference.strip_prefix('#')?)?;
    if trail.iter().any(|passed| passed == reference) {
        return None;
    }
    trail.push(reference.to_owned());
    let target = resolved(found, root, trail);
    trail.pop();
    Some(target)
}

/// What stands beside a reference, and what it names: both hold. They become one schema when no keyword of the one looks
/// at the other's.
fn joined(mut beside: Map<String, Value>, target: Value) -> Value {
    let plain = |name: &String| {
        let name = name.as_str();
        let nested = ["properties", "additionalProperties", "items"].contains(&name);
        ANNOTATIONS.contains(&name) || OF_ONE_TYPE.contains(&name) && !nested
    };
    match target {
        Value::Object(mut map)
            if beside
                .keys()
                .all(|name| plain(name) && (ANNOTATIONS.contains(&name.as_str()) || !map.contains_key(name))) =>
        {
            map.extend(beside);
            Value::Object(map)
        }
        target => {
            if let Value::Array(all) = beside.entry("allOf").or_insert_with(|| json!([])) {
                all.push(target);
            }
            Value::Object(beside)
        }
    }
}

/// `anyOf: [X, {type: null}]` as X with `null` among its types.
fn nullable(schema: Map<String, Value>) -> Value {
    folded(&schema).unwrap_or(Value::Object(schema))
}

fn folded(schema: &Map<String, Value>) -> Option<Value> {
    let name = ["anyOf", "oneOf"].into_iter().find(|name| schema.contains_key(*name))?;
    let lone = schema.keys().all(|key| key == name || ANNOTATIONS.contains(&key.as_str()));
    let [one, other] = schema.get(name)?.as_array()?.as_slice() else { return None };
    let null = |branch: &Value| stripped(branch) == json!({"type": "null"});
    let inner = if null(other) { one } else { other }.as_object()?;
    let known = |name: &String| OF_ONE_TYPE.contains(&name.as_str()) || ANNOTATIONS.contains(&name.as_str());
    if !lone || null(one) == null(other) || !inner.keys().all(known) {
        return None;
    }
    let mut types: Vec<Value> = match inner.get("type")? {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    // `null` twice would be refused by `oneOf`.
    if types.contains(&json!("null")) {
        return None;
    }
    types.push(json!("null"));
    let mut inner = inner.clone();
    let words = match (inner.remove("const"), inner.remove("enum")) {
        (None, None) => None,
        (Some(word), None) => Some(vec![word]),
        (None, Some(Value::Array(words))) => Some(words),
        _ => return None,
    };
    if let Some(mut words) = words {
        words.push(Value::Null);
        inner.insert("enum".into(), Value::Array(words));
    }
    inner.insert("type".into(), Value::Array(types));
    inner.extend(schema.iter().filter(|(key, _)| *key != name).map(|(key, value)| (key.clone(), value.clone())));
    Some(Value::Object(inner))
}
