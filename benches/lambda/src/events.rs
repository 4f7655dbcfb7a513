//! Events as Lambda gets them from a queue that hears a topic.

use std::collections::BTreeMap;

use mesh_core::{
    Timestamp,
    envelope::{Outgoing, encode},
    message::Message,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stub::{self, ACCOUNT, REGION};

/// Prefix of every name of the deployment that is measured.
pub const PREFIX: &str = "bench-mesh";

/// One message as a queue holds it: an SNS notification around the `n`-th `EchoRequested`.
#[must_use]
pub fn echo_requested(n: u64) -> String {
    body("EchoRequested", &json!({ "message": format!("Event number {n}.") }))
}

/// The same around the `n`-th `ContentRequest`, each with a topic of its own.
#[must_use]
pub fn content_request(n: u64, words: u64) -> String {
    let topic = format!("Notes on garden number {n}");
    body("ContentRequest", &json!({ "content_topic": topic, "word_count": words, "website_id": "bench" }))
}

fn body(event_type: &str, data: &Value) -> String {
    let spec = mesh_contracts::find_type(event_type).expect("a contract");
    let id = Uuid::new_v4();
    let time = Timestamp::parse("2026-11-21T00:00:00Z").expect("a time");
    let (subject, parent, origin) = (None, None, None);
    let message =
        encode(&Outgoing { spec, id, emitter: "bench", subject, time, correlation_id: id, parent, origin, data });
    notification(&message)
}

fn notification(message: &Message) -> String {
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:{}", topic(&message.channel));
    stub::notification(&Uuid::new_v4().to_string(), &topic, &message.body, &message.attributes)
}

/// The topic of a channel.
#[must_use]
pub fn topic(channel: &str) -> String {
    format!("{PREFIX}{}", channel.replace('/', "-"))
}

/// The invocation payload for these messages of an agent's queue.
#[must_use]
pub fn invocation(agent: &str, messages: &[stub::Message]) -> Value {
    let record = |message: &stub::Message| {
        json!({
            "messageId": message.id,
            "receiptHandle": message.id,
            "body": message.body,
            "attributes": stub::system_attributes(message),
            "messageAttributes": {},
            "md5OfBody": "00000000000000000000000000000000",
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{PREFIX}-{agent}"),
            "awsRegion": REGION,
        })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() })
}

/// A message that never lay in a queue.
#[must_use]
pub fn message(body: String) -> stub::Message {
    stub::Message { id: Uuid::new_v4().to_string(), body, attributes: BTreeMap::new(), receives: 1 }
}

/// The ids a function answers as not handled; an error counts as all of them.
#[must_use]
pub fn failed(answer: &Result<Value, Value>, messages: &[stub::Message]) -> Vec<String> {
    let Ok(answer) = answer else { return messages.iter().map(|message| message.id.clone()).collect() };
    let failures = answer["batchItemFailures"].as_array().map(Vec::as_slice).unwrap_or_default();
    failures.iter().filter_map(|failure| Some(failure["itemIdentifier"].as_str()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_an_event_that_meets_its_contract() {
        let manifest =
            mesh_core::Manifest::parse(include_str!("../../../agents/content-gen/agent.json")).expect("a manifest");
        let delivery = mesh_core::ports::Delivery {
            message_id: "m".into(),
            receipt: mesh_core::ports::Receipt("r".into()),
            body: content_request(1, 300),
            attributes: BTreeMap::new(),
            receive_count: 1,
            sent_at: Timestamp(0),
        };
        let arrival = mesh_core::envelope::decode(&delivery, &manifest);
        assert!(matches!(arrival.verdict, Some(Ok(_))), "{:?}", arrival.verdict);
    }

    #[test]
    fn what_failed_is_named() {
        let messages = [message(String::new())];
        let id = messages[0].id.clone();
        let answer = Ok(json!({ "batchItemFailures": [{ "itemIdentifier": id }] }));
        assert_eq!(failed(&answer, &messages), failed(&Err(Value::Null), &messages));
        assert_eq!(failed(&answer, &messages), [id]);
        assert!(failed(&Ok(json!({ "batchItemFailures": [] })), &messages).is_empty());
    }
}
