//! A dead letter, and what is known of it.

use std::{collections::BTreeMap, fmt};

use mesh_contracts::{Contract, events::ContentRequest};
use mesh_core::{
    Manifest, Timestamp,
    envelope::{self, Arrival},
    ids,
    ports::{Delivery, LedgerEntry, LedgerState, Receipt},
    runner::{DLQ_AGENT, DLQ_CODE, DLQ_EVENT_ID},
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::mesh::{Dead, Mesh, Source};

/// Attributes SNS adds to what it could not deliver (Amazon SNS developer guide, "dead-letter queues").
const SNS_ERROR_CODE: &str = "ErrorCode";
const SNS_ERROR_MESSAGE: &str = "ErrorMessage";
const SNS_REQUEST_ID: &str = "RequestID";

/// What the ledger says will come of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Expected {
    /// The agent knows nothing of the event.
    RunsFirst,
    /// The agent gave it up, or died over it.
    RunsAgain,
    /// The agent has concluded it.
    AlreadyDone,
    /// Somebody works on it.
    UnderWay,
}

impl Expected {
    fn of(entry: Option<&LedgerEntry>, now: Timestamp) -> Self {
        match entry.map(|entry| &entry.state) {
            None => Self::RunsFirst,
            Some(LedgerState::Suspended { .. }) => Self::RunsAgain,
            Some(LedgerState::Done { .. }) => Self::AlreadyDone,
            Some(LedgerState::InProgress { until, .. }) if *until > now => Self::UnderWay,
            Some(LedgerState::InProgress { .. }) => Self::RunsAgain,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RunsFirst => "runs for the first time",
            Self::RunsAgain => "runs again",
            Self::AlreadyDone => "already done, nothing happens",
            Self::UnderWay => "under way",
        })
    }
}

/// A message in a queue for dead letters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Letter {
    /// The agent that gave it up.
    pub(super) agent: String,
    /// The queue it lies in.
    pub(super) source: Source,
    /// The queue's id of it.
    pub(super) message_id: String,
    /// The event id it was handled under.
    pub(super) event_id: Uuid,
    /// Its type, where it can be told.
    pub(super) event_type: Option<String>,
    /// The content it is about, where it can be told.
    pub(super) content_id: Option<Uuid>,
    /// Why the agent gave up, or the topic; nothing is known when the queue itself gave up.
    pub(super) code: Option<String>,
    /// What a replay would come to.
    pub(super) expected: Expected,
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
    #[serde(skip)]
    pub(super) sent: Timestamp,
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

/// What is known of a message: from its attributes, else from the message itself and the ledger.
pub(super) async fn read(mesh: &Mesh, manifest: &Manifest, dead: Dead) -> anyhow::Result<Letter> {
    let mut letter = describe(manifest, dead);
    let entry = mesh.state.entry(&manifest.name, letter.event_id).await?;
    letter.expected = Expected::of(entry.as_ref(), mesh.now());
    if let (None, Some(LedgerState::Suspended { code })) = (&letter.code, entry.map(|entry| entry.state)) {
        letter.code = Some(code);
    }
    Ok(letter)
}

fn describe(manifest: &Manifest, dead: Dead) -> Letter {
    let Dead { source, message_id, body, attributes, receive_count, sent_at } = dead;
    let receipt = Receipt(String::new());
    let delivery = Delivery { message_id, receipt, body, attributes, receive_count, sent_at };
    let arrival = envelope::decode(&delivery, manifest);
    let Delivery { message_id, body, attributes, .. } = delivery;
    let payload = envelope::unwrap(&body).map_or_else(|| body.clone(), |notification| notification.message);
    let payload = mesh_contracts::parse(&payload).unwrap_or(Value::String(payload));
    let event_id = attributes.get(DLQ_EVENT_ID).and_then(|id| id.parse().ok()).unwrap_or(arrival.id);
    let reason = match source {
        Source::Dlq => DLQ_CODE,
        Source::Undelivered => SNS_ERROR_CODE,
    };
    Letter {
        agent: attributes.get(DLQ_AGENT).unwrap_or(&manifest.name).clone(),
        source,
        event_id,
        event_type: arrival.event_type.map(|spec| spec.event_type.to_owned()),
        content_id: content_of(&arrival, &payload, event_id),
        code: attributes.get(reason).cloned(),
        expected: Expected::RunsFirst,
        sent_at: sent_at.rfc3339(),
        payload,
        message_id,
        receive_count,
        attributes,
        body,
        sent: sent_at,
    }
}

