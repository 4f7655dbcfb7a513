//! What a replay of a message will come to, told before it is tried: the rules of [`super::Runner::process`], applied to
//! what is known. Whether the cause of an earlier failure is mended cannot be known; that is what a canary is for.

use std::fmt;

use mesh_contracts::{Finality, Pointer, find_type};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    envelope::Arrival,
    manifest::Manifest,
    ports::{Blobs, Conclusion, LedgerEntry, LedgerState, PortError},
    time::Timestamp,
};

/// What a replay of a message will come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicted {
    /// The agent handles it, and completes when what made it fail is mended.
    WillComplete,
    /// The agent has completed it: nothing happens.
    AlreadyComplete,
    /// The agent has rejected or failed it for good, though it keeps its contract today: nothing happens.
    AlreadyFailed,
    /// Its run has ended without it, and that end stays, whatever the agent makes of it.
    Superseded,
    /// It breaks its contract still: it is rejected.
    StillInvalid,
    /// What it points at is gone, or is something else: it fails.
    PayloadGone,
    /// Somebody works on it now.
    UnderWay,
    /// The agent does not act on it: it is removed.
    Ignored,
}

impl Predicted {
    /// As it is written in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WillComplete => "will_complete",
            Self::AlreadyComplete => "already_complete",
            Self::AlreadyFailed => "already_failed",
            Self::Superseded => "superseded",
            Self::StillInvalid => "still_invalid",
            Self::PayloadGone => "payload_gone",
            Self::UnderWay => "under_way",
            Self::Ignored => "ignored",
        }
    }
}

impl fmt::Display for Predicted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is known of a message at an agent.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The agent.
    pub manifest: &'a Manifest,
    /// The message, decoded for that agent.
    pub arrival: &'a Arrival,
    /// The agent's ledger entry of the arrival's id.
    pub entry: Option<&'a LedgerEntry>,
    /// The event that ended the arrival's run, when it has ended.
    pub ended_by: Option<Uuid>,
    /// Whether everything it [points at](pointers) is there.
    pub payload_alive: bool,
    /// Now.
    pub now: Timestamp,
}

/// What a replay of a message will come to.
#[must_use]
pub fn predict(known: &Known<'_>) -> Predicted {
    let Known { manifest, arrival, entry, .. } = known;
    let valid = match &arrival.verdict {
        None => return Predicted::Ignored,
        Some(Err(_)) if manifest.observes() => return Predicted::Ignored,
        Some(verdict) => verdict.is_ok(),
    };
    if entry.is_some_and(|entry| entry.fingerprint != arrival.fingerprint) {
        // The id was used with another payload.
        return if manifest.observes() { Predicted::Ignored } else { Predicted::StillInvalid };
    }
    match entry.map(|entry| &entry.state) {
        Some(LedgerState::Done { conclusion, .. }) => concluded(conclusion, valid),
        Some(LedgerState::InProgress { until, .. }) if *until > known.now => Predicted::UnderWay,
        _ => handled(known, valid),
    }
}

fn concluded(conclusion: &Conclusion, valid: bool) -> Predicted {
    match conclusion {
        Conclusion::Completed => Predicted::AlreadyComplete,
        Conclusion::Superseded => Predicted::Superseded,
        Conclusion::Rejected { .. } if !valid => Predicted::StillInvalid,
        Conclusion::Rejected { .. } | Conclusion::Failed { .. } => Predicted::AlreadyFailed,
    }
}

fn handled(known: &Known<'_>, valid: bool) -> Predicted {
    let Known { manifest, arrival, ended_by, .. } = known;
    if !valid {
        // A rejection ends the run that the rejected event started, unless it has ended.
        let starts_run = arrival.id == arrival.correlation_id;
        return if starts_run && ended_by.is_some() { Predicted::Superseded } else { Predicted::StillInvalid };
    }
    // What would end an ended run is dropped; what asks a model for one pays for nothing.
    let asks =
        arrival.event_type.and_then(|spec| manifest.handles(spec.event_type)).is_some_and(|s| !s.asks.is_empty());
    let ended = ended_by.is_some() && ends_runs(manifest);
    if ended || (asks && ended_by.is_some_and(|event| event != arrival.id)) {
        return Predicted::Superseded;
    }
    match known.payload_alive {
        true => Predicted::WillComplete,
        // The failure would end the run, which has ended.
        false if ended_by.is_some() && !manifest.failure.notice => Predicted::Superseded,
        false => Predicted::PayloadGone,
    }
}

/// Whether an outcome of the agent may end a run.
fn ends_runs(manifest: &Manifest) -> bool {
    manifest.publishes.iter().filter_map(|name| find_type(name)).any(|spec| spec.finality == Finality::Final)
}

/// The pointers in a message's payload that its agent may follow. Those of an event that ends a run name what came of
/// it, which may have been replaced since.
#[must_use]
pub fn pointers(arrival: &Arrival) -> Vec<Pointer> {
    let mut found = Vec::new();
    if let Some(Ok(event)) = &arrival.verdict
        && arrival.event_type.is_some_and(|spec| spec.finality == Finality::Step)
    {
        collect(&event.data, &mut found);
    }
    found
}

fn collect(value: &Value, found: &mut Vec<Pointer>) {
    match value {
        Value::Object(members) => match mesh_contracts::read::<Pointer>(value) {
            Ok(pointer) => found.push(pointer),
            Err(_) => members.values().for_each(|member| collect(member, found)),
        },
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// What became of what a pointer points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pointed {
    /// It is there, as the pointer says.
    Alive,
    /// There is nothing.
    Missing,
    /// There is something else.
    Changed,
    /// It is not in our store.
    Foreign,
    /// The agent may not read it, so it does not.
    Unread,
}

impl Pointed {
    /// Whether the agent can go on.
    #[must_use]
    pub fn is_alive(self) -> bool {
        matches!(self, Self::Alive | Self::Unread)
    }
}

/// Looks at what a pointer points at, without reading it.
///
/// # Errors
/// [`PortError`] when the store is out of reach.
pub async fn look_at(pointer: &Pointer, manifest: &Manifest, blobs: &dyn Blobs) -> Result<Pointed, PortError> {
    let Some(key) = blobs.key_of(&pointer.uri) else { return Ok(Pointed::Foreign) };
    if !manifest.may_fetch(&key) {
        return Ok(Pointed::Unread);
    }
    Ok(match blobs.head(&key).await? {
        None => Pointed::Missing,
        Some(meta) if meta.sha256 == pointer.sha256 && meta.bytes == pointer.bytes.count() => Pointed::Alive,
        Some(_) => Pointed::Changed,
    })
}
