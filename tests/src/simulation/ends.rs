//! How runs ended, as the journal tells.

use std::collections::{BTreeMap, BTreeSet};

use mesh_contracts::find_contract;
use mesh_core::envelope::attribute;
use mesh_embedded::JournalEntry;
use mesh_testkit::block_on;
use serde_json::Value;

use super::{outside::OUTSIDE, stage::Stage};

/// A final event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct End {
    pub(super) event_id: String,
    pub(super) event_type: String,
    /// Of a failure.
    pub(super) code: Option<String>,
}

/// Everything that was published, in order.
pub(super) fn journal(stage: &Stage) -> Vec<JournalEntry> {
    block_on(stage.store.journal().since(0, None, 100_000)).expect("a journal")
}

/// Whether an agent published it, rather than somebody outside.
pub(super) fn is_an_agents(entry: &JournalEntry) -> bool {
    entry.attributes.get(attribute::SOURCE).is_some_and(|source| source != OUTSIDE)
}

pub(super) fn payload(entry: &JournalEntry) -> Value {
    serde_json::from_str(&entry.body).unwrap_or_default()
}

/// The final events of every run; an event that was published twice is one.
pub(super) fn by_run(journal: &[JournalEntry]) -> BTreeMap<String, BTreeSet<End>> {
    let mut runs: BTreeMap<String, BTreeSet<End>> = BTreeMap::new();
    for entry in journal {
        let (Some(run), Some(event_id)) = (&entry.correlation_id, &entry.event_id) else { continue };
        let ends = runs.entry(run.clone()).or_default();
        let spec = entry.attributes.get(attribute::DATASCHEMA).and_then(|schema| find_contract(schema));
        let payload = payload(entry);
        if spec.is_some_and(|spec| spec.is_final(&payload)) {
            let event_type = entry.event_type.clone().unwrap_or_default();
            let code = payload["code"].as_str().map(str::to_owned);
            ends.insert(End { event_id: event_id.clone(), event_type, code });
        }
    }
    runs
}

/// How many runs ended with which event.
pub(super) fn of(stage: &Stage) -> BTreeMap<String, u64> {
    let mut count = BTreeMap::new();
    for end in by_run(&journal(stage)).into_values().flatten() {
        let name = end.code.map_or(end.event_type.clone(), |code| format!("{} {code}", end.event_type));
        *count.entry(name).or_default() += 1;
    }
    count
}