/// The content a message is about: as it says itself, or the one that a request is to lead to.
fn content_of(arrival: &Arrival, payload: &Value, event_id: Uuid) -> Option<Uuid> {
    let named = payload.get("content_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let event = arrival.verdict.as_ref().and_then(|verdict| verdict.as_ref().ok());
    let about = || event?.subject.as_deref()?.parse().ok();
    let request = arrival.event_type.is_some_and(|spec| spec.event_type == ContentRequest::TYPE);
    let root = event.and_then(|event| event.origin).unwrap_or(event_id);
    named.or_else(about).or_else(|| request.then(|| ids::of_content(root).0))
}

/// The attributes it had before it came here.
pub(super) fn original_attributes(source: Source, all: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let added = match source {
        Source::Dlq => [DLQ_AGENT, DLQ_CODE, DLQ_EVENT_ID],
        Source::Undelivered => [SNS_ERROR_CODE, SNS_ERROR_MESSAGE, SNS_REQUEST_ID],
    };
    all.iter().filter(|(name, _)| !added.contains(&name.as_str())).map(|(n, v)| (n.clone(), v.clone())).collect()
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
        let (source, message_id, body) = (Source::Dlq, "m".to_owned(), r#"{"message":"hi"}"#.to_owned());
        describe(&manifest, Dead { source, message_id, body, attributes, receive_count: 1, sent_at: Timestamp(0) })
    }
}

#[cfg(test)]
mod tests {
    use mesh_core::ports::Conclusion;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_attributes_say_what_the_body_does_not() {
        let letter = testing::letter(7, "MODEL_TIMEOUT");
        assert_eq!((letter.event_id, letter.code.as_deref()), (Uuid::from_u128(7), Some("MODEL_TIMEOUT")));
        assert_eq!(letter.payload["message"], "hi");
        let original = original_attributes(Source::Dlq, &letter.attributes);
        assert_eq!(original.into_keys().collect::<Vec<_>>(), ["ce-id"]);
    }

    /// What SNS could not deliver: a notification, with SNS's reason beside it.
    fn undelivered(body: Value) -> Letter {
        let manifest = Manifest::parse(agent_content_gen::MANIFEST).expect("a manifest");
        let sns = json!({"Type": "Notification", "MessageId": Uuid::from_u128(5).to_string(),
            "TopicArn": "arn:aws:sns:eu-central-1:1:va-content-request", "Message": body.to_string()});
        let attributes = [("ErrorCode", "AWS.SimpleQueueService.NonExistentQueue"), ("RequestID", "r")];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let (source, message_id, body) = (Source::Undelivered, "m".to_owned(), sns.to_string());
        describe(&manifest, Dead { source, message_id, body, attributes, receive_count: 1, sent_at: Timestamp(0) })
    }

    #[test]
    fn what_a_topic_could_not_deliver_is_read_from_its_notification() {
        let letter = undelivered(json!({"content_topic": "Grids", "word_count": 800}));
        assert_eq!((letter.event_id, letter.event_type.as_deref()), (Uuid::from_u128(5), Some("ContentRequest")));
        assert_eq!(letter.code.as_deref(), Some("AWS.SimpleQueueService.NonExistentQueue"));
        assert_eq!(letter.content_id, Some(ids::of_content(Uuid::from_u128(5)).0));
        assert!(original_attributes(Source::Undelivered, &letter.attributes).is_empty());
    }

    #[test]
    fn the_ledger_says_what_a_replay_comes_to() {
        let entry = |state: LedgerState| LedgerEntry {
            agent: "echo".into(),
            event_id: Uuid::nil(),
            correlation_id: Uuid::nil(),
            event_type: "EchoRequested".into(),
            fingerprint: String::new(),
            attempts: 1,
            suspensions: 0,
            state,
            outbox: Vec::new(),
            updated_at: Timestamp(0),
        };
        let expected = |state: LedgerState| Expected::of(Some(&entry(state)), Timestamp(5));
        let token = Uuid::nil();
        assert_eq!(expected(LedgerState::Suspended { code: "X".into() }), Expected::RunsAgain);
        assert_eq!(expected(LedgerState::Done { token, conclusion: Conclusion::Completed }), Expected::AlreadyDone);
        assert_eq!(expected(LedgerState::InProgress { token, until: Timestamp(6) }), Expected::UnderWay);
        assert_eq!(expected(LedgerState::InProgress { token, until: Timestamp(5) }), Expected::RunsAgain);
        assert_eq!(Expected::of(None, Timestamp(5)), Expected::RunsFirst);
    }
}
