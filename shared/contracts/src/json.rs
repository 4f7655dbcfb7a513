//! Reading JSON strictly: a repeated key is an error (I-JSON, RFC 7493), because readers disagree on which one counts.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A body that is no JSON, or repeats a key.
#[derive(Debug, thiserror::Error)]
#[error("not JSON: {message}")]
pub struct JsonError {
    /// What is wrong, with line and column.
    pub message: String,
    #[source]
    source: serde_json::Error,
}

/// Parses a whole body.
///
/// # Errors
/// [`JsonError`] when it is no JSON or an object repeats a key.
pub fn parse(body: &str) -> Result<Value, JsonError> {
    serde_json::from_str::<Strict>(body)
        .map(|strict| strict.0)
        .map_err(|source| JsonError { message: source.to_string(), source })
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        StrictSeed.deserialize(deserializer).map(Strict)
    }
}

struct StrictSeed;

impl<'de> DeserializeSeed<'de> for StrictSeed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictSeed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = access.next_value_seed(Self)?;
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key {key:?} appears twice")));
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_key_is_refused_at_any_depth() {
        for body in [r#"{"a":1,"a":1}"#, r#"{"b":[{"a":1,"a":2}]}"#] {
            let error = parse(body).expect_err("duplicate");
            assert!(error.message.contains("\"a\" appears twice"), "{error}");
        }
    }

    #[test]
    fn everything_else_reads_as_serde_json_reads_it() {
        for body in [r#"{"a":[1,-1,1.5,true,null,"x\n"]}"#, "800.0", "\"\"", "[]", "18446744073709551615"] {
            let plain: Value = serde_json::from_str(body).expect("json");
            assert_eq!(parse(body).expect("json"), plain);
        }
        assert!(parse("{").is_err());
        assert!(parse("{} x").is_err());
    }
}
