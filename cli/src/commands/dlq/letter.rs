//! A dead letter, and what is known of it.

use std::collections::BTreeMap;

use mesh_core::{
    Manifest, Timestamp, envelope,
    ports::{Delivery, LedgerState, Receipt, StateStore},
    runner::{DLQ_AGENT, DLQ_CODE, DLQ_EVENT_ID},
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::mesh::Mesh;

/// A message in a dead-letter queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Letter {
    /// The agent that gave it up.
    pub(super) agent: String,
    /// The queue's id of it.
    pub(super) message_id: String,
    /// The event id it was handled under.
    pub(super) event_id: Uuid,
    /// Its type, where it can be told.
    pub(super) event_type: Option<String>,
    /// Why the agent gave up; nothing is known when the queue itself gave up.
    pub(super) code: Option<String>,
    /// When it was sent here.
    pub(super) sent_at: String,
    /// How often it was received here.
    pub(super) receive_count: u32,
    /// The queue's attributes.
    pub(super) attributes: BTreeMap<String, String>,
    /// The payload; a text when it is no JSON.
    pub(super) payload: Value,
    /// The body as it was received.
    pub(super) body: String,
}

/// The parts of a message that both a look and a receive show.
pub(super) struct Seen {
    pub(super) message_id: String,
    pub(super) body: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) receive_count: u32,
    pub(super) sent_at: Timestamp,
}

/// Up to `limit` messages of an agent's dead-letter queue, which stay where they are.
pub(super) async fn peek(mesh: &Mesh, manifest: &Manifest, limit: usize) -> anyhow::Result<Vec<Letter>> {
    let mut letters = Vec::new();
    for found in mesh.dlq(manifest).peek(limit).await? {
        let seen = Seen {
            message_id: found.message_id,
            body: found.body,
            attributes: found.attributes,
            receive_count: found.receive_count,
            sent_at: found.sent_at,
        };
        letters.push(read(mesh, manifest, seen).await?);
    }
    Ok(letters)
}

/// What is known of a message: from its attributes, else from the message itself and the ledger.
pub(super) async fn read(mesh: &Mesh, manifest: &Manifest, seen: Seen) -> anyhow::Result<Letter> {
    let letter = describe(manifest, seen);
    if letter.code.is_some() {
        return Ok(letter);
    }
    let entry = mesh.store.state().entry(&manifest.name, letter.event_id).await?;
    let code = entry.and_then(|entry| match entry.state {
        LedgerState::Suspended { code } => Some(code),
        _ => None,
    });
    Ok(Letter { code, ..letter })
}

fn describe(manifest: &Manifest, seen: Seen) -> Letter {
    let Seen { message_id, body, attributes, receive_count, sent_at } = seen;
    let receipt = Receipt(String::new());
    let delivery = Delivery { message_id, receipt, body, attributes, receive_count, sent_at };
    let arrival = envelope::decode(&delivery, manifest);
    let Delivery { message_id, body, attributes, .. } = delivery;
    let payload = envelope::unwrap(&body).map_or_else(|| body.clone(), |notification| notification.message);
    Letter {
        agent: attributes.get(DLQ_AGENT).unwrap_or(&manifest.name).clone(),
        event_id: attributes.get(DLQ_EVENT_ID).and_then(|id| id.parse().ok()).unwrap_or(arrival.id),
        event_type: arrival.event_type.map(|spec| spec.event_type.to_owned()),
        code: attributes.get(DLQ_CODE).cloned(),
        sent_at: sent_at.rfc3339(),
        payload: mesh_contracts::parse(&payload).unwrap_or(Value::String(payload)),
        message_id,
        receive_count,
        attributes,
        body,
    }
}

/// The attributes it had before it came here.
pub(super) fn original_attributes(attributes: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let ours = [DLQ_AGENT, DLQ_CODE, DLQ_EVENT_ID];
    attributes.iter().filter(|(name, _)| !ours.contains(&name.as_str())).map(|(n, v)| (n.clone(), v.clone())).collect()
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A dead letter of `echo` with this event id and code.
    pub(in super::super) fn letter(event_id: u128, code: &str) -> Letter {
        let manifest = Manifest::parse(agent_echo::MANIFEST).expect("a manifest");
        let event_id = Uuid::from_u128(event_id).to_string();
        let attributes = [(DLQ_EVENT_ID, event_id.as_str()), (DLQ_CODE, code), (DLQ_AGENT, "echo"), ("ce-id", "x")];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let body = r#"{"message":"hi"}"#.to_owned();
        describe(&manifest, Seen { message_id: "m".into(), body, attributes, receive_count: 1, sent_at: Timestamp(0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attributes_say_what_the_body_does_not() {
        let letter = testing::letter(7, "MODEL_TIMEOUT");
        assert_eq!((letter.event_id, letter.code.as_deref()), (Uuid::from_u128(7), Some("MODEL_TIMEOUT")));
        assert_eq!(letter.payload["message"], "hi");
        assert_eq!(original_attributes(&letter.attributes).into_keys().collect::<Vec<_>>(), ["ce-id"]);
    }
}
