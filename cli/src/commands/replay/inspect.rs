//! Finding out what is known of a message: from itself, the ledger, the fate of its run, and what it points at.

use futures_util::{StreamExt, TryStreamExt, stream};
use mesh_contracts::{Contract, events::ContentRequest};
use mesh_core::{
    Manifest, Timestamp,
    envelope::{self, Arrival, attribute},
    ids,
    ports::{Delivery, LedgerEntry, Receipt},
    runner::{self, Known},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    super::quarantine::standing,
    entry::{EndedBy, Entry, Found, Invalid, Payload},
};
use crate::{mesh::Mesh, runs};

/// Messages looked into at once.
const AT_ONCE: usize = 16;

/// What is known of each of these messages, in their order.
pub(crate) async fn all(mesh: &Mesh, manifest: &Manifest, found: &[Found]) -> anyhow::Result<Vec<Entry>> {
    stream::iter(found).map(|one| inspect(mesh, manifest, one)).buffered(AT_ONCE).try_collect().await
}

/// What is known of a message, and what a replay of it would come to.
pub(crate) async fn inspect(mesh: &Mesh, manifest: &Manifest, found: &Found) -> anyhow::Result<Entry> {
    let arrival = decode(found, manifest);
    let event_id = found.event_id.unwrap_or(arrival.id);
    let own = mesh.state.entry(&manifest.name, event_id).await?;
    // What was handled under an id of its own arrives under that of its sender again.
    let other = match event_id == arrival.id {
        true => None,
        false => mesh.state.entry(&manifest.name, arrival.id).await?,
    };
    let end = runs::end(mesh, arrival.correlation_id).await?;
    let ended_by = end.map(|end| EndedBy { event_type: end.event_type, event_id: end.event_id });
    let mut pointers = Vec::new();
    for pointer in runner::pointers(&arrival) {
        let state = runner::look_at(&pointer, manifest, &*mesh.blobs).await?;
        pointers.push(Payload { uri: pointer.uri.to_string(), state });
    }
    let predicted = runner::predict(&Known {
        manifest,
        arrival: &arrival,
        entry: if event_id == arrival.id { own.as_ref() } else { other.as_ref() },
        ended_by: ended_by.as_ref().map(|end| end.event_id.unwrap_or_default()),
        payload_alive: pointers.iter().all(|one| one.state.is_alive()),
        now: mesh.now(),
    });
    let mut entry = describe(manifest, found, &arrival, event_id, own.as_ref(), mesh.now());
    (entry.pointers, entry.ended_by, entry.predicted) = (pointers, ended_by, predicted);
    Ok(entry)
}

/// What the message itself and its ledger entry tell.
fn describe(
    manifest: &Manifest,
    found: &Found,
    arrival: &Arrival,
    event_id: Uuid,
    ledger: Option<&LedgerEntry>,
    now: Timestamp,
) -> Entry {
    let (standing, code) = ledger.map_or_else(|| ("unknown".to_owned(), None), |ledger| standing(&ledger.state, now));
    let sent = found.sent_at.or(ledger.map(|ledger| ledger.updated_at)).unwrap_or(now);
    let invalid = match &arrival.verdict {
        Some(Err(refused)) => Some(Invalid { code: refused.code.to_owned(), message: refused.message.clone() }),
        _ => None,
    };
    Entry {
        agent: manifest.name.clone(),
        source: found.origin,
        message_id: found.message_id.clone(),
        event_id,
        run: arrival.correlation_id,
        event_type: arrival.event_type.map(|spec| spec.event_type.to_owned()),
        content_id: content_of(arrival, event_id),
        code: found.code.clone().or(code),
        reason: ledger.and_then(reason),
        sent_at: sent.rfc3339(),
        receive_count: found.receive_count,
        attempts: ledger.map_or(0, |ledger| ledger.attempts),
        suspensions: ledger.map_or(0, |ledger| ledger.suspensions),
        ledger: standing,
        invalid,
        pointers: Vec::new(),
        ended_by: None,
        body_sha256: ids::sha256_hex(found.body.as_bytes()),
        predicted: runner::Predicted::Ignored,
    }
}

/// What the agent's last failure event said; the outbox keeps it.
fn reason(ledger: &LedgerEntry) -> Option<String> {
    let said = |body: &str| {
        let body: Value = mesh_contracts::parse(body).ok()?;
        body.get("error_message").and_then(Value::as_str).map(str::to_owned)
    };
    ledger.outbox.iter().rev().find_map(|one| said(&one.message.body))
}

