//! Types, and schemas that are a list of values: `const`, `enum`, and `oneOf` or `anyOf` of constants.

use serde_json::{Value, json};

use super::{
    Effect, Walk,
    expand::{ANNOTATIONS, stripped},
};

/// Whether anything is left to say about two schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing.
    All,
    /// The other keywords.
    Types,
}

/// A set of types, a bit each; `number` is two: integers and what is between them.
type Types = u8;
const ANY: Types = 0b111_1111;

fn named(name: &str) -> Option<Types> {
    Some(match name {
        "null" => 1,
        "boolean" => 2,
        "object" => 4,
        "array" => 8,
        "string" => 16,
        "integer" => 32,
        "number" => 96,
        _ => return None,
    })
}

/// The types a schema allows; `None` when its `type` is none.
pub(super) fn allowed(schema: &Value) -> Option<Types> {
    match schema.get("type") {
        None => Some(ANY),
        Some(Value::String(name)) => named(name),
        Some(Value::Array(names)) => {
            names.iter().try_fold(0, |types, name| Some(types | name.as_str().and_then(named)?))
        }
        Some(_) => None,
    }
}

fn of(value: &Value) -> Types {
    match value {
        Value::Null => 1,
        Value::Bool(_) => 2,
        Value::Object(_) => 4,
        Value::Array(_) => 8,
        Value::String(_) => 16,
        // A float may be an integer: 8.0 is one.
        Value::Number(number) if number.as_f64().is_some_and(|n| n.fract() != 0.0) => 64,
        Value::Number(_) => 32,
    }
}

/// The only values a schema allows, when it lists them.
pub(super) fn values(schema: &Value) -> Option<Vec<Value>> {
    let listed = |name: &str| schema.get(name).and_then(Value::as_array);
    let lists = [
        schema.get("const").map(|word| vec![word.clone()]),
        listed("enum").cloned(),
        listed("oneOf").and_then(|branches| words(branches)),
        listed("anyOf").and_then(|branches| words(branches)),
    ];
    let both = |one: Vec<Value>, other: Vec<Value>| one.into_iter().filter(|word| other.contains(word)).collect();
    let types = allowed(schema).unwrap_or(ANY);
    let lists = lists.into_iter().flatten().map(|list| list.iter().map(canonical).collect());
    let mut values: Vec<Value> = lists.reduce(both)?;
    values.retain(|value| of(value) & types != 0);
    Some(values)
}

/// The value with integers written as such: 8.0 is 8.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(canonical).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), canonical(value))).collect(),
        Value::Number(number) if number.is_f64() && of(value) == 32 => {
            let whole = number.as_f64().and_then(|n| format!("{n:.0}").parse::<i64>().ok());
            whole.map_or_else(|| value.clone(), Value::from)
        }
        other => other.clone(),
    }
}

/// The constants of branches that are nothing else, each there once.
pub(super) fn words(branches: &[Value]) -> Option<Vec<Value>> {
    let words: Vec<Value> = branches.iter().map(constants).collect::<Option<Vec<_>>>()?.concat();
    let twice = words.iter().enumerate().any(|(at, word)| words[..at].contains(word));
    (!twice && !words.is_empty()).then_some(words)
}

fn constants(branch: &Value) -> Option<Vec<Value>> {
    const KEYWORDS: [&str; 5] = ["const", "enum", "oneOf", "anyOf", "type"];
    let known = |name: &String| KEYWORDS.contains(&name.as_str()) || ANNOTATIONS.contains(&name.as_str());
    let members = branch.as_object().filter(|members| members.keys().all(known))?;
    let listed = |name: &str| members.get(name).is_none_or(|list| list.as_array().is_some_and(|l| words(l).is_some()));
    if stripped(branch) == json!({"type": "null"}) {
        return Some(vec![Value::Null]);
    }
    values(branch).filter(|_| listed("oneOf") && listed("anyOf"))
}

/// Whether a value is valid; false when that cannot be told.
fn admits(schema: &Value, value: &Value) -> bool {
    // A reference that is left leads out of what is looked at here.
    !schema.to_string().contains("\"$ref\"")
        && jsonschema::draft202012::new(schema).is_ok_and(|validator| validator.is_valid(value))
}

impl Walk {
    pub(super) fn types(&mut self, at: &str, old: &Value, new: &Value) -> Told {
        match (values(old), values(new)) {
            (Some(from), Some(to)) => self.lists(at, &from, &to),
            (Some(from), None) => self.opened(at, from, new),
            (None, Some(to)) => self.closed(at, old, to),
            (None, None) => self.sets(at, old, new),
        }
    }

    /// Two lists of values.
    fn lists(&mut self, at: &str, from: &[Value], to: &[Value]) -> Told {
        let lacks = |list: &[Value], other: &[Value]| -> Vec<String> {
            list.iter().filter(|value| !other.contains(value)).map(ToString::to_string).collect()
        };
        let (gone, come) = (lacks(from, to), lacks(to, from));
        let effect = Effect::new(gone.is_empty(), come.is_empty());
        let why = match effect {
            Effect::None => return Told::Types,
            Effect::Wider => format!("old readers refuse {}", come.join(", ")),
            Effect::Narrower => format!("old events may say {}, which is refused now", gone.join(", ")),
            Effect::Other => {
                format!("old events may say {}, and old readers refuse {}", gone.join(", "), come.join(", "))
            }
        };
        let values = (Some(&Value::from(from)), Some(&Value::from(to)));
        self.add(at, "allowed values changed", values, effect, &why);
        Told::Types
    }

    fn opened(&mut self, at: &str, from: Vec<Value>, new: &Value) -> Told {
        let effect = Effect::new(from.iter().all(|value| admits(new, value)), false);
        let why = "it is no list of values any more: old readers refuse all others";
        self.add(at, "list of values removed", (Some(&Value::from(from)), None), effect, why);
        Told::All
    }

    fn closed(&mut self, at: &str, old: &Value, to: Vec<Value>) -> Told {
        let effect = Effect::new(false, to.iter().all(|value| admits(old, value)));
        let why = "it is a list of values now: old events may hold others";
        self.add(at, "list of values added", (None, Some(&Value::from(to))), effect, why);
        Told::All
    }

    fn sets(&mut self, at: &str, old: &Value, new: &Value) -> Told {
        let (from, to) = (old.get("type"), new.get("type"));
        if from == to {
            return Told::Types;
        }
        let (Some(before), Some(after)) = (allowed(old), allowed(new)) else {
            self.add(&format!("{at}/type"), "type changed", (from, to), Effect::Other, "it is no type that is known");
            return Told::All;
        };
        let effect = Effect::new(before & !after == 0, after & !before == 0);
        let why = match effect {
            Effect::None => effect.why(),
            Effect::Wider => "new events may hold a type that old readers refuse",
            Effect::Narrower => "old events may hold a type that is refused now",
            Effect::Other => "old events may hold a type that is refused now, and new ones one that old readers refuse",
        };
        self.add(&format!("{at}/type"), "type changed", (from, to), effect, why);
        // Of nothing but `null` in common, the bounds say nothing more.
        if before & after & !1 == 0 { Told::All } else { Told::Types }
    }
}
