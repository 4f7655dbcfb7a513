//! Ledger entries as items.
//!
//! One item an event. `standing` and `holder` are what a commit's condition looks at; `revision` rises with every
//! write, so that a write can insist on what was observed. `waiting` holds the indices that are not dispatched and
//! exists only while there are some, as do `pending` and `due_at`, the keys of the sparse index.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use mesh_core::{
    Timestamp,
    ports::{BeginRequest, Conclusion, LedgerEntry, LedgerState, PortError},
};
use uuid::Uuid;

use super::{
    LIFETIME,
    item::{EXPIRES_AT, EXPIRES_MS, Item, Reader, number, seconds, text, time},
    outbox::{self, Kept},
    value,
};

pub(super) const IN_PROGRESS: &str = "in_progress";
pub(super) const DONE: &str = "done";
pub(super) const SUSPENDED: &str = "suspended";

/// An entry, and what its conditions need to know.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) event_id: Uuid,
    pub(super) correlation_id: Uuid,
    pub(super) event_type: String,
    pub(super) fingerprint: String,
    pub(super) attempts: u32,
    pub(super) suspensions: u32,
    pub(super) state: LedgerState,
    /// Who holds, concluded or suspended it; nobody after a release.
    pub(super) holder: Option<Uuid>,
    pub(super) outbox: Vec<Kept>,
    pub(super) revision: u64,
    pub(super) begun_at: Timestamp,
    updated_at: Timestamp,
    expires: Option<Timestamp>,
}

impl Entry {
    /// Whether it counts as absent, though it was not removed yet.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }

    /// Whether this token may conclude the event.
    pub(super) fn is_held_by(&self, token: Uuid, now: Timestamp) -> bool {
        matches!(self.state, LedgerState::InProgress { .. }) && self.holder == Some(token) && !self.is_over(now)
    }

    pub(super) fn is_suspended(&self) -> bool {
        matches!(self.state, LedgerState::Suspended { .. })
    }

    /// What the ledger's readers see.
    pub(super) fn into_ledger(self, agent: &str) -> LedgerEntry {
        LedgerEntry {
            agent: agent.to_owned(),
            event_id: self.event_id,
            correlation_id: self.correlation_id,
            event_type: self.event_type,
            fingerprint: self.fingerprint,
            attempts: self.attempts,
            suspensions: self.suspensions,
            state: self.state,
            outbox: self.outbox.into_iter().map(|kept| kept.entry).collect(),
            updated_at: self.updated_at,
        }
    }
}

/// The primary key.
pub(super) fn key(event_id: Uuid) -> Item {
    HashMap::from([("event_id".to_owned(), text(event_id))])
}

/// The item of a first attempt.
pub(super) fn first(request: &BeginRequest, now: Timestamp) -> Item {
    let expires = now.plus(LIFETIME);
    let attributes = [
        ("event_id", text(request.event_id)),
        ("correlation_id", text(request.correlation_id)),
        ("begun_at", time(now)),
        ("event_type", text(&request.event_type)),
        ("fingerprint", text(&request.fingerprint)),
        ("attempts", number(1)),
        ("suspensions", number(0)),
        ("standing", text(IN_PROGRESS)),
        ("holder", text(request.token)),
        ("lease_until", time(request.lease_until)),
        ("updated_at", time(now)),
        ("revision", number(1)),
        (EXPIRES_MS, time(expires)),
        (EXPIRES_AT, seconds(expires)),
    ];
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The entry of an item.
pub(super) fn read(item: Item) -> Result<Entry, PortError> {
    let mut reader = Reader::new("ledger entry", item, "event_id");
    let holder = reader.maybe_uuid("holder")?;
    let state = state(&mut reader, holder)?;
    Ok(Entry {
        event_id: reader.uuid("event_id")?,
        correlation_id: reader.uuid("correlation_id")?,
        event_type: reader.text("event_type")?,
        fingerprint: reader.text("fingerprint")?,
        attempts: reader.number("attempts")?,
        suspensions: reader.number("suspensions")?,
        state,
        holder,
        outbox: outbox::read(&mut reader)?,
        revision: reader.number("revision")?,
        begun_at: reader.time("begun_at")?,
        updated_at: reader.time("updated_at")?,
        expires: reader.maybe_number(EXPIRES_MS)?.map(Timestamp),
    })
}

fn state(reader: &mut Reader, holder: Option<Uuid>) -> Result<LedgerState, PortError> {
    let token = holder.unwrap_or_default();
    match reader.text("standing")?.as_str() {
        IN_PROGRESS => Ok(LedgerState::InProgress { token, until: reader.time("lease_until")? }),
        DONE => {
            let conclusion = reader.value("conclusion").and_then(value::decode);
            let conclusion = conclusion.and_then(|value| serde_json::from_value(value).ok());
            Ok(LedgerState::Done { token, conclusion: conclusion.ok_or_else(|| reader.corrupt("conclusion"))? })
        }
        SUSPENDED => Ok(LedgerState::Suspended { code: reader.text("code")? }),
        _ => Err(reader.corrupt("standing")),
    }
}

/// A conclusion as an attribute.
pub(super) fn conclusion(conclusion: &Conclusion) -> Result<AttributeValue, PortError> {
    let value = serde_json::to_value(conclusion)
        .map_err(|error| PortError::unavailable(super::PORT, "a conclusion cannot be encoded", error))?;
    Ok(value::encode(&value))
}
