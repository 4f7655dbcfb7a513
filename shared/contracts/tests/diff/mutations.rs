//! Changes of a schema: what people do to contracts, and what they had better not.

use serde_json::{Map, Value, json};

use crate::support::rng::Rng;

/// What a change does to the set of valid bodies, where that is plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Same,
    Wider,
    Narrower,
    Unknown,
}

/// A change that was made.
#[derive(Debug)]
pub(crate) struct Mutation {
    pub(crate) kind: &'static str,
    /// JSON Pointer of the schema that was changed.
    pub(crate) place: String,
    pub(crate) effect: Effect,
}

/// Kinds whose verdicts are exact: what they break, a body shows.
pub(crate) const SHARP: [&str; 8] = [
    "bound raised",
    "bound lowered",
    "bound removed",
    "null added",
    "null removed",
    "word removed",
    "made required",
    "made optional",
];

type Change = fn(&mut Map<String, Value>, &mut Rng) -> Option<Effect>;

const KINDS: &[(&str, Change)] = &[
    ("bound raised", |schema, rng| moved(schema, rng, true)),
    ("bound lowered", |schema, rng| moved(schema, rng, false)),
    ("bound removed", |schema, rng| {
        let name = bound(schema, rng)?;
        schema.remove(name).map(|_| Effect::Wider)
    }),
    ("bound added", bound_added),
    ("pattern changed", |schema, rng| pattern(schema, rng)),
    ("null added", |schema, _| types(schema, true)),
    ("null removed", |schema, _| types(schema, false)),
    ("type changed", |schema, rng| {
        let other = ["string", "integer", "boolean", "array", "object", "number"][rng.below(6)];
        schema.insert("type".into(), json!(other)).map(|_| Effect::Unknown)
    }),
    ("number for integer", |schema, _| {
        let kind = schema.get_mut("type").filter(|kind| **kind == "integer")?;
        *kind = json!("number");
        Some(Effect::Wider)
    }),
    ("word added", |schema, _| {
        words(schema)?.push(json!({"const": "added", "type": "string"}));
        Some(Effect::Wider)
    }),
    ("word removed", |schema, rng| {
        let words = words(schema).filter(|words| words.len() > 1)?;
        words.remove(rng.below(words.len()));
        Some(Effect::Narrower)
    }),
    ("word renamed", |schema, rng| {
        let words = words(schema)?;
        let at = rng.below(words.len());
        words[at]["const"] = json!("renamed");
        Some(Effect::Unknown)
    }),
    ("words as enum", |schema, _| {
        let list: Vec<Value> = words(schema)?.iter().map(|word| word["const"].clone()).collect();
        schema.remove("oneOf");
        schema.insert("enum".into(), list.into()).map_or(Some(Effect::Same), |_| None)
    }),
    ("words as text", |schema, _| {
        words(schema)?;
        schema.remove("oneOf");
        schema.insert("type".into(), json!("string"));
        Some(Effect::Wider)
    }),
    ("field added", |schema, rng| {
        let kinds = [
            json!({"type": "string", "maxLength": 5}),
            json!({"type": "integer", "minimum": 3, "maximum": 9}),
            json!({"type": "boolean"}),
        ];
        let value = kinds[rng.below(kinds.len())].clone();
        fields(schema)?.insert(NEW.into(), value).map_or(Some(Effect::Same), |_| None)
    }),
    ("field added and required", |schema, _| {
        required(schema).filter(|list| !list.contains(&json!(NEW)))?.push(json!(NEW));
        fields(schema)?.insert(NEW.into(), json!({"type": "string"})).map_or(Some(()), |_| None)?;
        Some(Effect::Narrower)
    }),
    ("field removed", |schema, rng| {
        let name = any_field(schema, rng)?;
        let before = required(schema)?.len();
        required(schema)?.retain(|one| *one != json!(name));
        let same = required(schema)?.len() == before;
        fields(schema)?.remove(&name);
        Some(if same { Effect::Same } else { Effect::Wider })
    }),
    ("field removed, though required", |schema, rng| {
        let name = any_field(schema, rng)?;
        fields(schema)?.remove(&name).map(|_| Effect::Unknown)
    }),
    ("made required", |schema, rng| {
        let name = any_field(schema, rng)?;
        let list = required(schema).filter(|list| !list.contains(&json!(name)))?;
        list.push(json!(name));
        Some(Effect::Narrower)
    }),
    ("made optional", |schema, rng| {
        let list = required(schema).filter(|list| !list.is_empty())?;
        list.remove(rng.below(list.len()));
        Some(Effect::Wider)
    }),
    ("closed", |schema, _| {
        fields(schema)?;
        schema.insert("additionalProperties".into(), json!(false)).map_or(Some(Effect::Narrower), |_| None)
    }),
    ("others typed", |schema, _| {
        fields(schema)?;
        schema.insert("additionalProperties".into(), json!({"type": ["string", "null"]})).map(|_| Effect::Unknown)
    }),
    ("null as a branch", |schema, _| {
        wrapped(schema, |inner| json!({"anyOf": [inner, {"type": "null"}]}), Effect::Unknown)
    }),
    ("a branch more", |schema, _| {
        wrapped(schema, |inner| json!({"anyOf": [inner, {"type": "boolean"}]}), Effect::Unknown)
    }),
    ("one of two", |schema, _| {
        wrapped(schema, |inner| json!({"oneOf": [inner, {"type": "boolean"}]}), Effect::Unknown)
    }),
    ("one of overlapping", |schema, _| {
        wrapped(schema, |inner| json!({"oneOf": [inner, {"maxLength": 7}]}), Effect::Unknown)
    }),
    ("all of", |schema, _| wrapped(schema, |inner| json!({"allOf": [inner, {"minLength": 2}]}), Effect::Unknown)),
    ("of two objects", |schema, _| {
        fields(schema)?;
        let other = json!({"type": "object", "properties": {NEW: {"type": "integer"}}, "required": [NEW]});
        wrapped(schema, |inner| json!({"anyOf": [inner, other]}), Effect::Unknown)
    }),
    ("branch changed", branch_changed),
    ("not understood", not_understood),
    ("explained", |schema, _| {
        schema.insert("description".into(), json!("Said in other words."));
        Some(Effect::Same)
    }),
    ("default", |schema, _| schema.insert("default".into(), json!("else")).map_or(Some(Effect::Unknown), |_| None)),
];

