//! The notification SNS wraps around a message on its way to a queue (non-raw delivery).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `{"Type": "Notification", ...}` (Amazon SNS developer guide, "HTTP/HTTPS notification JSON format").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Notification {
    /// Always `Notification`.
    pub r#type: String,
    /// Id SNS gave the message; the same for every subscriber.
    pub message_id: String,
    /// Topic it was published to.
    #[serde(default)]
    pub topic_arn: Option<String>,
    /// Subject for mail subscribers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The message.
    pub message: String,
    /// When it was published, RFC 3339.
    #[serde(default)]
    pub timestamp: Option<String>,
    /// Its attributes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub message_attributes: BTreeMap<String, AttributeValue>,
}

/// The value of a message attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttributeValue {
    /// `String`, `Number`, ...
    pub r#type: String,
    /// The value as text.
    pub value: String,
}

/// The notification in a queue message's body; `None` when the body is something else (raw delivery, direct send).
#[must_use]
pub fn unwrap(body: &str) -> Option<Notification> {
    // Cheap look before the parse: payloads of raw deliveries are not parsed twice.
    if !body.contains("\"Notification\"") {
        return None;
    }
    serde_json::from_str::<Notification>(body).ok().filter(|notification| notification.r#type == "Notification")
}
