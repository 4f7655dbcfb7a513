//! Keywords that say one thing: bounds, patterns, defaults; and those that are not understood.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{
    Effect, Keyword, Walk, escaped,
    expand::{ANNOTATIONS, stripped},
    happened,
};

/// Bounds below and above which a value is refused.
const LEAST: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const MOST: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
/// Rules that are there or not; how two of them relate is not looked at.
const RULES: [&str; 3] = ["pattern", "format", "multipleOf"];
/// Keywords that are compared elsewhere.
const ELSEWHERE: [&str; 10] =
    ["type", "const", "enum", "oneOf", "anyOf", "allOf", "items", "properties", "required", "additionalProperties"];

impl Walk {
    /// A keyword that stands for itself.
    pub(super) fn keyword(&mut self, at: &str, keyword: &Keyword<'_>) {
        let Keyword { name, old, new } = *keyword;
        if old == new {
            return;
        }
        let word = happened(old, new);
        let (word, effect, why) = match name {
            _ if LEAST.contains(&name) || MOST.contains(&name) => bound(keyword),
            _ if RULES.contains(&name) => rule(keyword),
            "uniqueItems" => unique(keyword),
            "default" => (word, Effect::Other, "an event without the field means something else now"),
            _ => return,
        };
        self.add(at, &format!("{name} {word}"), (old, new), effect, why);
    }

    /// Keywords nobody here knows. They may look at their neighbours, so any difference beside one counts as theirs.
    pub(super) fn not_understood(&mut self, at: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let differ = |name: &str| stripped_of(old, name) != stripped_of(new, name);
        let beside = old.keys().chain(new.keys()).any(|name| !ANNOTATIONS.contains(&name.as_str()) && differ(name));
        for Keyword { name, old: from, new: to } in super::keywords(old, new) {
            let at = format!("{at}/{}", escaped(name));
            if is_known(name) && well_formed(name, from, to) {
                continue;
            }
            if differ(name) {
                let why = "what the keyword means is not known here";
                let what = format!("unknown keyword {name} {}", happened(from, to));
                self.add(&at, &what, (from, to), Effect::Other, why);
            } else if beside {
                let why = "something beside the keyword changed, and whether it looks at that is not known here";
                self.add(&at, &format!("unknown keyword {name} beside a change"), (from, to), Effect::Other, why);
            }
        }
    }
}

/// Whether the values of a keyword have the form its comparison reads, or did not change.
fn well_formed(name: &str, from: Option<&Value>, to: Option<&Value>) -> bool {
    let fits = |value: Option<&Value>| value.is_none_or(|value| fits(name, value));
    from == to || (fits(from) && fits(to))
}

fn is_known(name: &str) -> bool {
    [&LEAST[..], &MOST, &RULES, &ELSEWHERE, &ANNOTATIONS, &["default", "uniqueItems"]]
        .iter()
        .any(|known| known.contains(&name))
}

fn fits(name: &str, value: &Value) -> bool {
    match name {
        "properties" => value.is_object(),
        "required" => value.as_array().is_some_and(|names| names.iter().all(Value::is_string)),
        "enum" | "oneOf" | "anyOf" | "allOf" => value.is_array(),
        "items" | "additionalProperties" => value.is_object() || value.is_boolean(),
        _ => true,
    }
}

fn stripped_of(schema: &Map<String, Value>, name: &str) -> Option<Value> {
    let only = schema.get(name).map(|value| Map::from_iter([(name.to_owned(), value.clone())]));
    only.map(|only| stripped(&Value::Object(only)))
}

type Judged = (&'static str, Effect, &'static str);

fn bound(keyword: &Keyword<'_>) -> Judged {
    let Keyword { name, old, new } = *keyword;
    let below = LEAST.contains(&name);
    // Nothing is the lowest of lower bounds and the highest of upper ones.
    let order = match (old, new) {
        (None, _) => Some(if below { Ordering::Less } else { Ordering::Greater }),
        (_, None) => Some(if below { Ordering::Greater } else { Ordering::Less }),
        (Some(old), Some(new)) => ordered(old, new),
    };
    let Some(order) = order else {
        return ("changed", Effect::Other, "the bounds cannot be compared");
    };
    let word = match (old, new, order) {
        (None, ..) => "added",
        (_, None, _) => "removed",
        (.., Ordering::Less) => "raised",
        (.., Ordering::Greater) => "lowered",
        (.., Ordering::Equal) => "written differently",
    };
    let (effect, why) = match (order, below) {
        (Ordering::Equal, _) => (Effect::None, "it is the same number"),
        (Ordering::Less, true) => (Effect::Narrower, "old events may be below the new bound"),
        (Ordering::Less, false) => (Effect::Wider, "new events may be above the bound of old readers"),
        (Ordering::Greater, true) => (Effect::Wider, "new events may be below the bound of old readers"),
        (Ordering::Greater, false) => (Effect::Narrower, "old events may be above the new bound"),
    };
    (word, effect, why)
}

/// How two numbers compare, when that can be told exactly.
fn ordered(one: &Value, other: &Value) -> Option<Ordering> {
    /// Up to here every integer is a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let (Some(one), Some(other)) = (one.as_i64(), other.as_i64()) {
        return Some(one.cmp(&other));
    }
    let (one, other) = (one.as_f64()?, other.as_f64()?);
    if one.abs().max(other.abs()) < EXACT { one.partial_cmp(&other) } else { None }
}

fn rule(keyword: &Keyword<'_>) -> Judged {
    match (keyword.old, keyword.new) {
        (None, _) => ("added", Effect::Narrower, "old events need not follow the rule"),
        (_, None) => ("removed", Effect::Wider, "new events need not follow the rule of old readers"),
        _ => ("changed", Effect::Other, "whether one rule holds the other is not looked at"),
    }
}

fn unique(keyword: &Keyword<'_>) -> Judged {
    let set = |value: Option<&Value>| value.is_some_and(|value| *value == Value::Bool(true));
    match (set(keyword.old), set(keyword.new)) {
        (false, true) => ("added", Effect::Narrower, "old events may list something twice"),
        (true, false) => ("removed", Effect::Wider, "new events may list something twice"),
        _ => ("written differently", Effect::None, "it says the same as before"),
    }
}
