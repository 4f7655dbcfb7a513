//! What DynamoDB would refuse, refused by every [`StateStore`](super::StateStore) before anything happens.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{DocKey, Document, OutboxEntry, PortError};
use crate::message::check_limits;

const PORT: &str = "state_store";
const MAX_WRITES: usize = 25;
const MAX_MESSAGES: usize = 25;
const MAX_TOGETHER: usize = 256 * 1024;
const MAX_DOCUMENT: usize = 128 * 1024;
/// Leaves room to move an undispatched notice out of the way.
const MAX_INDEX: u32 = 1 << 20;
const MAX_ID: usize = 1_024;
const MAX_LABEL: usize = 2_048;
/// The service takes 32 levels; the document itself is one.
const MAX_DEPTH: usize = 30;
const LEAST_NUMBER: f64 = 1e-130;
const GREATEST_NUMBER: f64 = 9.9e125;

fn limit(field: impl Into<String>, value: impl Into<String>, limit: impl Into<String>) -> PortError {
    PortError::Limit { port: PORT, field: field.into(), value: value.into(), limit: limit.into() }
}

/// Whether a document can have this id.
#[must_use]
pub fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len())
}

/// Whether an owner or index can be this text.
#[must_use]
pub fn is_label(text: &str) -> bool {
    (1..=MAX_LABEL).contains(&text.len())
}

/// Checks one document; `json` is its body.
///
/// # Errors
/// [`PortError::Limit`] naming field, value and limit.
pub fn document(document: &Document, json: &str) -> Result<(), PortError> {
    let key = &document.key;
    let bytes = |text: &str| format!("{} bytes", text.len());
    if key.kind.is_empty() {
        return Err(limit("kind", "empty", "at least 1 byte"));
    }
    if !is_id(&key.id) {
        return Err(limit("id", bytes(&key.id), format!("1 to {MAX_ID} bytes")));
    }
    for (field, label) in [("owner", &document.owner), ("index", &document.index)] {
        if let Some(text) = label.as_deref().filter(|text| !is_label(text)) {
            return Err(limit(field, bytes(text), format!("1 to {MAX_LABEL} bytes")));
        }
    }
    if let Some(sort) = document.sort.as_deref().filter(|sort| !is_id(sort)) {
        return Err(limit("sort", bytes(sort), format!("1 to {MAX_ID} bytes")));
    }
    let field = || format!("document {}/{}", key.kind, key.id);
    if json.len() > MAX_DOCUMENT {
        return Err(limit(field(), bytes(json), format!("{MAX_DOCUMENT} bytes")));
    }
    body(&document.body, 0).map_err(|(value, bound)| limit(field(), value, bound))
}

/// What DynamoDB does not keep in a value: answers what is wrong, and the bound.
fn body(value: &Value, depth: usize) -> Result<(), (String, String)> {
    if depth > MAX_DEPTH {
        return Err((format!("nested more than {MAX_DEPTH} deep"), format!("{MAX_DEPTH} levels")));
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| body(item, depth + 1)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, field)| {
            if name.is_empty() {
                return Err(("a field without a name".to_owned(), "names of at least 1 byte".to_owned()));
            }
            body(field, depth + 1)
        }),
        Value::Number(number) => match number.as_f64().map(f64::abs) {
            Some(size) if size == 0.0 || (LEAST_NUMBER..=GREATEST_NUMBER).contains(&size) => Ok(()),
            _ => Err((format!("the number {number}"), format!("{LEAST_NUMBER:e} to {GREATEST_NUMBER:e}"))),
        },
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

/// Bytes of a document that count against the limit of a transaction; `json` is its body.
#[must_use]
pub fn size_of(document: &Document, json: &str) -> usize {
    let optional = [&document.owner, &document.index, &document.sort];
    let optional: usize = optional.into_iter().flatten().map(String::len).sum();
    document.key.kind.len() + document.key.id.len() + optional + json.len()
}

