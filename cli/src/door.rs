//! The door of the mesh: what is published from here is judged by its contract first.

use std::{
    fmt, fs,
    io::{self, Read},
    path::Path,
};

use anyhow::Context;
use mesh_contracts::{Detail, EventSpec};
use mesh_core::{
    Timestamp,
    envelope::{self, Outgoing},
    ids,
    message::{MAX_PAYLOAD_BYTES, Message},
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::output::{self, style, text};

/// What `ce-source` of events from here ends with.
pub(crate) const EMITTER: &str = "cli";
/// Most bytes read of a body; what is longer is refused without its exact size.
const MOST_READ: u64 = 16 * 1024 * 1024;

/// Why a body was not let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Refusal {
    /// Permanent code with a page in `contracts/errors/`.
    pub(crate) code: &'static str,
    /// One sentence.
    pub(crate) message: String,
    /// What is wrong with which field.
    pub(crate) details: Vec<Detail>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", style::bad(self.code), self.message)?;
        if self.details.is_empty() {
            return Ok(());
        }
        let mut table = output::table(&["  field", "value", "limit"]);
        for detail in &self.details {
            let value = detail.value.as_deref().map_or_else(|| "-".to_owned(), |value| text::short(value, 60));
            table.add_row([format!("  {}", text::plain(&detail.field)), value, text::plain(&detail.limit)]);
        }
        write!(f, "\n{}", output::rows(&table))
    }
}

/// Reads a body for `spec` and judges it as the mesh would.
pub(crate) fn admit(spec: &EventSpec, body: &str) -> Result<Value, Refusal> {
    check_size(body.len())?;
    let payload = mesh_contracts::parse(body).map_err(|error| Refusal {
        code: "INVALID_JSON",
        message: format!("the body is no JSON: {}", error.message),
        details: Vec::new(),
    })?;
    judge(spec, &payload)?;
    Ok(payload)
}

/// Judges a payload as the mesh would.
pub(crate) fn judge(spec: &EventSpec, payload: &Value) -> Result<(), Refusal> {
    check_size(payload.to_string().len())?;
    mesh_contracts::validate(spec.contract, payload).map_err(|details| Refusal {
        code: "CONTRACT_VIOLATION",
        message: format!("the body breaks {}", spec.contract),
        details,
    })
}

fn check_size(bytes: usize) -> Result<(), Refusal> {
    if bytes <= MAX_PAYLOAD_BYTES {
        return Ok(());
    }
    let limit = format!("at most {MAX_PAYLOAD_BYTES} bytes");
    let details = vec![Detail::new("body", Some(&format!("{bytes} bytes")), &limit)];
    Err(Refusal { code: "PAYLOAD_TOO_LARGE", message: "the body is too large".to_owned(), details })
}

/// Reads a file, or standard input for `-`.
pub(crate) async fn read_body(file: &Path) -> anyhow::Result<String> {
    let (file, name) = (file.to_owned(), file.display().to_string());
    let stdin = file.as_os_str() == "-";
    let name = if stdin { "standard input".to_owned() } else { name };
    let read = move || match stdin {
        true => read_all(io::stdin().lock()),
        false => read_all(fs::File::open(file)?),
    };
    tokio::task::spawn_blocking(read).await?.with_context(|| format!("cannot read {name}"))
}

fn read_all(reader: impl Read) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    reader.take(MOST_READ).read_to_end(&mut bytes)?;
    // A byte order mark is no part of the text (RFC 8259, section 8.1).
    let text = String::from_utf8(bytes).context("not UTF-8")?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The event id of a request: from its own id when it brings one, else the one drawn for it.
pub(crate) fn request_id(data: &Value, drawn: Uuid) -> Uuid {
    let text = |field: &str| data.get(field).and_then(Value::as_str);
    text("request_id").map_or(drawn, |request| ids::of_request(text("website_id").unwrap_or_default(), request))
}

/// The message that starts a run of its own; `origin` names what it is a copy of.
pub(crate) fn first_message(
    spec: &EventSpec,
    id: Uuid,
    time: Timestamp,
    origin: Option<Uuid>,
    data: &Value,
) -> Message {
    let content = data.get("content_id").and_then(Value::as_str).map(str::to_owned);
    // A copy is about what its original is about.
    let subject = content.unwrap_or_else(|| ids::of_content(origin.unwrap_or(id)).to_string());
    envelope::encode(&Outgoing {
        spec,
        id,
        emitter: EMITTER,
        subject: Some(&subject),
        time,
        correlation_id: id,
        parent: None,
        origin,
        data,
    })
}

#[cfg(test)]
mod tests {
    use mesh_contracts::find_type;
    use mesh_core::envelope::attribute;
    use serde_json::json;

    use super::*;

    fn request() -> &'static EventSpec {
        find_type("ContentRequest").expect("a contract")
    }

    fn limits(body: &Value) -> Vec<(String, String)> {
        let refusal = admit(request(), &body.to_string()).expect_err("refused");
        let pair = |detail: &Detail| (detail.field.to_string(), detail.limit.to_string());
        refusal.details.iter().map(pair).collect()
    }

    #[test]
    fn what_breaks_the_contract_is_named_with_field_and_limit() {
        let pair = |field: &str, limit: &str| vec![(field.to_owned(), limit.to_owned())];
        assert_eq!(limits(&json!({"content_topic": " ", "word_count": 800})), pair("content_topic", "not blank"));
        assert_eq!(limits(&json!({"content_topic": "a", "word_count": 299})), pair("word_count", "at least 300"));
        assert_eq!(limits(&json!({"content_topic": "a", "word_count": 2001})), pair("word_count", "at most 2000"));
        assert_eq!(limits(&json!({"content_topic": "a", "word_count": "800"})), pair("word_count", "of type integer"));
        let long = json!({"content_topic": "a", "word_count": 800, "prompt_context": "x".repeat(2000)});
        assert_eq!(limits(&long), pair("prompt_context", "at most 1999 characters"));
    }

    #[test]
    fn broken_json_and_large_bodies_are_refused() {
        assert_eq!(admit(request(), "{").expect_err("no JSON").code, "INVALID_JSON");
        assert_eq!(admit(request(), r#"{"a":1,"a":1}"#).expect_err("twice").code, "INVALID_JSON");
        let refusal = admit(request(), &"x".repeat(300_000)).expect_err("large");
        assert_eq!((refusal.code, refusal.details.len()), ("PAYLOAD_TOO_LARGE", 1));
    }

    #[test]
    fn a_request_with_its_own_id_is_the_same_event_however_often_it_is_sent() {
        let drawn = Uuid::from_u128(1);
        let data = json!({"request_id": "r", "website_id": "w"});
        assert_eq!(request_id(&data, drawn), ids::of_request("w", "r"));
        assert_eq!(request_id(&json!({"request_id": "r"}), drawn), ids::of_request("", "r"));
        assert_eq!(request_id(&json!({}), drawn), drawn);
    }

    #[test]
    fn a_first_message_starts_its_run_and_names_what_it_copies() {
        let (id, origin) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let message = first_message(request(), id, Timestamp(0), Some(origin), &json!({}));
        let attribute = |name: &str| message.attributes.get(name).cloned();
        assert_eq!(attribute(attribute::CORRELATION_ID), Some(id.to_string()));
        assert_eq!(attribute(attribute::ORIGIN), Some(origin.to_string()));
        assert_eq!(attribute(attribute::SUBJECT), Some(ids::of_content(origin).to_string()));
        assert_eq!(attribute(attribute::SOURCE).as_deref(), Some("/mesh/cli"));
    }
}
