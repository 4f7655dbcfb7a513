//! Bodies made from valid examples by random changes, most of them at the edges the schema names.

use serde_json::{Map, Value, json};

use super::{render::raw, rng::Rng, strings};

/// Changes one place of the body.
pub(crate) fn mutate(value: &mut Value, schema: &Value, rng: &mut Rng) {
    match value {
        Value::Object(members) if !members.is_empty() && rng.chance(80) => {
            let at = rng.below(members.len());
            if let Some((key, member)) = members.iter_mut().nth(at) {
                mutate(member, &schema["properties"][key], rng);
            }
        }
        Value::Array(items) if !items.is_empty() && rng.chance(50) => {
            let at = rng.below(items.len());
            mutate(&mut items[at], &schema["items"], rng);
        }
        Value::Object(members) if rng.chance(75) => object(members, schema, rng),
        Value::String(text) if rng.chance(30) => *value = json!(strings::nudged(rng, text)),
        other if rng.chance(70) => *other = generate(schema, rng),
        other => *other = retyped(other, rng),
    }
}

/// Takes a field away, or adds one, known or unknown.
fn object(members: &mut Map<String, Value>, schema: &Value, rng: &mut Rng) {
    let known: Vec<&String> = schema["properties"].as_object().into_iter().flat_map(Map::keys).collect();
    let present: Vec<String> = members.keys().cloned().collect();
    match rng.below(4) {
        0 if !present.is_empty() => drop(members.remove(&present[rng.below(present.len())])),
        1 if !known.is_empty() => {
            let key = known[rng.below(known.len())];
            members.insert(key.clone(), generate(&schema["properties"][key], rng));
        }
        2 if !known.is_empty() => {
            let near = known[rng.below(known.len())];
            let key = strings::nudged(rng, near);
            members.entry(key).or_insert_with(|| anything(rng));
        }
        _ => drop(members.insert("x-unknown".into(), anything(rng))),
    }
}

/// A value for the schema: on its edges, just within or just outside.
pub(crate) fn generate(schema: &Value, rng: &mut Rng) -> Value {
    if let Some(options) = schema["oneOf"].as_array() {
        let option = &options[rng.below(options.len())]["const"];
        return if rng.chance(80) { option.clone() } else { anything(rng) };
    }
    if let Some(options) = schema["anyOf"].as_array() {
        return generate(&options[rng.below(options.len())], rng);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    };
    if types.len() > 1 && rng.chance(15) {
        return Value::Null;
    }
    match types.first().copied() {
        Some("string") => string(schema, rng),
        Some("integer") => integer(schema, rng),
        Some("boolean") => json!(rng.chance(50)),
        Some("array") => array(schema, rng),
        Some("object") => instance(schema, rng),
        _ => anything(rng),
    }
}

fn string(schema: &Value, rng: &mut Rng) -> Value {
    let text = match (schema["format"].as_str(), schema["maxLength"].as_u64(), schema["pattern"].as_str()) {
        (Some("uuid"), ..) => strings::id(rng),
        (Some("date-time"), ..) => strings::time(rng),
        (_, None, Some(_)) => strings::word(rng),
        (_, Some(most), _) => {
            let most = usize::try_from(most).expect("a length");
            let least = usize::try_from(schema["minLength"].as_u64().unwrap_or(0)).expect("a length");
            let lengths = [least.saturating_sub(1), least, least + 1, most / 2, most - 1, most, most + 1];
            let length = lengths[rng.below(lengths.len())];
            strings::of_length(rng, length)
        }
        _ => strings::of_length(rng, 5),
    };
    json!(text)
}

fn integer(schema: &Value, rng: &mut Rng) -> Value {
    let (least, most) = (schema["minimum"].as_i64().unwrap_or(0), schema["maximum"].as_i64().unwrap_or(0));
    let middle = least + (most - least) / 2;
    let edges = [least - 1, least, least + 1, middle, most - 1, most, most + 1];
    let edge = edges[rng.below(edges.len())];
    match rng.below(9) {
        0 => raw(&format!("{edge}.0")),
        1 => raw(&format!("{edge}.5")),
        2 => raw(&format!("{edge}e0")),
        3 => raw(&format!("{edge}00E-2")),
        4 => odd_number(rng),
        _ => json!(edge),
    }
}

fn odd_number(rng: &mut Rng) -> Value {
    const ODD: [&str; 22] = [
        "8e2",
        "800.0",
        "-0",
        "-0.0",
        "0.0",
        "1e0",
        "1.0000000000000001",
        "0.99999999999999999999",
        "9007199254740991.0",
        "9007199254740992.0",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "100000000000000000000000000",
        "1e300",
        "-1e300",
        "1e400",
        "5e-324",
        "0800",
    ];
    raw(ODD[rng.below(ODD.len())])
}

fn array(schema: &Value, rng: &mut Rng) -> Value {
    let most = usize::try_from(schema["maxItems"].as_u64().unwrap_or(3)).expect("a length");
    let lengths = [0, 1, 2, most, most + 1];
    let length = lengths[rng.below(lengths.len())];
    let item = generate(&schema["items"], rng);
    let mut items = vec![item; length];
    if let Some(last) = items.last_mut() {
        *last = generate(&schema["items"], rng);
    }
    Value::Array(items)
}

fn instance(schema: &Value, rng: &mut Rng) -> Value {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let mut members = Map::new();
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        if required.contains(&json!(key)) || rng.chance(50) {
            members.insert(key.clone(), plain(property, rng));
        }
    }
    let mut made = Value::Object(members);
    if rng.chance(50) {
        mutate(&mut made, schema, rng);
    }
    made
}

/// The first value made for the schema that a look at it does not refuse; keeps most nested objects valid.
fn plain(schema: &Value, rng: &mut Rng) -> Value {
    match (schema["type"].as_str(), schema["format"].as_str(), schema["pattern"].as_str()) {
        (_, Some("uuid"), _) => json!("0d3f6a52-5f0f-5f6e-9d55-4a6c70a10c3b"),
        (_, Some("date-time"), _) => json!("2026-11-20T09:30:00.000Z"),
        (_, _, Some(pattern)) if pattern.ends_with("{64}$") => json!("0f".repeat(32)),
        (Some("string"), ..) => json!("en"),
        (Some("integer"), ..) => schema["minimum"].clone(),
        _ => generate(schema, rng),
    }
}

/// The value in the clothes of another type.
fn retyped(value: &Value, rng: &mut Rng) -> Value {
    match (rng.below(8), value) {
        (0, _) => Value::Null,
        (1, Value::Object(members)) => Value::Array(members.values().cloned().collect()),
        (1, Value::Array(items)) => items.iter().enumerate().map(|(i, item)| (i.to_string(), item.clone())).collect(),
        (1 | 2, Value::String(word)) => json!({ word.as_str(): null }),
        (2, Value::Number(number)) => json!(number.to_string()),
        (2, Value::Bool(flag)) => json!(i32::from(*flag)),
        (3, other) => json!([other]),
        (4, other) => json!({ "value": other }),
        (5, Value::String(text)) => json!(text.as_bytes()),
        _ => anything(rng),
    }
}

fn anything(rng: &mut Rng) -> Value {
    match rng.below(9) {
        0 => Value::Null,
        1 => json!(rng.chance(50)),
        2 => odd_number(rng),
        3 => json!([]),
        4 => json!({}),
        5 => json!({"nested": [{"deep": null}]}),
        6 => json!(""),
        7 => json!(strings::word(rng)),
        _ => json!(rng.below(1000)),
    }
}
