//! One record of an SQS batch, read by itself: a bad one never fails the others.

use std::collections::BTreeMap;

use aws_lambda_events::event::sqs::SqsMessage;
use mesh_core::{
    Timestamp,
    ports::{Delivery, Receipt},
};
use serde_json::Value;

/// What a record is.
pub(super) enum Record {
    /// A message for the runner.
    Message(Delivery),
    /// Nothing that could be read, with its id if it has one. Why not is not kept: it would quote the record.
    Unreadable {
        /// The message's id.
        id: Option<String>,
    },
}

impl Record {
    /// Reads a record. A missing body is an empty one: the runner rejects it, and keeps it.
    pub(super) fn read(value: Value) -> Self {
        let id = value.get("messageId").and_then(Value::as_str).filter(|id| !id.is_empty()).map(str::to_owned);
        match serde_json::from_value::<SqsMessage>(value) {
            Ok(message) => Self::Message(delivery(message)),
            Err(_) => Self::Unreadable { id },
        }
    }
}

fn delivery(message: SqsMessage) -> Delivery {
    let system = |name: &str| message.attributes.get(name).map(String::as_str);
    let texts = message
        .message_attributes
        .iter()
        .filter_map(|(name, value)| value.string_value.as_ref().map(|text| (name.clone(), text.clone())));
    let attributes: BTreeMap<String, String> = texts.collect();
    Delivery {
        receive_count: system("ApproximateReceiveCount").and_then(|text| text.parse().ok()).unwrap_or(1),
        sent_at: Timestamp(system("SentTimestamp").and_then(|text| text.parse().ok()).unwrap_or(0)),
        message_id: message.message_id.unwrap_or_default(),
        receipt: Receipt(message.receipt_handle.unwrap_or_default()),
        body: message.body.unwrap_or_default(),
        attributes,
    }
}
