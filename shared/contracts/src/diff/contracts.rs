//! Comparing sets of contracts: what belongs together, and which change needs a new version.

use serde::Serialize;
use serde_json::Value;

use super::{Change, Verdict, changes};
use crate::{EVENTS, RECORDS, schema};

/// A schema and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The contract: `content-request-v1`.
    pub contract: String,
    /// What it is called in a report: the contract, or its release (`content-request-v1.1`).
    pub label: String,
    /// The schema.
    pub schema: Value,
}

impl Source {
    /// A schema; its contract is what its `$id` names, or else `label`.
    #[must_use]
    pub fn new(label: &str, schema: Value) -> Self {
        let named = schema.get("$id").and_then(Value::as_str).map(|id| id.strip_prefix(schema::URN).unwrap_or(id));
        Self { contract: named.unwrap_or(label).to_owned(), label: label.to_owned(), schema }
    }

    /// The name without its version, and the version: `content-request` and 1.
    #[must_use]
    pub fn version(&self) -> (&str, u32) {
        let parts = self.contract.rsplit_once("-v").and_then(|(name, version)| Some((name, version.parse().ok()?)));
        parts.unwrap_or((&self.contract, 0))
    }
}

/// A change of one of several contracts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// The contract that changed.
    pub contract: String,
    /// What it was compared with.
    pub against: String,
    /// True: it is a new version, which may break; who reads the version before goes on doing so.
    pub new_version: bool,
    /// The change.
    #[serde(flatten)]
    pub change: Change,
}

impl Entry {
    /// Whether it breaks somebody, and is no new version.
    #[must_use]
    pub fn fails(&self) -> bool {
        !self.new_version && self.change.breaks()
    }
}

/// The contracts of this build.
#[must_use]
pub fn current() -> Vec<Source> {
    let read = |spec| serde_json::from_str(&schema::file(spec)).unwrap_or_default();
    EVENTS.iter().chain(RECORDS).map(|spec| Source::new(spec.contract, read(spec))).collect()
}

/// Every change from the old contracts to the new ones. A contract may be there several times among the old ones, once
/// for each of its releases: the new one is compared with all of them. One that is new and no new version of another is
/// no change.
#[must_use]
pub fn compare(old: &[Source], new: &[Source]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for before in old {
        match new.iter().find(|after| after.contract == before.contract) {
            Some(after) => entries.extend(between(before, after, false)),
            None => entries.push(removed(before)),
        }
    }
    for after in new.iter().filter(|after| old.iter().all(|before| before.contract != after.contract)) {
        let (name, version) = after.version();
        let earlier = old.iter().filter(|before| before.version().0 == name && before.version().1 < version);
        if let Some(before) = earlier.max_by_key(|before| before.version().1) {
            entries.extend(between(before, after, true));
        }
    }
    entries
}

fn between(before: &Source, after: &Source, new_version: bool) -> impl Iterator<Item = Entry> {
    let (contract, against) = (after.contract.clone(), before.label.clone());
    changes(&before.schema, &after.schema).into_iter().map(move |change| Entry {
        contract: contract.clone(),
        against: against.clone(),
        new_version,
        change,
    })
}

fn removed(before: &Source) -> Entry {
    let change = Change {
        path: String::new(),
        what: "contract removed".into(),
        from: None,
        to: None,
        readers: Verdict::Breaking,
        writers: Verdict::Compatible,
        why: "nobody reads old events of it any more".into(),
    };
    Entry { contract: before.contract.clone(), against: before.label.clone(), new_version: false, change }
}
