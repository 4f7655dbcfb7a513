//! A dead letter, and what is known of it.

use std::collections::BTreeMap;

use mesh_core::{Manifest, envelope};
use serde::Serialize;
use serde_json::Value;

use super::super::replay::{self, Entry};
use crate::mesh::{Dead, Mesh};

/// A message in a queue for dead letters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Letter {
    /// What is known of it, and what a replay would come to.
    #[serde(flatten)]
    pub(super) entry: Entry,
    /// The queue's attributes.
    pub(super) attributes: BTreeMap<String, String>,
    /// The body's payload; a text when it is no JSON.
    pub(super) payload: Value,
    /// The body as it was received.
    pub(super) body: String,
}

/// Up to `limit` messages that an agent's queues for dead letters hold, which stay where they are.
pub(super) async fn peek(mesh: &Mesh, manifest: &Manifest, limit: usize) -> anyhow::Result<Vec<Letter>> {
    let mut letters = Vec::new();
    for source in mesh.sources() {
        for dead in mesh.look(manifest, *source, limit.saturating_sub(letters.len())).await? {
            letters.push(read(mesh, manifest, dead).await?);
        }
    }
    Ok(letters)
}

async fn read(mesh: &Mesh, manifest: &Manifest, dead: Dead) -> anyhow::Result<Letter> {
    let (body, attributes) = (dead.body.clone(), dead.attributes.clone());
    let entry = replay::inspect(mesh, manifest, &replay::letter(dead)).await?;
    Ok(Letter { entry, attributes, payload: payload(&body), body })
}

fn payload(body: &str) -> Value {
    let text = envelope::unwrap(body).map_or_else(|| body.to_owned(), |notification| notification.message);
    mesh_contracts::parse(&text).unwrap_or(Value::String(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_payload_is_found_under_its_wrapping() {
        assert_eq!(payload(r#"{"message": 1}"#), json!({"message": 1}));
        let sns = json!({"Type": "Notification", "MessageId": "m", "Message": "{}"});
        assert_eq!((payload(&sns.to_string()), payload("{")), (json!({}), json!("{")));
    }
}
