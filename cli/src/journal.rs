//! Published events as people read them.

use std::{fmt, time::Duration};

use mesh_contracts::{Finality, find_type};
use mesh_core::{Timestamp, envelope::attribute, event::SOURCE_PREFIX, ids};
use mesh_embedded::JournalEntry;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::output::{style, text};

/// Most events of one run that are read.
pub(crate) const MOST_OF_A_RUN: usize = 1000;

/// One published event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Published {
    /// Its number in the journal.
    pub(crate) seq: u64,
    /// When it was published.
    pub(crate) at: String,
    /// The channel.
    pub(crate) channel: String,
    /// Its type; a bare payload has none.
    pub(crate) event_type: Option<String>,
    /// Its contract, as `ce-dataschema` names it; a bare payload names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dataschema: Option<String>,
    /// The agent, or other part of the mesh, that emitted it.
    pub(crate) from: Option<String>,
    /// Its id in the mesh.
    pub(crate) event_id: Uuid,
    /// Its run.
    pub(crate) correlation_id: Uuid,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    /// For a copy: the event it is a copy of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<Uuid>,
    /// The payload; a text when it is no JSON.
    pub(crate) data: Value,
    #[serde(skip)]
    published: Timestamp,
}

impl From<JournalEntry> for Published {
    fn from(entry: JournalEntry) -> Self {
        let data = mesh_contracts::parse(&entry.body).unwrap_or_else(|_| Value::String(entry.body.clone()));
        let event_id = event_id(&entry, &data);
        let source = entry.attributes.get(attribute::SOURCE).cloned();
        let foreign = |text: &str| ids::of_foreign(source.as_deref().unwrap_or_default(), text);
        let run = entry.correlation_id.as_deref();
        Self {
            seq: entry.seq,
            at: entry.at.rfc3339(),
            event_id,
            correlation_id: run.map_or(event_id, |text| Uuid::try_parse(text).unwrap_or_else(|_| foreign(text))),
            from: source.map(|source| source.strip_prefix(SOURCE_PREFIX).map(str::to_owned).unwrap_or(source)),
            dataschema: entry.attributes.get(attribute::DATASCHEMA).cloned(),
            origin: entry.attributes.get(attribute::ORIGIN).and_then(|id| Uuid::try_parse(id).ok()),
            data,
            channel: entry.channel,
            event_type: entry.event_type,
            subject: entry.about,
            published: entry.at,
        }
    }
}

/// The id the mesh knows an event under: its own, or one made of where it comes from (see `mesh_core::envelope`).
fn event_id(entry: &JournalEntry, data: &Value) -> Uuid {
    let source = entry.attributes.get(attribute::SOURCE).map(String::as_str).unwrap_or_default();
    if let Some(id) = &entry.event_id {
        let ours = source.starts_with(SOURCE_PREFIX).then(|| Uuid::try_parse(id).ok()).flatten();
        return ours.unwrap_or_else(|| ids::of_foreign(source, id));
    }
    let text = |field: &str| data.get(field).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    match text("request_id") {
        Some(request) => ids::of_request(text("website_id").unwrap_or_default(), request),
        None => Uuid::try_parse(&entry.message_id).unwrap_or_else(|_| ids::of_foreign("sns", &entry.message_id)),
    }
}

impl Published {
    /// When it was published.
    pub(crate) fn time(&self) -> Timestamp {
        self.published
    }

    /// Its type as text.
    pub(crate) fn kind(&self) -> &str {
        self.event_type.as_deref().unwrap_or("(bare)")
    }

    /// Whether it is the first of its run.
    pub(crate) fn starts_run(&self) -> bool {
        self.event_id == self.correlation_id
    }

    /// The event it is a copy of, or itself.
    pub(crate) fn root(&self) -> Uuid {
        self.origin.unwrap_or(self.event_id)
    }

    /// A field of its payload that is a text.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.data.get(field).and_then(Value::as_str)
    }

    /// Whether it reports a failure.
    pub(crate) fn is_failure(&self) -> bool {
        self.event_type.as_deref().is_some_and(is_failure)
    }

    /// Whether it says that a message waits in a dead-letter queue.
    pub(crate) fn is_dead_letter(&self) -> bool {
        self.is_failure() && self.data.get("dead_lettered").and_then(Value::as_bool) == Some(true)
    }

    /// One line of a timeline that began at `start`.
    pub(crate) fn since(&self, start: Timestamp) -> String {
        format!("{:>9}  {self}", text::duration(start.until(self.published)))
    }
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{:<18}", text::plain(self.kind()));
        match self.is_failure() {
            true => write!(f, "{}", style::bad(name))?,
            false => write!(f, "{}", style::strong(name))?,
        }
        let from = text::plain(self.from.as_deref().unwrap_or("-"));
        write!(f, "  {}  {}", style::faint(format_args!("{from:<12}")), note(&self.data))
    }
}