const NEW: &str = "added_field";

/// Makes up to `count` changes.
pub(crate) fn mutate(root: &mut Value, count: usize, rng: &mut Rng) -> Vec<Mutation> {
    let mut made = Vec::new();
    while made.len() < count {
        let places = places(root);
        let place = &places[rng.below(places.len())];
        let (kind, change) = KINDS[rng.below(KINDS.len())];
        if rng.chance(3) && !place.is_empty() {
            made.push(moved_away(root, place));
            continue;
        }
        // The whole stays an object: nobody writes another contract.
        if place.is_empty() && ["type changed", "null added", "null removed"].contains(&kind) {
            continue;
        }
        let Some(schema) = root.pointer_mut(place).and_then(Value::as_object_mut) else { continue };
        let mut changed = schema.clone();
        if let Some(effect) = change(&mut changed, rng) {
            *schema = changed;
            made.push(Mutation { kind, place: place.clone(), effect });
        }
    }
    made
}

/// Pointers of the schemas in a schema, itself included; what is composed or referred to is not looked into.
fn places(root: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut next = 0;
    while let Some(place) = found.get(next).cloned() {
        let schema = root.pointer(&place).unwrap_or(&Value::Null);
        let named = schema["properties"].as_object().into_iter().flatten();
        found.extend(named.map(|(name, _)| format!("{place}/properties/{name}")));
        if schema["items"].is_object() {
            found.push(format!("{place}/items"));
        }
        next += 1;
    }
    found
}

/// A schema moved to the definitions, with a reference in its place.
fn moved_away(root: &mut Value, place: &str) -> Mutation {
    let name = format!("d{}", root["$defs"].as_object().map_or(0, Map::len));
    let schema = root.pointer(place).cloned().unwrap_or_default();
    if let Some(there) = root.pointer_mut(place) {
        *there = json!({"$ref": format!("#/$defs/{name}")});
    }
    if !root["$defs"].is_object() {
        root["$defs"] = json!({});
    }
    root["$defs"][name.as_str()] = schema;
    Mutation { kind: "moved to $defs", place: place.to_owned(), effect: Effect::Same }
}

const BOUNDS: [&str; 6] = ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"];

fn bound(schema: &Map<String, Value>, rng: &mut Rng) -> Option<&'static str> {
    let there: Vec<&'static str> = BOUNDS.into_iter().filter(|name| schema.contains_key(*name)).collect();
    there.get(rng.below(there.len())).copied()
}

