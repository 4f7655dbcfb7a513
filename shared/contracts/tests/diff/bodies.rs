//! Bodies at the places where two schemas differ.

use serde_json::{Value, json};

use crate::support::{
    mutate::{generate, mutate},
    render::render,
    rng::Rng,
};

/// An example with a value at one of the places that one of the schemas may allow; `None` when it is no JSON.
pub(crate) fn body(schemas: &[&Value; 2], places: &[&str], examples: &[Value], rng: &mut Rng) -> Option<Value> {
    let mut body = shortened(&examples[rng.below(examples.len())]);
    for _ in 0..1 + rng.below(2) {
        let place = places[rng.below(places.len())];
        let schema = followed(schemas[rng.below(2)], place);
        let steps: Vec<&str> = place.split('/').skip(1).collect();
        change(&mut body, &steps, &schema, rng);
    }
    if rng.chance(15) {
        mutate(&mut body, schemas[rng.below(2)], rng);
    }
    mesh_contracts::parse(&render(&body, rng, false)).ok()
}

/// The body with at most two items in every list.
fn shortened(body: &Value) -> Value {
    match body {
        Value::Array(items) => items.iter().take(2).map(shortened).collect(),
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), shortened(member))).collect(),
        other => other.clone(),
    }
}

/// What a place of a schema says in the end: references followed, one branch taken.
fn followed(root: &Value, place: &str) -> Value {
    let mut schema = root.pointer(place).cloned().unwrap_or_default();
    for _ in 0..4 {
        let next = match &schema {
            Value::Object(map) if map.contains_key("$ref") => resolved(root, &schema).clone(),
            Value::Object(map) if map.contains_key("allOf") => schema["allOf"][0].clone(),
            _ => break,
        };
        schema = next;
    }
    schema
}

fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema["$ref"].as_str().and_then(|reference| root.pointer(reference.trim_start_matches('#')));
    target.unwrap_or(schema)
}

/// Changes what is at a place of the schema (`properties/a/items`): takes it away, or puts another value there.
fn change(body: &mut Value, steps: &[&str], schema: &Value, rng: &mut Rng) {
    match steps {
        ["properties", name] if rng.chance(15) => drop(body.as_object_mut().map(|members| members.remove(*name))),
        ["properties", name, rest @ ..] => {
            if let Some(members) = body.as_object_mut() {
                change(members.entry(*name).or_insert(Value::Null), rest, schema, rng);
            }
        }
        ["items", rest @ ..] => {
            if let Some(items) = body.as_array_mut() {
                if items.is_empty() {
                    items.push(json!({}));
                }
                change(&mut items[0], rest, schema, rng);
            }
        }
        _ => at(body, schema, rng),
    }
}

fn at(value: &mut Value, schema: &Value, rng: &mut Rng) {
    const ODD: [&str; 5] = ["null", "true", "2.5", "\"added\"", "[]"];
    let generated = |rng: &mut Rng| generate(schema, rng);
    match value {
        // A field more, or one less: the rest of the object stays as it is.
        Value::Object(members) if rng.chance(80) => {
            let names: Vec<String> =
                schema["properties"].as_object().into_iter().flatten().map(|(n, _)| n.clone()).collect();
            let Some(name) = names.get(rng.below(names.len())) else { return };
            if rng.chance(40) {
                members.remove(name);
            } else {
                members.insert(name.clone(), generate(&schema["properties"][name], rng));
            }
        }
        // The items stay, there are more or less of them.
        Value::Array(items) if !items.is_empty() && rng.chance(50) => {
            let bound = |name: &str| schema[name].as_u64().and_then(|n| usize::try_from(n).ok());
            let most = bound("maxItems").unwrap_or(2);
            let item = items[0].clone();
            *items = vec![item; [0, 1, 2, most, most + 1, bound("minItems").unwrap_or(1)][rng.below(6)].min(200)];
        }
        other if rng.chance(15) => *other = serde_json::from_str(ODD[rng.below(ODD.len())]).expect("JSON"),
        other => *other = generated(rng),
    }
}

/// Whether the value has only fields that its schema names. Where schemas are composed, or speak of fields by pattern,
/// every field counts as named.
pub(crate) fn names_only(root: &Value, schema: &Value, value: &Value) -> bool {
    let schema = resolved(root, schema);
    let composed = ["allOf", "anyOf", "oneOf", "patternProperties"].iter().any(|name| schema.get(name).is_some());
    match value {
        _ if composed => true,
        Value::Array(items) => items.iter().all(|item| names_only(root, &schema["items"], item)),
        Value::Object(members) => members.iter().all(|(name, member)| {
            let required = schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
            match schema["properties"].get(name) {
                Some(property) => names_only(root, property, member),
                None => required || !schema["additionalProperties"].is_null(),
            }
        }),
        _ => true,
    }
}
