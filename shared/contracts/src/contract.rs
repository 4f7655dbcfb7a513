//! What every contract declares about itself.

use schemars::{JsonSchema, Schema};
use serde::{Serialize, de::DeserializeOwned};

use crate::events::{EVENTS, RECORDS};

/// Whether an event of this type ends its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// Always.
    Final,
    /// Never.
    Step,
    /// When its field `final` is true.
    Field,
}

/// An event's payload type.
pub trait Contract: Serialize + DeserializeOwned + JsonSchema {
    /// `ce-type`, past tense where it is a fact: `ContentReady`.
    const TYPE: &'static str;
    /// Name and version: `content-ready-v1`.
    const CONTRACT: &'static str;
    /// The channel's address: `/content/ready`.
    const CHANNEL: &'static str;
    /// Whether it ends its run.
    const FINALITY: Finality;
}

/// A contract as data.
#[derive(Debug, Clone, Copy)]
pub struct EventSpec {
    /// `ce-type`; for a record, its kind.
    pub event_type: &'static str,
    /// Name and version.
    pub contract: &'static str,
    /// The channel's address; empty for a record.
    pub channel: &'static str,
    /// Whether it ends its run.
    pub finality: Finality,
    /// Generates its schema.
    pub schema: fn() -> Schema,
    /// Whether the Rust type reads the body; the reason when it does not.
    pub reads: fn(&serde_json::Value) -> Result<(), String>,
    /// Reads the body into the Rust type and writes it again.
    pub rewrites: fn(&serde_json::Value) -> Result<serde_json::Value, String>,
}

impl EventSpec {
    /// The spec of an event type.
    #[must_use]
    pub const fn of<T: Contract>() -> Self {
        Self {
            event_type: T::TYPE,
            contract: T::CONTRACT,
            channel: T::CHANNEL,
            finality: T::FINALITY,
            schema: crate::schema::of::<T>,
            reads: reads::<T>,
            rewrites: rewrites::<T>,
        }
    }

    /// The spec of a record type.
    #[must_use]
    pub const fn record<T: Serialize + DeserializeOwned + JsonSchema>(
        kind: &'static str,
        contract: &'static str,
    ) -> Self {
        Self {
            event_type: kind,
            contract,
            channel: "",
            finality: Finality::Step,
            schema: crate::schema::of::<T>,
            reads: reads::<T>,
            rewrites: rewrites::<T>,
        }
    }

    /// `ce-dataschema` of this contract.
    #[must_use]
    pub fn dataschema(&self) -> String {
        format!("{}{}", crate::schema::URN, self.contract)
    }

    /// Whether an event with this payload ends its run.
    #[must_use]
    pub fn is_final(&self, payload: &serde_json::Value) -> bool {
        match self.finality {
            Finality::Final => true,
            Finality::Step => false,
            Finality::Field => payload.get("final").and_then(serde_json::Value::as_bool).unwrap_or(false),
        }
    }
}

fn reads<T: DeserializeOwned>(value: &serde_json::Value) -> Result<(), String> {
    crate::read::<T>(value).map(drop)
}

fn rewrites<T: Serialize + DeserializeOwned>(value: &serde_json::Value) -> Result<serde_json::Value, String> {
    let read: T = crate::read(value)?;
    serde_json::to_value(read).map_err(|error| error.to_string())
}

/// The spec of an event type or record kind.
#[must_use]
pub fn find_type(event_type: &str) -> Option<&'static EventSpec> {
    EVENTS.iter().chain(RECORDS).find(|spec| spec.event_type == event_type)
}

/// The spec of an event: of its type, and of the version that its `ce-dataschema` names. Without one it is the first of its
/// type in [`EVENTS`]; none when no contract of this type has that name.
#[must_use]
pub fn find_version(event_type: &str, dataschema: Option<&str>) -> Option<&'static EventSpec> {
    match dataschema {
        None => find_type(event_type),
        Some(name) => find_contract(name).filter(|spec| spec.event_type == event_type),
    }
}

/// The spec that people mean: `content-ready-v1`, its `ce-dataschema`, or the type `ContentReady`.
#[must_use]
pub fn find(name: &str) -> Option<&'static EventSpec> {
    find_contract(name).or_else(|| find_type(name))
}

/// The spec of a contract, by its name (`content-ready-v1`) or its `ce-dataschema`.
#[must_use]
pub fn find_contract(name: &str) -> Option<&'static EventSpec> {
    let name = name.strip_prefix(crate::schema::URN).unwrap_or(name);
    EVENTS.iter().chain(RECORDS).find(|spec| spec.contract == name)
}
