//! What tells two payloads under one id apart.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 over type and payload with sorted keys, so that the same request written differently is the same.
pub(super) fn fingerprint(event_type: &str, payload: Option<&Value>, raw: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(event_type.as_bytes());
    hash.update([0]);
    match payload {
        Some(value) => feed(&mut hash, value),
        None => hash.update(raw.as_bytes()),
    }
    let digest: [u8; 32] = hash.finalize().into();
    String::from(&*mesh_contracts::Sha256Hex::from_digest(&digest))
}

fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            hash.update(b"{");
            for (key, member) in members {
                hash.update((key.len() as u64).to_be_bytes());
                hash.update(key.as_bytes());
                feed(hash, member);
            }
            hash.update(b"}");
        }
        Value::Array(items) => {
            hash.update(b"[");
            items.iter().for_each(|item| feed(hash, item));
            hash.update(b"]");
        }
        Value::String(text) => {
            hash.update(b"\"");
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        other => {
            hash.update(b"=");
            hash.update(other.to_string().as_bytes());
            hash.update(b";");
        }
    }
}
