//! What DynamoDB would refuse, refused before anything happens.

use std::collections::BTreeSet;

use mesh_core::ports::{DocKey, PortError};

use super::{PORT, commit::PreparedWrite, outbox::PreparedEntry};

const MAX_WRITES: usize = 25;
const MAX_MESSAGES: usize = 25;
const MAX_TOGETHER: usize = 256 * 1024;
const MAX_DOCUMENT: usize = 128 * 1024;
/// Leaves room to move an undispatched notice out of the way.
const MAX_INDEX: u32 = 1 << 20;
const MAX_ID: usize = 1_024;

fn limit(field: impl Into<String>, value: impl Into<String>, limit: impl Into<String>) -> PortError {
    PortError::Limit { port: PORT, field: field.into(), value: value.into(), limit: limit.into() }
}

/// Checks one document.
pub(super) fn document(key: &DocKey, json: &str) -> Result<(), PortError> {
    if key.kind.is_empty() {
        return Err(limit("kind", "empty", "at least 1 byte"));
    }
    if key.id.is_empty() || key.id.len() > MAX_ID {
        return Err(limit("id", format!("{} bytes", key.id.len()), format!("1 to {MAX_ID} bytes")));
    }
    if json.len() > MAX_DOCUMENT {
        let field = format!("document {}/{}", key.kind, key.id);
        return Err(limit(field, format!("{} bytes", json.len()), format!("{MAX_DOCUMENT} bytes")));
    }
    Ok(())
}

/// Checks what is written in one transaction.
pub(super) fn together(writes: &[PreparedWrite], outbox: &[PreparedEntry]) -> Result<(), PortError> {
    if writes.len() > MAX_WRITES {
        return Err(limit("writes", writes.len().to_string(), MAX_WRITES.to_string()));
    }
    if outbox.len() > MAX_MESSAGES {
        return Err(limit("outbox", outbox.len().to_string(), MAX_MESSAGES.to_string()));
    }
    let mut keys = BTreeSet::new();
    if let Some(twice) = writes.iter().find(|write| !keys.insert(&write.key)) {
        let key = &twice.key;
        return Err(limit("writes", format!("{}/{} more than once", key.kind, key.id), "distinct keys"));
    }
    if let Some(high) = outbox.iter().find(|entry| entry.index > MAX_INDEX) {
        return Err(limit("outbox", format!("index {}", high.index), MAX_INDEX.to_string()));
    }
    let mut indices = BTreeSet::new();
    if let Some(twice) = outbox.iter().find(|entry| !indices.insert(entry.index)) {
        return Err(limit("outbox", format!("index {} more than once", twice.index), "distinct indices"));
    }
    let size: usize = writes.iter().map(PreparedWrite::size).chain(outbox.iter().map(PreparedEntry::size)).sum();
    if size > MAX_TOGETHER {
        return Err(limit("transaction", format!("{size} bytes"), format!("{MAX_TOGETHER} bytes")));
    }
    Ok(())
}
