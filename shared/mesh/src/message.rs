//! A message on the wire: the payload as body, its CloudEvents context as attributes (binary mode).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ports::PortError;

/// Most bytes of a message, attributes included (the default of SNS and the size NServiceBus, shove and others assume).
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;
/// Most bytes of a payload (the size CloudEvents calls safe).
pub const MAX_PAYLOAD_BYTES: usize = 64 * 1024;
/// Most attributes of a message; with raw delivery SNS discards a message that has more.
pub const MAX_ATTRIBUTES: usize = 10;

/// A message to publish on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The channel's address, such as `/content/request`.
    pub channel: String,
    /// What people see in a mail subscription: `<type> <subject>`.
    pub subject: String,
    /// The CloudEvents context; see [`crate::envelope`].
    pub attributes: BTreeMap<String, String>,
    /// The payload, exactly as its contract says.
    pub body: String,
}

impl Message {
    /// Bytes that count against the service's limit: body, and names and values of attributes.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of(&self.body, &self.attributes)
    }
}

/// Bytes of a body with its attributes, as the services count them (UTF-8, data type `String` included).
#[must_use]
pub fn size_of(body: &str, attributes: &BTreeMap<String, String>) -> usize {
    let of_attributes: usize = attributes.iter().map(|(name, value)| name.len() + "String".len() + value.len()).sum();
    body.len() + of_attributes
}

/// Refuses what SNS or SQS would refuse: too large, too many attributes, an empty body, characters outside XML.
///
/// # Errors
/// [`PortError::Limit`] naming field, value and limit.
pub fn check_limits(port: &'static str, body: &str, attributes: &BTreeMap<String, String>) -> Result<(), PortError> {
    let limit =
        |field: &str, value: String, limit: String| PortError::Limit { port, field: field.into(), value, limit };
    let size = size_of(body, attributes);
    if size > MAX_MESSAGE_BYTES {
        return Err(limit("message", format!("{size} bytes"), format!("{MAX_MESSAGE_BYTES} bytes")));
    }
    if attributes.len() > MAX_ATTRIBUTES {
        return Err(limit(
            "attributes",
            format!("{} attributes", attributes.len()),
            format!("{MAX_ATTRIBUTES} attributes"),
        ));
    }
    if body.is_empty() {
        return Err(limit("body", "0 bytes".into(), "at least 1 byte".into()));
    }
    if let Some(bad) = body.chars().find(|c| !is_xml_char(*c)) {
        return Err(limit("body", format!("U+{:04X}", bad as u32), "the characters of XML 1.0".into()));
    }
    if let Some((name, _)) = attributes.iter().find(|(name, value)| name.is_empty() || value.is_empty()) {
        return Err(limit("attributes", format!("{name:?} is empty"), "names and values of at least 1 byte".into()));
    }
    Ok(())
}

/// What SQS takes in a body: `#x9 | #xA | #xD | #x20-#xD7FF | #xE000-#xFFFD | #x10000-#x10FFFF`.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}
