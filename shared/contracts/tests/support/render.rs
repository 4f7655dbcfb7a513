//! Writing a mutated body as text, with the forms of JSON that a `Value` cannot hold.

use serde_json::{Map, Value, json};

use super::rng::Rng;

/// What a string that is to be written as it is starts with.
const RAW: &str = "\u{E000}raw:";

/// A value that is written as this text: `8e2`, `800.0`, `100000000000000000000`.
pub(crate) fn raw(text: &str) -> Value {
    json!(format!("{RAW}{text}"))
}

/// The body as text. `repeat` names how many objects from here have one of their keys written twice (0: none).
pub(crate) fn render(value: &Value, rng: &mut Rng, repeat: bool) -> String {
    let mut out = String::with_capacity(1024);
    let mut repeats = if repeat { 1 } else { 0 };
    write(value, rng, &mut repeats, &mut out);
    out
}

fn write(value: &Value, rng: &mut Rng, repeats: &mut u32, out: &mut String) {
    match value {
        Value::String(text) => match text.strip_prefix(RAW) {
            Some(raw) => out.push_str(raw),
            None => string(text, rng, out),
        },
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(index, out);
                write(item, rng, repeats, out);
            }
            out.push(']');
        }
        Value::Object(members) => object(members, rng, repeats, out),
        other => out.push_str(&other.to_string()),
    }
}

fn object(members: &Map<String, Value>, rng: &mut Rng, repeats: &mut u32, out: &mut String) {
    let twice = (*repeats > 0 && !members.is_empty() && rng.chance(60)).then(|| rng.below(members.len()));
    *repeats -= u32::from(twice.is_some());
    out.push('{');
    for (index, (key, member)) in members.iter().enumerate() {
        separate(index, out);
        string(key, rng, out);
        out.push(':');
        write(member, rng, repeats, out);
        if twice == Some(index) {
            out.push(',');
            string(key, rng, out);
            out.push(':');
            write(if rng.chance(50) { member } else { &Value::Null }, rng, &mut 0, out);
        }
    }
    out.push('}');
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

/// A string, now and then with its characters escaped, which must make no difference.
fn string(text: &str, rng: &mut Rng, out: &mut String) {
    if !rng.chance(3) {
        out.push_str(&Value::String(text.to_owned()).to_string());
        return;
    }
    out.push('"');
    let mut units = [0; 2];
    for c in text.chars() {
        for unit in c.encode_utf16(&mut units) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    }
    out.push('"');
}