/// Checks what is written in one transaction: documents with their [sizes](size_of), and messages.
///
/// # Errors
/// [`PortError::Limit`] naming field, value and limit.
pub fn together<'a>(
    writes: impl ExactSizeIterator<Item = (&'a DocKey, usize)>,
    outbox: &[OutboxEntry],
) -> Result<(), PortError> {
    if writes.len() > MAX_WRITES {
        return Err(limit("writes", writes.len().to_string(), MAX_WRITES.to_string()));
    }
    if outbox.len() > MAX_MESSAGES {
        return Err(limit("outbox", outbox.len().to_string(), MAX_MESSAGES.to_string()));
    }
    let (mut size, mut keys) = (0, BTreeSet::new());
    for (key, bytes) in writes {
        if !keys.insert(key) {
            return Err(limit("writes", format!("{}/{} more than once", key.kind, key.id), "distinct keys"));
        }
        size += bytes;
    }
    size += messages(outbox)?;
    if size > MAX_TOGETHER {
        return Err(limit("transaction", format!("{size} bytes"), format!("{MAX_TOGETHER} bytes")));
    }
    Ok(())
}

/// Checks an outbox, and answers its size. What no queue would ever take must not get into one.
fn messages(outbox: &[OutboxEntry]) -> Result<usize, PortError> {
    let (mut size, mut indices) = (0, BTreeSet::new());
    for OutboxEntry { index, message, .. } in outbox {
        check_limits(PORT, &message.body, &message.attributes)?;
        if *index > MAX_INDEX {
            return Err(limit("outbox", format!("index {index}"), MAX_INDEX.to_string()));
        }
        if !indices.insert(index) {
            return Err(limit("outbox", format!("index {index} more than once"), "distinct indices"));
        }
        size += message.channel.len() + message.subject.len() + message.size();
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::document;
    use crate::ports::{DocKey, Document, PortError};

    fn made(body: Value) -> Document {
        let (owner, index, sort, expires_at) = (None, None, None, None);
        Document { key: DocKey::new("widget", "a"), version: 0, owner, index, sort, expires_at, body }
    }

    fn check(body: Value) -> Result<(), PortError> {
        let json = body.to_string();
        document(&made(body), &json)
    }

    fn nested(depth: usize) -> Value {
        (0..depth).fold(json!(1), |inner, _| json!({ "in": inner }))
    }

    #[test]
    fn what_dynamodb_keeps_is_taken() {
        let odd = json!({ "zero": 0.0, "small": 1e-130, "large": -9.9e125, "most": u64::MAX, "": null });
        check(odd).expect_err("a field without a name");
        check(json!([0.0, -0.0, 1e-130, -9.9e125, u64::MAX, i64::MIN, "", [], {}, null])).expect("a body");
        check(nested(30)).expect("thirty levels");
    }

    #[test]
    fn keys_of_indexes_have_a_length() {
        for length in [0, 1, 1_024, 1_025, 2_048, 2_049] {
            let text = Some("x".repeat(length));
            let owned = Document { owner: text.clone(), ..made(Value::Null) };
            let indexed = Document { index: text.clone(), ..made(Value::Null) };
            let sorted = Document { sort: text, ..made(Value::Null) };
            assert_eq!(document(&owned, "null").is_ok(), (1..=2_048).contains(&length), "owner of {length}");
            assert_eq!(document(&indexed, "null").is_ok(), (1..=2_048).contains(&length), "index of {length}");
            assert_eq!(document(&sorted, "null").is_ok(), (1..=1_024).contains(&length), "sort of {length}");
        }
    }

    #[test]
    fn what_dynamodb_does_not_keep_is_refused() {
        for bad in [nested(31), json!(1e-131), json!(1e126), json!([{ "": 1 }])] {
            let error = check(bad).expect_err("a limit");
            assert!(matches!(error, PortError::Limit { field, .. } if field == "document widget/a"));
        }
    }
}
