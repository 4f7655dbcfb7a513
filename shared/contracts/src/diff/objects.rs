//! Fields: which there are, which are required, and what is said of all others.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Change, Effect, Verdict, Walk, escaped};

/// The fields of an object schema.
struct Fields<'a> {
    properties: Option<&'a Map<String, Value>>,
    required: BTreeSet<&'a str>,
    /// What fields without a name of their own must be; absent: anything.
    others: Option<&'a Value>,
}

impl<'a> Fields<'a> {
    fn of(schema: &'a Map<String, Value>) -> Self {
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        Self {
            properties: schema.get("properties").and_then(Value::as_object),
            required: required.filter_map(Value::as_str).collect(),
            others: schema.get("additionalProperties").filter(|others| !is_anything(others)),
        }
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.properties.and_then(|properties| properties.get(name))
    }

    fn names(&self) -> impl Iterator<Item = &'a String> {
        self.properties.into_iter().flat_map(Map::keys)
    }

    /// What is said of a field that has no schema of its own.
    fn unnamed(&self) -> Value {
        self.others.cloned().unwrap_or_else(|| Value::Object(Map::new()))
    }

    /// Whether whoever keeps to the schema writes no such field: it is not named, though nothing forbids it.
    fn never_writes(&self, name: &str, strict: bool) -> bool {
        !strict && self.others.is_none() && self.get(name).is_none() && !self.required.contains(name)
    }
}

fn is_anything(schema: &Value) -> bool {
    schema.as_object().is_some_and(Map::is_empty)
}

impl Walk {
    pub(super) fn objects(&mut self, at: &str, old: &Map<String, Value>, new: &Map<String, Value>, strict: bool) {
        let (old, new) = (Fields::of(old), Fields::of(new));
        for name in new.names() {
            let at = format!("{at}/properties/{}", escaped(name));
            match (old.get(name), new.get(name)) {
                (Some(from), Some(to)) => self.schemas(&at, from, to, strict),
                _ => self.added(&at, name, &old, &new, strict),
            }
        }
        for name in old.names().filter(|name| new.get(name).is_none()) {
            self.removed(&format!("{at}/properties/{}", escaped(name)), name, &old, &new, strict);
        }
        self.required(&format!("{at}/required"), &old, &new);
        self.optional(&format!("{at}/additionalProperties"), old.others, new.others, strict);
    }

    fn added(&mut self, at: &str, name: &str, old: &Fields<'_>, new: &Fields<'_>, strict: bool) {
        let to = new.get(name);
        let (effect, why) = if old.never_writes(name, strict) {
            (Effect::None, "old events do not have the field, and old readers ignore it")
        } else {
            let effect = effect(&old.unnamed(), to.unwrap_or(&Value::Bool(true)), strict);
            (effect, of_unnamed(effect))
        };
        self.add(at, "field added", (None, to), effect, why);
    }

    fn removed(&mut self, at: &str, name: &str, old: &Fields<'_>, new: &Fields<'_>, strict: bool) {
        let from = old.get(name);
        let (effect, why) = if new.never_writes(name, strict) {
            (Effect::None, "new readers ignore the field, and new events do not have it")
        } else {
            let effect = effect(from.unwrap_or(&Value::Bool(true)), &new.unnamed(), strict);
            (effect, of_unnamed(effect))
        };
        self.add(at, "field removed", (from, None), effect, why);
    }

    fn required(&mut self, at: &str, old: &Fields<'_>, new: &Fields<'_>) {
        for name in new.required.difference(&old.required) {
            let why = format!("old events may lack {name}");
            self.add(at, "field required", (None, Some(&Value::from(*name))), Effect::Narrower, &why);
        }
        for name in old.required.difference(&new.required) {
            let why = format!("new events may lack {name}, which old readers require");
            self.add(at, "field no longer required", (Some(&Value::from(*name)), None), Effect::Wider, &why);
        }
    }
}

/// What all the differences between two schemas do together.
fn effect(old: &Value, new: &Value, strict: bool) -> Effect {
    let mut walk = Walk::default();
    walk.schemas("", old, new, strict);
    let all = |verdict: fn(&Change) -> Verdict| walk.changes.iter().map(verdict).all(|v| v == Verdict::Compatible);
    Effect::new(all(|change| change.readers), all(|change| change.writers))
}

fn of_unnamed(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "fields without a schema of their own had to be the same",
        Effect::Wider => "old readers refuse what the field may be now",
        Effect::Narrower => "the field may have been there before, and been something else",
        Effect::Other => "what the field may be is not what fields without a schema of their own may be",
    }
}
