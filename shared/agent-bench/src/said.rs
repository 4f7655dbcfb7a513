//! What an agent published.

use mesh_embedded::JournalEntry;
use mesh_testkit::block_on;
use serde_json::Value;

use crate::AgentBench;

impl AgentBench {
    /// What the agent published, in order.
    #[must_use]
    pub fn published(&self) -> Vec<JournalEntry> {
        let source = format!("/mesh/{}", self.name());
        let journal = block_on(self.store.journal().since(0, None, 1000)).expect("a journal");
        let ours = |entry: &JournalEntry| entry.attributes.get("ce-source") == Some(&source);
        journal.into_iter().filter(ours).collect()
    }

    /// The payloads of this type that it published, valid by their contract; others are left out.
    #[must_use]
    pub fn said(&self, event_type: &str) -> Vec<Value> {
        let published = self.published();
        let of_type = published.iter().filter(|entry| entry.event_type.as_deref() == Some(event_type));
        of_type.map(|entry| payload(entry, event_type)).collect()
    }

    /// The payloads of what it published, each of this type and valid by its contract.
    pub fn all(&self, event_type: &str) -> Vec<Value> {
        self.published().iter().map(|entry| payload(entry, event_type)).collect()
    }

    /// The payload of the one event it published.
    pub fn only(&self, event_type: &str) -> Value {
        let mut all = self.all(event_type);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

/// The payload of an event of this type (or contract), on its channel and valid by the contract it names.
#[must_use]
pub fn payload(entry: &JournalEntry, event_type: &str) -> Value {
    let spec = mesh_contracts::find(event_type).expect("a known type or contract");
    assert_eq!(entry.event_type.as_deref(), Some(spec.event_type), "{}", entry.body);
    assert_eq!((entry.channel.as_str(), &entry.attributes["ce-dataschema"]), (spec.channel, &spec.dataschema()));
    let payload: Value = serde_json::from_str(&entry.body).expect("JSON");
    assert_eq!(mesh_contracts::validate(spec.contract, &payload), Ok(()), "{payload}");
    payload
}
