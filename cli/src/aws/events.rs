//! Messages and ledger entries as published events.

use std::collections::BTreeMap;

use mesh_aws::Names;
use mesh_contracts::{find_type, records::ContentRecord};
use mesh_core::{
    Timestamp,
    envelope::{self, attribute},
    message::Message,
    ports::LedgerEntry,
    runner::Quarantined,
};
use mesh_embedded::JournalEntry;

use crate::journal::Published;

/// A message as it was published. Its number is its time, in milliseconds.
pub(super) fn published(message: &Message) -> Published {
    let Message { channel, subject, attributes, body } = message.clone();
    let at = attributes.get(attribute::TIME).and_then(|at| Timestamp::parse(at)).unwrap_or(Timestamp(0));
    journalled(channel, at, String::new(), subject, attributes, body)
}

/// A message as the journal of an embedded mesh would have it.
pub(super) fn journalled(
    channel: String,
    at: Timestamp,
    message_id: String,
    subject: String,
    attributes: BTreeMap<String, String>,
    body: String,
) -> Published {
    let read = |name: &str| attributes.get(name).cloned();
    Published::from(JournalEntry {
        seq: u64::try_from(at.0).unwrap_or(0),
        at,
        channel,
        message_id,
        event_id: read(attribute::ID),
        event_type: read(attribute::TYPE),
        correlation_id: read(attribute::CORRELATION_ID),
        about: read(attribute::SUBJECT),
        subject,
        attributes,
        body,
    })
}

/// The channel of a topic, by its ARN.
pub(super) fn channel_of(names: &Names, topic_arn: &str) -> Option<&'static str> {
    let mut channels = mesh_contracts::EVENTS.iter().map(|spec| spec.channel);
    channels.find(|channel| names.topic_arn(channel) == topic_arn)
}

fn channel_of_type(event_type: &str) -> &'static str {
    find_type(event_type).map_or("", |spec| spec.channel)
}

/// An event as the quarantine keeps it.
pub(super) fn from_quarantine(kept: Quarantined, entry: &LedgerEntry, names: &Names) -> Published {
    let Quarantined { body, attributes, .. } = kept;
    let at = |text: Option<&String>| text.and_then(|text| Timestamp::parse(text));
    let channel = channel_of_type(&entry.event_type).to_owned();
    let mut event = match envelope::unwrap(&body) {
        None => {
            let at = at(attributes.get(attribute::TIME)).unwrap_or(entry.updated_at);
            journalled(channel, at, String::new(), String::new(), attributes, body)
        }
        Some(sns) => {
            let attributes: BTreeMap<String, String> =
                sns.message_attributes.into_iter().map(|(name, one)| (name, one.value)).collect();
            let at = at(attributes.get(attribute::TIME)).or(at(sns.timestamp.as_ref())).unwrap_or(entry.updated_at);
            let topic = sns.topic_arn.as_deref().and_then(|arn| channel_of(names, arn));
            let channel = topic.map_or(channel, str::to_owned);
            journalled(channel, at, sns.message_id, sns.subject.unwrap_or_default(), attributes, sns.message)
        }
    };
    // The ledger knows which id the mesh has given it.
    (event.event_id, event.correlation_id) = (entry.event_id, entry.correlation_id);
    event
}

/// What the ledger says of an event whose message nobody keeps.
pub(super) fn stub(entry: &LedgerEntry, record: Option<&ContentRecord>, before: Option<Timestamp>) -> Published {
    let at = record.map(|record| record.created_at.at().into()).or(before).unwrap_or(entry.updated_at);
    let channel = channel_of_type(&entry.event_type).to_owned();
    let attributes =
        [(attribute::TYPE, entry.event_type.clone()), (attribute::CORRELATION_ID, entry.correlation_id.to_string())];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value)).into();
    let mut event = journalled(channel, at, String::new(), String::new(), attributes, "null".to_owned());
    (event.event_id, event.correlation_id) = (entry.event_id, entry.correlation_id);
    event
}

#[cfg(test)]
mod tests {
    use mesh_core::{ids, ports::LedgerState};
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    fn names() -> Names {
        Names::new("va-dev", "123456789012", "eu-central-1")
    }

    fn entry(event_id: Uuid, event_type: &str) -> LedgerEntry {
        LedgerEntry {
            agent: "content-gen".into(),
            event_id,
            correlation_id: event_id,
            event_type: event_type.into(),
            fingerprint: String::new(),
            attempts: 1,
            suspensions: 0,
            state: LedgerState::Suspended { code: "X".into() },
            outbox: Vec::new(),
            updated_at: Timestamp(9000),
        }
    }

    #[test]
    fn a_frozen_message_is_the_event_it_was_published_as() {
        let (id, run) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let attributes = [
            (attribute::ID, id.to_string()),
            (attribute::TYPE, "ContentReady".into()),
            (attribute::SOURCE, "/mesh/content-gen".into()),
            (attribute::CORRELATION_ID, run.to_string()),
            (attribute::TIME, Timestamp(1500).rfc3339()),
        ];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value)).into();
        let (channel, body) = ("/content/ready".to_owned(), r#"{"title": "Grids"}"#.to_owned());
        let event = published(&Message { channel, subject: String::new(), attributes, body });
        assert_eq!((event.event_id, event.correlation_id, event.seq), (id, run, 1500));
        assert_eq!((event.from.as_deref(), event.text("title")), (Some("content-gen"), Some("Grids")));
    }

    #[test]
    fn a_bare_request_in_quarantine_has_the_id_the_ledger_gave_it() {
        let run = ids::of_request("", "r");
        let sns = json!({"Type": "Notification", "MessageId": Uuid::from_u128(5).to_string(),
            "TopicArn": names().topic_arn("/content/request"), "Message": r#"{"word_count": 9}"#,
            "Timestamp": "1970-01-01T00:00:02.000Z"});
        let agent = "content-gen".to_owned();
        let kept = Quarantined { agent, event_id: run, body: sns.to_string(), attributes: BTreeMap::new() };
        let event = from_quarantine(kept, &entry(run, "ContentRequest"), &names());
        assert_eq!((event.event_id, event.correlation_id, event.seq), (run, run, 2000));
        assert_eq!((event.channel.as_str(), &event.data["word_count"]), ("/content/request", &json!(9)));
    }

    #[test]
    fn of_what_nobody_keeps_there_is_what_the_ledger_says() {
        let run = Uuid::from_u128(1);
        let event = stub(&entry(run, "ContentRequest"), None, Some(Timestamp(1500)));
        assert_eq!((event.event_id, event.kind(), event.seq), (run, "ContentRequest", 1500));
        assert_eq!((event.channel.as_str(), &event.data), ("/content/request", &Value::Null));
        assert_eq!(stub(&entry(run, "ContentRequest"), None, None).time(), Timestamp(9000));
    }

    #[test]
    fn a_topic_is_known_by_its_arn() {
        assert_eq!(channel_of(&names(), &names().topic_arn("/content/ready")), Some("/content/ready"));
        assert_eq!(channel_of(&names(), "arn:aws:sns:eu-central-1:1:other"), None);
    }
}
