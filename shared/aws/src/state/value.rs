//! Bodies of documents as DynamoDB's own values.
//!
//! Exact for strings, integers, booleans, null, arrays and objects. The service keeps numbers, not how they were
//! written: a fraction comes back as the same number, and a whole one as an integer (`1.0` as `1`).

use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Number, Value};

/// As the service takes it; [`state_limits`](mesh_core::ports::state_limits) has seen to it that it does.
pub(super) fn encode(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(truth) => AttributeValue::Bool(*truth),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(items) => AttributeValue::L(items.iter().map(encode).collect()),
        Value::Object(fields) => {
            AttributeValue::M(fields.iter().map(|(name, field)| (name.clone(), encode(field))).collect())
        }
    }
}

/// As it was; `None` for what [`encode`] never makes.
pub(super) fn decode(value: AttributeValue) -> Option<Value> {
    Some(match value {
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::Bool(truth) => Value::Bool(truth),
        AttributeValue::N(digits) => Value::Number(number(&digits)?),
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::L(items) => Value::Array(items.into_iter().map(decode).collect::<Option<_>>()?),
        AttributeValue::M(fields) => {
            let fields = fields.into_iter().map(|(name, field)| Some((name, decode(field)?)));
            Value::Object(fields.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

fn number(digits: &str) -> Option<Number> {
    let whole = i64::from_str(digits).map(Number::from).or_else(|_| u64::from_str(digits).map(Number::from));
    whole.ok().or_else(|| Number::from_f64(f64::from_str(digits).ok()?))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use serde_json::json;

    use super::{decode, encode};

    #[test]
    fn a_body_comes_back_as_it_was() {
        let body = json!({
            "text": "na\u{ef}ve \u{1F980} \n\"", "empty": "", "null": null, "list": [1, [], {}, [true, false]],
            "most": u64::MAX, "least": i64::MIN, "fractions": [0.1, -2.5e-7, 1e126_f64 / 1e3, f64::EPSILON],
            "third": 1.0 / 3.0,
        });
        assert_eq!(decode(encode(&body)), Some(body));
    }

    #[test]
    fn numbers_as_the_service_writes_them_are_read() {
        for (digits, number) in [("1", json!(1)), ("-0", json!(0)), ("1E+25", json!(1e25)), ("0.10", json!(0.1))] {
            assert_eq!(decode(AttributeValue::N(digits.to_owned())), Some(number));
        }
        assert_eq!(decode(AttributeValue::N("one".to_owned())), None);
        assert_eq!(decode(AttributeValue::Ss(vec![])), None);
    }
}
