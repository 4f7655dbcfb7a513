//! The fields of a log line.

use std::{error::Error, fmt};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};

/// Collects fields by the names the ContentGen specification writes (section 8.1): `requestId`, not `request_id`.
pub(super) struct Fields<'a>(pub(super) &'a mut Map<String, Value>);

impl Fields<'_> {
    fn set(&mut self, name: &str, value: Value) {
        self.0.insert(camel_case(name), value);
    }

    /// Takes over the fields of a span, as they were written down when it began.
    pub(super) fn span(&mut self, formatted: &str) {
        // Written by `JsonFields`; what is no object has no fields.
        if let Ok(Value::Object(fields)) = serde_json::from_str(formatted) {
            fields.into_iter().for_each(|(name, value)| self.set(&name, value));
        }
    }

    /// The subject of an event about a piece of content is its id. The mesh does not know what an article is; its subject
    /// is a UUID exactly where it names one.
    pub(super) fn name_content(&mut self) {
        let id = self.0.get("subject").and_then(Value::as_str).filter(|text| uuid::Uuid::try_parse(text).is_ok());
        if let Some(id) = id.map(str::to_owned) {
            self.0.insert("contentId".to_owned(), Value::String(id));
        }
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field.name(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field.name(), value.into());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.set(field.name(), chain(value).into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field.name(), format!("{value:?}").into());
    }
}

/// An error with its causes.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let head = letters.next().into_iter().flat_map(char::to_uppercase);
        name.chars().chain(head).chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn names_are_those_of_the_specification() {
        assert_eq!(camel_case("event_id"), "eventId");
        assert_eq!(camel_case("requestId"), "requestId");
        assert_eq!(camel_case("event"), "event");
    }
}