/// Whether events of this type report a failure: those that end their run or not, as they say themselves.
pub(crate) fn is_failure(event_type: &str) -> bool {
    find_type(event_type).is_some_and(|spec| spec.finality == Finality::Field)
}

/// What matters of a payload, in a few words.
fn note(data: &Value) -> String {
    let text = |field: &str| data.get(field).and_then(Value::as_str);
    let number = |field: &str| data.get(field).and_then(Value::as_i64);
    if let Some(code) = text("code") {
        let waits = data.get("dead_lettered").and_then(Value::as_bool) == Some(true);
        let waits = if waits { " (waits in the dead-letter queue)" } else { "" };
        return format!(
            "{}: {}{waits}",
            text::plain(code),
            text::short(text("error_message").or(text("reason")).unwrap_or_default(), 200)
        );
    }
    if data.is_null() {
        return "(nobody keeps its body)".to_owned();
    }
    let title = text("title").or(text("content_topic")).or(text("message")).or(text("website_id"));
    let mut parts: Vec<String> = title.map(|title| format!("\"{}\"", text::short(title, 60))).into_iter().collect();
    if let Some(words) = number("measured_word_count").or(number("word_count")) {
        parts.push(format!("{words} words"));
    }
    if let Some(revision) = number("revision").filter(|revision| *revision > 1) {
        parts.push(format!("revision {revision}"));
    }
    if let Some(findings) = data.get("findings").and_then(Value::as_array).filter(|findings| !findings.is_empty()) {
        parts.push(text::count(findings.len(), "finding"));
    }
    if let Some(path) = text("url").or(text("path")) {
        parts.push(text::short(path, 100));
    }
    parts.join(", ")
}

/// How long a run has taken, by its events: until the event `last`, where it is known.
pub(crate) fn took(events: &[Published], last: Option<Uuid>) -> Duration {
    let end = events.iter().find(|event| Some(event.event_id) == last).or(events.last());
    match (events.first(), end) {
        (Some(first), Some(last)) => first.published.until(last.published),
        _ => Duration::ZERO,
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// An event as it stands in the journal.
    pub(crate) fn published(event_type: &str, channel: &str, data: Value) -> Published {
        let attributes = [
            (attribute::SOURCE.to_owned(), "/mesh/content-gen".to_owned()),
            (attribute::ORIGIN.to_owned(), Uuid::from_u128(9).to_string()),
        ];
        Published::from(JournalEntry {
            seq: 7,
            at: Timestamp(1500),
            channel: channel.to_owned(),
            message_id: Uuid::from_u128(3).to_string(),
            event_id: Some(Uuid::from_u128(1).to_string()),
            event_type: Some(event_type.to_owned()),
            correlation_id: Some(Uuid::from_u128(2).to_string()),
            about: None,
            subject: String::new(),
            attributes: attributes.into(),
            body: data.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{testing::published, *};

    #[test]
    fn a_line_says_when_what_whence_and_the_gist() {
        let data = json!({"title": "Grids\u{1b}[2J", "word_count": 800, "measured_word_count": 812, "revision": 2});
        let event = published("ContentReady", "/content/ready", data);
        let line = anstream::adapter::strip_str(&event.since(Timestamp(1000))).to_string();
        assert_eq!(line, "   0.50 s  ContentReady        content-gen   \"Grids[2J\", 812 words, revision 2");
        assert_eq!((event.from.as_deref(), event.origin), (Some("content-gen"), Some(Uuid::from_u128(9))));
    }

    #[test]
    fn a_bare_request_is_known_by_its_own_id_or_that_of_its_message() {
        let bare = |body: &str| {
            let (message_id, body) = (Uuid::from_u128(3).to_string(), body.to_owned());
            let (channel, subject, seq, at) = ("/content/request".to_owned(), String::new(), 1, Timestamp(0));
            let attributes = std::collections::BTreeMap::new();
            let (event_id, event_type, correlation_id, about) = (None, None, None, None);
            Published::from(JournalEntry {
                seq,
                at,
                channel,
                message_id,
                event_id,
                event_type,
                correlation_id,
                about,
                subject,
                attributes,
                body,
            })
        };
        let named = bare(r#"{"request_id": "r"}"#);
        assert_eq!((named.event_id, named.correlation_id), (ids::of_request("", "r"), ids::of_request("", "r")));
        assert_eq!(bare("{").event_id, Uuid::from_u128(3));
    }

    #[test]
    fn a_failure_is_told_by_its_code() {
        let data = json!({"code": "MODEL_TIMEOUT", "error_message": "too slow", "dead_lettered": true});
        let event = published("GenFailure", "/content/errors", data);
        assert!(event.is_failure() && event.is_dead_letter());
        assert_eq!(note(&event.data), "MODEL_TIMEOUT: too slow (waits in the dead-letter queue)");
    }
}
