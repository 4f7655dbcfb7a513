//! Items: attributes by name, written and read with their types.

use std::{collections::HashMap, str::FromStr};

use aws_sdk_dynamodb::types::AttributeValue;
use mesh_core::{Timestamp, ports::PortError};
use uuid::Uuid;

use super::PORT;

/// An item, as the client takes and gives it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// When it is past, in milliseconds: what conditions look at.
pub(super) const EXPIRES_MS: &str = "expires_ms";
/// The same in seconds, rounded up: the table's time to live, which removes at leisure what conditions ignore already.
pub(super) const EXPIRES_AT: &str = "expires_at";

pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(super) fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(super) fn time(at: Timestamp) -> AttributeValue {
    number(at.0)
}

/// A time to live in whole seconds, never too early.
pub(super) fn seconds(at: Timestamp) -> AttributeValue {
    number(at.0.saturating_add(999).div_euclid(1_000))
}

/// Takes attributes out of an item; what is missing or of another type is corrupt, and named without its content.
pub(super) struct Reader {
    item: Item,
    kind: &'static str,
    key: String,
}

impl Reader {
    /// A reader of what `kind` calls it; the attribute `key` names it in errors.
    pub(super) fn new(kind: &'static str, item: Item, key: &str) -> Self {
        let key = item.get(key).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        Self { item, kind, key }
    }

    /// The key.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn corrupt(&self, attribute: &str) -> PortError {
        PortError::Corrupt {
            port: PORT,
            what: format!("the {} {}", self.kind, self.key),
            message: format!("`{attribute}` is missing or not of its type"),
        }
    }

    pub(super) fn value(&mut self, name: &str) -> Option<AttributeValue> {
        self.item.remove(name)
    }

    pub(super) fn text(&mut self, name: &str) -> Result<String, PortError> {
        self.maybe_text(name)?.ok_or_else(|| self.corrupt(name))
    }

    pub(super) fn maybe_text(&mut self, name: &str) -> Result<Option<String>, PortError> {
        match self.item.remove(name) {
            None => Ok(None),
            Some(AttributeValue::S(text)) => Ok(Some(text)),
            Some(_) => Err(self.corrupt(name)),
        }
    }

    pub(super) fn number<N: FromStr>(&mut self, name: &str) -> Result<N, PortError> {
        self.maybe_number(name)?.ok_or_else(|| self.corrupt(name))
    }

    pub(super) fn maybe_number<N: FromStr>(&mut self, name: &str) -> Result<Option<N>, PortError> {
        let Some(value) = self.item.remove(name) else { return Ok(None) };
        let number = value.as_n().ok().and_then(|digits| digits.parse().ok());
        number.map(Some).ok_or_else(|| self.corrupt(name))
    }

    pub(super) fn time(&mut self, name: &str) -> Result<Timestamp, PortError> {
        self.number(name).map(Timestamp)
    }

    pub(super) fn uuid(&mut self, name: &str) -> Result<Uuid, PortError> {
        self.maybe_uuid(name)?.ok_or_else(|| self.corrupt(name))
    }

    pub(super) fn maybe_uuid(&mut self, name: &str) -> Result<Option<Uuid>, PortError> {
        let Some(text) = self.maybe_text(name)? else { return Ok(None) };
        Uuid::parse_str(&text).map(Some).map_err(|_| self.corrupt(name))
    }
}
