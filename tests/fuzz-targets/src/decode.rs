//! From a queue message to an event: whatever arrives is judged, in the same way however it travelled.

use std::{collections::BTreeMap, sync::LazyLock};

use mesh_core::{
    Manifest, Timestamp,
    envelope::{Arrival, Outgoing, Rejection, attribute, decode, encode, unwrap},
    message::MAX_PAYLOAD_BYTES,
    ports::{Delivery, Receipt},
};
use serde_json::{Value, json};

use crate::shapes::{Letter, letter};

/// One agent that anybody may write to, one that joins events of three channels, one that looks on everywhere.
static MANIFESTS: LazyLock<Vec<Manifest>> = LazyLock::new(|| {
    let declared = [
        include_str!("../../../agents/content-gen/agent.json"),
        include_str!("../../../agents/publish/agent.json"),
        include_str!("../../../agents/tracker/agent.json"),
    ];
    declared.iter().map(|json| Manifest::parse(json).expect("a manifest")).collect()
});

/// Attributes, one `name: value` a line; an empty line; the body.
pub fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\n\n").unwrap_or(("", &text));
    let attributes = head.lines().filter_map(|line| line.split_once(": "));
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    check(&delivery(body.to_owned(), attributes));
}

/// A message that is made of what messages are made of: known names, types and examples, and anything between them.
pub fn structured(bytes: &[u8]) {
    let Some(Letter { attributes, body }) = letter(bytes) else { return };
    check(&delivery(body, attributes));
}

fn delivery(body: String, attributes: BTreeMap<String, String>) -> Delivery {
    Delivery {
        message_id: "6f1c1e3a-1111-4222-8333-444455556666".into(),
        receipt: Receipt("r".into()),
        body,
        attributes,
        receive_count: 1,
        sent_at: Timestamp(1_790_000_000_000),
    }
}

/// Everything that holds of every message.
fn check(delivery: &Delivery) {
    for manifest in &*MANIFESTS {
        let arrival = decode(delivery, manifest);
        same(&arrival, &decode(delivery, manifest), "decoding twice");
        match &arrival.verdict {
            Some(Ok(_)) => accepted(&arrival, delivery, manifest),
            Some(Err(rejection)) => rejected(rejection),
            None => {}
        }
        if unwrap(&delivery.body).is_none() {
            wrapped(&arrival, delivery, manifest);
        }
        reordered(&arrival, delivery, manifest);
    }
}

