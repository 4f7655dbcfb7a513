//! Freezing an event into the message that will be published, byte for byte, however often.

use std::collections::BTreeMap;

use mesh_contracts::EventSpec;
use serde_json::Value;
use uuid::Uuid;

use super::attribute;
use crate::{event::SOURCE_PREFIX, message::Message, time::Timestamp};

/// An event about to be frozen.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// Its contract.
    pub spec: &'a EventSpec,
    /// Its id.
    pub id: Uuid,
    /// The agent, or another part of the mesh, that emits it.
    pub emitter: &'a str,
    /// What it is about.
    pub subject: Option<&'a str>,
    /// When it was emitted.
    pub time: Timestamp,
    /// The run.
    pub correlation_id: Uuid,
    /// Trace context of its cause, if any.
    pub parent: Option<&'a str>,
    /// For a copy: the event it is a copy of.
    pub origin: Option<Uuid>,
    /// The payload.
    pub data: &'a Value,
}

/// The message of an event.
#[must_use]
pub fn encode(event: &Outgoing<'_>) -> Message {
    let mut attributes = BTreeMap::from([
        (attribute::SPECVERSION.to_owned(), "1.0".to_owned()),
        (attribute::ID.to_owned(), event.id.to_string()),
        (attribute::TYPE.to_owned(), event.spec.event_type.to_owned()),
        (attribute::SOURCE.to_owned(), format!("{SOURCE_PREFIX}{}", event.emitter)),
        (attribute::TIME.to_owned(), event.time.rfc3339()),
        (attribute::CORRELATION_ID.to_owned(), event.correlation_id.to_string()),
        (attribute::DATASCHEMA.to_owned(), event.spec.dataschema()),
        (attribute::TRACEPARENT.to_owned(), traceparent(event)),
    ]);
    if let Some(subject) = event.subject.filter(|subject| !subject.is_empty()) {
        attributes.insert(attribute::SUBJECT.to_owned(), subject.to_owned());
    }
    if let Some(origin) = event.origin {
        attributes.insert(attribute::ORIGIN.to_owned(), origin.to_string());
    }
    Message {
        channel: event.spec.channel.to_owned(),
        subject: mail_subject(event.spec.event_type, event.subject.unwrap_or_default()),
        attributes,
        body: event.data.to_string(),
    }
}

/// `<type> <subject>` within what SNS takes as a subject: at most 100 characters, printable ASCII.
fn mail_subject(event_type: &str, subject: &str) -> String {
    let printable = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    let whole = format!("{event_type} {subject}");
    whole.trim_end().chars().map(printable).take(100).collect()
}

/// Version, trace, span, flags (W3C Trace Context). The span is derived from the event's id, so a re-dispatched event has
/// the same one; a run without a trace takes its correlation id.
fn traceparent(event: &Outgoing<'_>) -> String {
    let parts: Vec<&str> = event.parent.unwrap_or_default().split('-').collect();
    let hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
    let (trace, flags) = match parts.as_slice() {
        [_, trace, _, flags, ..] if hex(trace, 32) && hex(flags, 2) => ((*trace).to_owned(), (*flags).to_owned()),
        _ => (event.correlation_id.simple().to_string(), "00".to_owned()),
    };
    let (span, _) = event.id.as_u64_pair();
    format!("00-{trace}-{span:016x}-{flags}")
}