fn moved(schema: &mut Map<String, Value>, rng: &mut Rng, up: bool) -> Option<Effect> {
    let name = bound(schema, rng)?;
    let value = schema.get(name)?.as_i64()?;
    let by = [1, 2, 10][rng.below(3)];
    let to = if up { value.checked_add(by)? } else { value.checked_sub(by)? };
    let least = if name.contains("imum") { i64::MIN } else { 1 };
    schema.insert(name.into(), json!((to >= least).then_some(to)?));
    Some(if name.starts_with("min") == up { Effect::Narrower } else { Effect::Wider })
}

fn bound_added(schema: &mut Map<String, Value>, rng: &mut Rng) -> Option<Effect> {
    let (name, value) =
        [("maximum", 3), ("minimum", 2), ("maxLength", 4), ("minLength", 2), ("maxItems", 1), ("minItems", 1)]
            [rng.below(6)];
    schema.insert(name.into(), json!(value)).map_or(Some(Effect::Narrower), |_| None)
}

fn pattern(schema: &mut Map<String, Value>, rng: &mut Rng) -> Option<Effect> {
    match (schema.contains_key("pattern"), rng.below(2)) {
        (true, 0) => schema.remove("pattern").map(|_| Effect::Wider),
        (true, _) => schema.insert("pattern".into(), json!("^[a-z]")).map(|_| Effect::Unknown),
        (false, _) => schema.insert("pattern".into(), json!("^[A-Z]")).map_or(Some(Effect::Narrower), |_| None),
    }
}

fn types(schema: &mut Map<String, Value>, null: bool) -> Option<Effect> {
    let kind = schema.get_mut("type")?;
    match (kind.clone(), null) {
        (Value::String(name), true) if name != "null" => *kind = json!([name, "null"]),
        (Value::Array(mut names), false) => {
            names.retain(|name| name != "null");
            *kind = json!(names);
        }
        _ => return None,
    }
    Some(if null { Effect::Wider } else { Effect::Narrower })
}

/// The constants of a field.
fn words(schema: &mut Map<String, Value>) -> Option<&mut Vec<Value>> {
    schema.get_mut("oneOf")?.as_array_mut().filter(|words| words.iter().all(|word| word.get("const").is_some()))
}

fn fields(schema: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    schema.get_mut("properties")?.as_object_mut()
}

fn required(schema: &mut Map<String, Value>) -> Option<&mut Vec<Value>> {
    schema.get_mut("required")?.as_array_mut()
}

fn any_field(schema: &mut Map<String, Value>, rng: &mut Rng) -> Option<String> {
    let names: Vec<&String> = fields(schema)?.keys().collect();
    names.get(rng.below(names.len())).map(|name| (*name).clone())
}

fn wrapped(schema: &mut Map<String, Value>, wrap: impl FnOnce(Value) -> Value, effect: Effect) -> Option<Effect> {
    // Definitions belong to the whole.
    if schema.contains_key("$defs") {
        return None;
    }
    let inner = Value::Object(std::mem::take(schema));
    *schema = wrap(inner).as_object()?.clone();
    Some(effect)
}

/// A change of one branch of a composition.
fn branch_changed(schema: &mut Map<String, Value>, rng: &mut Rng) -> Option<Effect> {
    let name = ["anyOf", "allOf", "oneOf"].into_iter().find(|name| schema.contains_key(*name))?;
    let branches = schema.get_mut(name)?.as_array_mut()?;
    let at = rng.below(branches.len());
    let branch = branches[at].as_object_mut()?;
    let (_, change) = KINDS[rng.below(KINDS.len())];
    change(branch, rng).map(|_| Effect::Unknown)
}

fn not_understood(schema: &mut Map<String, Value>, rng: &mut Rng) -> Option<Effect> {
    let keywords = [
        ("not", json!({"maxLength": 3})),
        ("if", json!({"type": "string"})),
        ("then", json!({"minLength": 3})),
        ("patternProperties", json!({"^a": {"type": "string"}})),
        ("propertyNames", json!({"maxLength": 12})),
        ("minProperties", json!(3)),
        ("uniqueItems", json!(true)),
        ("dependentRequired", json!({"revision": ["summary"]})),
        ("contains", json!({"type": "string"})),
        ("unevaluatedProperties", json!(false)),
        ("multipleOf", json!(3)),
        ("const", json!("x")),
    ];
    let (name, value) = keywords[rng.below(keywords.len())].clone();
    schema.insert(name.into(), value).map_or(Some(Effect::Unknown), |_| None)
}