/// What an agent may see keeps its contract, and comes back the same when it is sent on.
fn accepted(arrival: &Arrival, delivery: &Delivery, manifest: &Manifest) {
    let Some(Ok(event)) = &arrival.verdict else { return };
    assert!(manifest.handles(event.event_type).is_some(), "{} is not for {}", event.event_type, manifest.name);
    assert_eq!(mesh_contracts::validate(event.contract, &event.data), Ok(()));
    let spec = arrival.event_type.expect("an event has a type");
    assert_eq!((spec.event_type, spec.contract), (event.event_type, event.contract));
    (spec.reads)(&event.data).expect("the type reads what the schema allows");
    assert_eq!((event.id, event.correlation_id), (arrival.id, arrival.correlation_id));
    let message = unwrap(&delivery.body).map_or_else(|| delivery.body.clone(), |notification| notification.message);
    assert!(message.len() <= MAX_PAYLOAD_BYTES, "{} bytes were let in", message.len());
    let sent = encode(&Outgoing {
        spec,
        id: event.id,
        emitter: "fuzz",
        subject: event.subject.as_deref(),
        time: event.time,
        correlation_id: event.correlation_id,
        parent: event.traceparent.as_deref(),
        origin: event.origin,
        data: &event.data,
    });
    assert!(sent.subject.chars().count() <= 100 && sent.subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    if sent.body.len() > MAX_PAYLOAD_BYTES {
        return;
    }
    let again = decode(&Delivery { body: sent.body, attributes: sent.attributes, ..delivery.clone() }, manifest);
    let Some(Ok(back)) = &again.verdict else { panic!("what was sent on is no event: {:?}", again.verdict) };
    assert_eq!((back.id, back.correlation_id, &back.data), (event.id, event.correlation_id, &event.data));
    assert_eq!((back.event_type, back.contract, back.origin), (event.event_type, event.contract, event.origin));
}

/// A rejection has a page, a sentence and the field at fault.
fn rejected(rejection: &Rejection) {
    let page = mesh_contracts::error_pages::CODES.iter().any(|(code, _)| *code == rejection.code);
    assert!(page, "{} has no page", rejection.code);
    assert!(!rejection.message.is_empty());
    assert!((1..=50).contains(&rejection.details.len()), "{} details", rejection.details.len());
}

/// SNS around it changes nothing, but for what has no other id than the one SNS gives.
fn wrapped(bare: &Arrival, delivery: &Delivery, manifest: &Manifest) {
    let no_id = |arrival: &Arrival| matches!(&arrival.verdict, Some(Err(why)) if why.code == "MISSING_EVENT_ID");
    if no_id(bare) || bare.id == anonymous(delivery) {
        return;
    }
    let attribute = |(name, value): (&String, &String)| (name.clone(), json!({"Type": "String", "Value": value}));
    let attributes: serde_json::Map<String, Value> = delivery.attributes.iter().map(attribute).collect();
    let body = json!({
        "Type": "Notification", "MessageId": "00000000-0000-4000-8000-000000000000", "Message": delivery.body,
        "MessageAttributes": attributes,
    });
    let inside = Delivery { body: body.to_string(), attributes: BTreeMap::new(), ..delivery.clone() };
    same(bare, &decode(&inside, manifest), "inside a notification");
}

/// The id of a message that brings none.
fn anonymous(delivery: &Delivery) -> uuid::Uuid {
    mesh_core::ids::of_foreign("queue", &delivery.message_id)
}

/// The order of its members does not tell two payloads apart.
fn reordered(arrival: &Arrival, delivery: &Delivery, manifest: &Manifest) {
    if delivery.attributes.len() > 10 || unwrap(&delivery.body).is_some() {
        return;
    }
    let Ok(value) = mesh_contracts::parse(&delivery.body) else { return };
    // A fraction may be read as its neighbour once it was written anew.
    if has_fraction(&value) {
        return;
    }
    let again = Delivery { body: backwards(&value), ..delivery.clone() };
    assert_eq!(arrival.fingerprint, decode(&again, manifest).fingerprint, "members in another order");
}

fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(members) => members.values().any(has_fraction),
        _ => false,
    }
}

/// The value with the members of every object in reverse order.
fn backwards(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(backwards).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let members: Vec<_> =
                members.iter().rev().map(|(name, one)| format!("{}:{}", json!(name), backwards(one))).collect();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}

fn same(one: &Arrival, other: &Arrival, how: &str) {
    assert_eq!((one.id, one.correlation_id), (other.id, other.correlation_id), "{how}");
    assert_eq!((&one.fingerprint, &one.data), (&other.fingerprint, &other.data), "{how}");
    assert_eq!(one.event_type.map(|spec| spec.contract), other.event_type.map(|spec| spec.contract), "{how}");
    assert_eq!(one.verdict, other.verdict, "{how}");
    assert_eq!(one.traceparent, other.traceparent, "{how}");
}

/// Names of attributes that mean something.
pub(crate) const ATTRIBUTES: [&str; 10] = [
    attribute::SPECVERSION,
    attribute::ID,
    attribute::TYPE,
    attribute::SOURCE,
    attribute::SUBJECT,
    attribute::TIME,
    attribute::CORRELATION_ID,
    attribute::DATASCHEMA,
    attribute::TRACEPARENT,
    attribute::ORIGIN,
];
