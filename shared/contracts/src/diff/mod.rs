//! What a change of a contract does to whom: to new readers of old events, and to old readers of new events.
//!
//! [`changes`] compares two schemas and judges each change by what it lets through: a change is compatible for readers
//! when every event written under the old schema is valid under the new one, and compatible for writers when every event
//! written under the new schema is valid under the old one. Written under a schema is what is valid under it and has
//! only fields that it names: readers ignore other fields, so nobody can count on them. What is not understood is
//! breaking.

mod branches;
mod contracts;
mod expand;
mod keywords;
mod objects;
mod released;
mod types;

use serde::Serialize;
use serde_json::{Map, Value};

pub use contracts::{Entry, Source, compare, current};
pub use released::{RELEASED, released};

use expand::{ANNOTATIONS, expanded, stripped};

/// Whether a change can be lived with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing that was valid is refused.
    Compatible,
    /// Something that was valid may be refused, or the change is not understood.
    Breaking,
}

impl Verdict {
    fn of(compatible: bool) -> Self {
        if compatible { Self::Compatible } else { Self::Breaking }
    }
}

/// One change of a contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// JSON Pointer into the schema, references followed; empty for the whole.
    pub path: String,
    /// What happened: `maximum lowered`, `field added`.
    pub what: String,
    /// What was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// What is there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
    /// For a new reader of old events (backward).
    pub readers: Verdict,
    /// For an old reader of what new writers write (forward).
    pub writers: Verdict,
    /// One sentence.
    pub why: String,
}

impl Change {
    /// Whether it breaks anybody.
    #[must_use]
    pub fn breaks(&self) -> bool {
        self.readers == Verdict::Breaking || self.writers == Verdict::Breaking
    }
}

/// What a change does to the set of valid values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// Nothing.
    None,
    /// More is valid than before.
    Wider,
    /// Less is valid than before.
    Narrower,
    /// Neither side holds the other, or nobody knows.
    Other,
}

impl Effect {
    fn new(readers: bool, writers: bool) -> Self {
        match (readers, writers) {
            (true, true) => Self::None,
            (true, false) => Self::Wider,
            (false, true) => Self::Narrower,
            (false, false) => Self::Other,
        }
    }

    fn readers(self) -> Verdict {
        Verdict::of(matches!(self, Self::None | Self::Wider))
    }

    fn writers(self) -> Verdict {
        Verdict::of(matches!(self, Self::None | Self::Narrower))
    }

    /// The sentence when nothing better can be said.
    fn why(self) -> &'static str {
        match self {
            Self::None => "the same is valid as before",
            Self::Wider => "new events may hold what old readers refuse",
            Self::Narrower => "old events may hold what is refused now",
            Self::Other => "old events may hold what is refused now, and new ones what old readers refuse",
        }
    }
}

/// Every difference between two schemas of one contract, in the order of the new schema's keywords.
#[must_use]
pub fn changes(old: &Value, new: &Value) -> Vec<Change> {
    let mut walk = Walk::default();
    walk.dialect(old, new);
    walk.references(old, new);
    walk.schemas("", &expanded(old), &expanded(new), false);
    if walk.changes.is_empty() && old != new {
        let why = "it says the same in other words";
        walk.add("", "written differently", (None, None), Effect::None, why);
    }
    walk.changes
}

/// Two schemas being compared.
#[derive(Default)]
struct Walk {
    changes: Vec<Change>,
}

/// One keyword of the two schemas.
struct Keyword<'a> {
    name: &'a str,
    old: Option<&'a Value>,
    new: Option<&'a Value>,
}

impl Walk {
    fn dialect(&mut self, old: &Value, new: &Value) {
        let (from, to) = (old.get("$schema"), new.get("$schema"));
        if from != to {
            let why = "another dialect of JSON Schema may read every keyword in another way";
            self.add("/$schema", "dialect changed", (from, to), Effect::Other, why);
        }
    }

    /// References that are not followed: they lead out of the file, or back into themselves.
    fn references(&mut self, old: &Value, new: &Value) {
        let left = |schema: &Value| {
            let text = stripped(&expanded(schema)).to_string();
            ["\"$ref\"", "\"$dynamicRef\""].iter().any(|name| text.contains(name))
        };
        if stripped(old) != stripped(new) && (left(old) || left(new)) {
            let why = "a reference that leads out of the file, or back into itself, is not followed";
            self.add("", "reference not followed", (None, None), Effect::Other, why);
        }
    }

    fn add(&mut self, path: &str, what: &str, values: (Option<&Value>, Option<&Value>), effect: Effect, why: &str) {
        self.changes.push(Change {
            path: path.to_owned(),
            what: what.to_owned(),
            from: values.0.cloned(),
            to: values.1.cloned(),
            readers: effect.readers(),
            writers: effect.writers(),
            why: why.to_owned(),
        });
    }

    /// Compares two schemas. `strict`: events may hold fields that the schema does not name here, because another part
    /// of a composition (`anyOf`, `allOf`) may name them.
    fn schemas(&mut self, at: &str, old: &Value, new: &Value, strict: bool) {
        let (Value::Object(old_map), Value::Object(new_map)) = (old, new) else {
            return self.booleans(at, old, new);
        };
        self.explanations(at, old_map, new_map);
        if self.types(at, old, new) == types::Told::All {
            return;
        }
        let strict = strict || branches::composed(old) || branches::composed(new);
        for keyword in keywords(old_map, new_map) {
            let at = format!("{at}/{}", escaped(keyword.name));
            match keyword.name {
                "items" => self.optional(&at, keyword.old, keyword.new, strict),
                "allOf" | "anyOf" | "oneOf" => self.branches(&at, &keyword),
                _ => self.keyword(&at, &keyword),
            }
        }
        self.objects(at, old_map, new_map, strict);
        self.not_understood(at, old_map, new_map);
    }

    /// Schemas of which one is `false`, or no schema at all.
    fn booleans(&mut self, at: &str, old: &Value, new: &Value) {
        if old == new {
            return;
        }
        let nothing = |schema: &Value| *schema == Value::Bool(false);
        let effect = match (nothing(old), nothing(new)) {
            (true, false) if new.is_object() => Effect::Wider,
            (false, true) if old.is_object() => Effect::Narrower,
            _ => Effect::Other,
        };
        self.add(at, "schema changed", (Some(old), Some(new)), effect, effect.why());
    }

    /// Two schemas where an absent one allows everything.
    fn optional(&mut self, at: &str, old: Option<&Value>, new: Option<&Value>, strict: bool) {
        if old == new {
            return;
        }
        let anything = Value::Object(Map::new());
        self.schemas(at, old.unwrap_or(&anything), new.unwrap_or(&anything), strict);
    }

    /// Titles, descriptions, examples: what a validator does not look at.
    fn explanations(&mut self, at: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        for name in ANNOTATIONS {
            let (from, to) = (old.get(name), new.get(name));
            if from != to {
                let what = format!("{name} {}", happened(from, to));
                self.add(&format!("{at}/{name}"), &what, (from, to), Effect::None, "it only explains");
            }
        }
    }
}

/// The keywords of both, each once: those of the new schema, then those it lacks.
fn keywords<'a>(old: &'a Map<String, Value>, new: &'a Map<String, Value>) -> Vec<Keyword<'a>> {
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    new.keys().chain(gone).map(|name| Keyword { name, old: old.get(name), new: new.get(name) }).collect()
}

fn happened(from: Option<&Value>, to: Option<&Value>) -> &'static str {
    match (from, to) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    }
}

/// A word as one step of a JSON Pointer (RFC 6901).
fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
