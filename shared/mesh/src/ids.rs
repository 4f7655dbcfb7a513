//! Ids derived from other ids, so that whatever happens twice has the same name twice (UUIDv5, RFC 9562).

use mesh_contracts::{Id, Sha256Hex};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Namespace of everything derived here; an arbitrary constant.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x0d3f_6a52_5f0f_5f6e_9d55_4a6c_70a1_0c3b);

/// An id derived from parts; parts are separated so that no two lists of parts are the same text.
#[must_use]
pub fn derive(namespace: Uuid, parts: &[&str]) -> Uuid {
    let mut name = String::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        name.push_str(&part.len().to_string());
        name.push(':');
        name.push_str(part);
    }
    Uuid::new_v5(&namespace, name.as_bytes())
}

/// The event id of a request that brought its own `request_id`.
#[must_use]
pub fn of_request(website: &str, request_id: &str) -> Uuid {
    derive(NAMESPACE, &["request", website, request_id])
}

/// The event id of an event from elsewhere: its id is unique only together with its source (CloudEvents 1.0).
#[must_use]
pub fn of_foreign(source: &str, id: &str) -> Uuid {
    derive(NAMESPACE, &["foreign", source, id])
}

/// The id of the `index`-th event an agent emits because of `cause`.
#[must_use]
pub fn of_child(cause: Uuid, agent: &str, event_type: &str, index: u32) -> Uuid {
    derive(cause, &["child", agent, event_type, &index.to_string()])
}

/// The content id of the article a request's event asks for.
#[must_use]
pub fn of_content(request_event: Uuid) -> Id {
    Id(derive(request_event, &["content"]))
}

/// SHA-256 of bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of bytes, as 64 hex digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    String::from(&*Sha256Hex::from_digest(&sha256(bytes)))
}
