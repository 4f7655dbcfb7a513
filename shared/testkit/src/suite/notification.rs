//! The JSON in which SNS wraps a message for a queue (non-raw delivery).

use std::collections::BTreeMap;

use serde_json::Value;

/// What a queue receives for a message published to a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The topic's own id of the message, the same in every queue.
    pub message_id: String,
    /// The topic.
    pub topic: String,
    /// The subject, if it was sent.
    pub subject: Option<String>,
    /// The body as it was published.
    pub message: String,
    /// The attributes as they were published.
    pub attributes: BTreeMap<String, String>,
}

impl Notification {
    /// Reads the body of a delivery.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub fn parse(body: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(body).map_err(|error| format!("the body is no JSON: {error}"))?;
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let needed = |name: &str| text(name).ok_or_else(|| format!("the notification has no {name}: {value}"));
        if needed("Type")? != "Notification" {
            return Err(format!("Type is {} instead of Notification", value["Type"]));
        }
        let timestamp = needed("Timestamp")?;
        mesh_core::Timestamp::parse(&timestamp).ok_or_else(|| format!("Timestamp is {timestamp:?}"))?;
        Ok(Self {
            message_id: needed("MessageId")?,
            topic: needed("TopicArn")?,
            subject: text("Subject"),
            message: needed("Message")?,
            attributes: attributes(&value["MessageAttributes"])?,
        })
    }
}

fn attributes(value: &Value) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    for (name, attribute) in value.as_object().into_iter().flatten() {
        let (Some("String"), Some(text)) = (attribute["Type"].as_str(), attribute["Value"].as_str()) else {
            return Err(format!("attribute {name} is {attribute} instead of a String with a Value"));
        };
        found.insert(name.clone(), text.to_owned());
    }
    Ok(found)
}