/// A message as its agent would read it.
pub(crate) fn decode(found: &Found, manifest: &Manifest) -> Arrival {
    let delivery = Delivery {
        message_id: found.message_id.clone().unwrap_or_default(),
        receipt: Receipt(String::new()),
        body: found.body.clone(),
        attributes: found.attributes.clone(),
        receive_count: found.receive_count,
        sent_at: found.sent_at.unwrap_or_default(),
    };
    envelope::decode(&delivery, manifest)
}

/// The payload of a message; `None` when it is no JSON, or of a type the agent does not handle.
pub(crate) fn data(arrival: &Arrival) -> Option<&Value> {
    match &arrival.verdict {
        Some(Ok(event)) => Some(&event.data),
        _ => arrival.data.as_ref(),
    }
}

/// The content a message is about: as it says itself, or the one that a request is to lead to.
fn content_of(arrival: &Arrival, event_id: Uuid) -> Option<Uuid> {
    let id = |value: Option<&str>| value.and_then(|id| id.parse().ok());
    let named = id(data(arrival).and_then(|data| data.get("content_id")).and_then(Value::as_str));
    let event = arrival.verdict.as_ref().and_then(|verdict| verdict.as_ref().ok());
    let request = arrival.event_type.is_some_and(|spec| spec.event_type == ContentRequest::TYPE);
    let root = event.and_then(|event| event.origin).unwrap_or(event_id);
    named
        .or_else(|| id(event.and_then(|event| event.subject.as_deref())))
        .or_else(|| request.then(|| ids::of_content(root).0))
}

/// The event a message is a copy of, or the event itself.
pub(crate) fn root(found: &Found, arrival: &Arrival, event_id: Uuid) -> Uuid {
    let event = arrival.verdict.as_ref().and_then(|verdict| verdict.as_ref().ok());
    let origin = found.attributes.get(attribute::ORIGIN).and_then(|id| id.parse().ok());
    event.and_then(|event| event.origin).or(origin).unwrap_or(event_id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{super::gather, *};
    use crate::mesh::{Dead, Source};

    /// What a message tells of itself.
    fn told(manifest: &str, source: Source, attributes: &[(&str, &str)], body: String) -> (Found, Entry) {
        let manifest = Manifest::parse(manifest).expect("a manifest");
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (message_id, sent_at) = ("m".to_owned(), Timestamp(0));
        let found = gather::letter(Dead { source, message_id, body, attributes, receive_count: 1, sent_at });
        let arrival = decode(&found, &manifest);
        let event_id = found.event_id.unwrap_or(arrival.id);
        let entry = describe(&manifest, &found, &arrival, event_id, None, Timestamp(5));
        (found, entry)
    }

    #[test]
    fn the_attributes_say_what_the_body_does_not() {
        let id = Uuid::from_u128(7).to_string();
        let attributes = [("mesh-event-id", id.as_str()), ("mesh-code", "X"), ("mesh-agent", "echo"), ("ce-id", "x")];
        let (found, entry) = told(agent_echo::MANIFEST, Source::Dlq, &attributes, r#"{"message":"hi"}"#.to_owned());
        assert_eq!((entry.event_id, entry.code.as_deref()), (Uuid::from_u128(7), Some("X")));
        assert_eq!((entry.event_type.as_deref(), entry.ledger.as_str()), (Some("EchoRequested"), "unknown"));
        assert_eq!(found.attributes, BTreeMap::from([("ce-id".to_owned(), "x".to_owned())]), "as it was received");
    }

    #[test]
    fn what_a_topic_could_not_deliver_is_read_from_its_notification() {
        let code = "AWS.SimpleQueueService.NonExistentQueue";
        let request = json!({"content_topic": "Grids", "word_count": 800}).to_string();
        let sns = json!({"Type": "Notification", "MessageId": Uuid::from_u128(5).to_string(),
            "TopicArn": "arn:aws:sns:eu-central-1:1:va-content-request", "Message": request});
        let attributes = [("ErrorCode", code), ("RequestID", "r")];
        let (found, entry) = told(agent_content_gen::MANIFEST, Source::Undelivered, &attributes, sns.to_string());
        assert_eq!((entry.event_id, entry.event_type.as_deref()), (Uuid::from_u128(5), Some("ContentRequest")));
        assert_eq!((entry.code.as_deref(), entry.invalid), (Some(code), None));
        assert_eq!(entry.content_id, Some(ids::of_content(Uuid::from_u128(5)).0));
        assert!(found.attributes.is_empty());
    }

    #[test]
    fn what_breaks_its_contract_today_is_told() {
        let (_, entry) = told(agent_echo::MANIFEST, Source::Dlq, &[("ce-id", "x")], r#"{"message":1}"#.to_owned());
        assert_eq!(entry.invalid.expect("invalid").code, "CONTRACT_VIOLATION");
    }
}
