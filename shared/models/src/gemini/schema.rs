//! The strict subset as Google speaks it: no `const`, and null only as a type.

use serde_json::{Value, json};

/// The same schema, said otherwise.
pub(super) fn spoken(mut schema: Value) -> Value {
    match &mut schema {
        Value::Array(items) => items.iter_mut().for_each(|item| *item = spoken(item.take())),
        Value::Object(members) => {
            members.values_mut().for_each(|member| *member = spoken(member.take()));
            if let Some(only) = members.remove("const") {
                members.insert("enum".into(), json!([only]));
            }
            if let Some(values) = members.get_mut("enum").and_then(Value::as_array_mut) {
                // That null is allowed stands in the type.
                values.retain(|value| !value.is_null());
            }
        }
        _ => {}
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_lists_of_one_and_null_is_a_type() {
        let strict = json!({"type": "object", "properties": {
            "kind": {"type": ["string", "null"], "enum": ["a", "b", null]},
            "one": {"anyOf": [{"type": "string", "const": "x"}, {"type": "null"}]},
        }});
        let expected = json!({"type": "object", "properties": {
            "kind": {"type": ["string", "null"], "enum": ["a", "b"]},
            "one": {"anyOf": [{"type": "string", "enum": ["x"]}, {"type": "null"}]},
        }});
        assert_eq!(spoken(strict), expected);
    }
}
