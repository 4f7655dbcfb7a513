//! The JSON in which SNS wraps a message for a queue (non-raw delivery).

use std::{borrow::Cow, collections::BTreeMap};

use mesh_core::{Timestamp, message::Message};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Fault;

/// SNS takes subjects of at most this many characters.
const MAX_SUBJECT: usize = 100;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Notification<'a> {
    #[serde(rename = "Type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) message_id: Cow<'a, str>,
    #[serde(borrow)]
    topic_arn: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) message: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    message_attributes: BTreeMap<Cow<'a, str>, Attribute<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute<'a> {
    #[serde(rename = "Type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

/// The notification of a message.
pub(crate) fn encode(message: &Message, id: Uuid, now: Timestamp) -> serde_json::Result<String> {
    let attribute = |value: &'_ String| Attribute { kind: "String".into(), value: Cow::Owned(value.clone()) };
    serde_json::to_string(&Notification {
        kind: "Notification".into(),
        message_id: id.to_string().into(),
        topic_arn: arn(&message.channel).into(),
        subject: subject(&message.subject),
        message: message.body.as_str().into(),
        timestamp: now.rfc3339().into(),
        message_attributes: message
            .attributes
            .iter()
            .map(|(name, value)| (name.as_str().into(), attribute(value)))
            .collect(),
    })
}

impl<'a> Notification<'a> {
    pub(crate) fn decode(json: &'a str) -> Result<Self, Fault> {
        serde_json::from_str(json).map_err(|error| Fault::corrupt("a notification", error.to_string()))
    }

    pub(crate) fn attributes(&self) -> BTreeMap<String, String> {
        let pairs = self.message_attributes.iter();
        pairs.map(|(name, attribute)| (name.to_string(), attribute.value.to_string())).collect()
    }
}

/// The topic's name on AWS: `/content/request` becomes `mesh-content-request`.
fn arn(channel: &str) -> String {
    format!("arn:aws:sns:local:000000000000:mesh{}", channel.replace('/', "-"))
}

/// SNS refuses line breaks and control characters in a subject.
fn subject(text: &str) -> Option<Cow<'_, str>> {
    let plain = !text.contains(char::is_control) && text.chars().count() <= MAX_SUBJECT;
    let cut = || text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_SUBJECT).collect::<String>();
    let cut = if plain { Cow::Borrowed(text) } else { Cow::Owned(cut()) };
    (!cut.trim().is_empty()).then_some(cut)
}
