//! What was published: each run ends once, and an event has one content however often it was dispatched.

use std::collections::{BTreeMap, BTreeSet};

use mesh_contracts::find_contract;
use mesh_core::{envelope::attribute, ids};
use mesh_embedded::JournalEntry;
use serde_json::Value;

use super::{Audit, PAGE};

#[derive(Debug, Default)]
struct Seen {
    /// Event id -> digest of attributes and payload.
    contents: BTreeMap<String, [u8; 32]>,
    /// Run -> ids and types of the events that ended it.
    ends: BTreeMap<String, BTreeSet<(String, String)>>,
}

impl Audit<'_> {
    pub(super) async fn journal(&mut self) -> anyhow::Result<()> {
        let (journal, mut after, mut seen) = (self.store.journal(), 0, Seen::default());
        loop {
            let entries = journal.since(after, None, PAGE).await?;
            for entry in &entries {
                // Requests are bare: their ids are made by who receives them.
                if let Some(id) = &entry.event_id {
                    self.event(&mut seen, id, entry);
                }
            }
            match entries.last() {
                Some(last) => after = last.seq,
                None => break,
            }
        }
        self.counted.events = seen.contents.len();
        self.ends(&seen.ends);
        Ok(())
    }

    fn event(&mut self, seen: &mut Seen, id: &str, entry: &JournalEntry) {
        let content = ids::sha256(format!("{:?}\n{}", entry.attributes, entry.body).as_bytes());
        match seen.contents.get(id) {
            None => drop(seen.contents.insert(id.to_owned(), content)),
            Some(first) if *first == content => self.counted.dispatched_again += 1,
            Some(_) => self.wrong(format!("event {id} ({}) was published with two contents", entry.subject)),
        }
        let Some(spec) = entry.attributes.get(attribute::DATASCHEMA).and_then(|schema| find_contract(schema)) else {
            return self.wrong(format!("event {id} ({}) names no contract", entry.subject));
        };
        let payload: Value = serde_json::from_str(&entry.body).unwrap_or_default();
        if let Err(details) = mesh_contracts::validate(spec.contract, &payload) {
            self.wrong(format!("event {id} breaks {}: {details:?}", spec.contract));
        }
        if spec.is_final(&payload) {
            let run = entry.correlation_id.clone().unwrap_or_default();
            seen.ends.entry(run).or_default().insert((id.to_owned(), spec.event_type.to_owned()));
        }
        self.counted.builds += usize::from(spec.event_type == "SiteBuilt");
    }

    /// Every request's run has one end, its publication, and no other run has any.
    fn ends(&mut self, ends: &BTreeMap<String, BTreeSet<(String, String)>>) {
        let wanted = (0..self.plan.requests).map(|n| self.plan.run(n).to_string()).collect();
        let there = ends.keys().cloned().collect();
        self.same("runs that ended", &wanted, &there);
        for (run, ends) in ends {
            let types: Vec<&str> = ends.iter().map(|(_, event_type)| event_type.as_str()).collect();
            if types != ["ContentPublished"] {
                self.wrong(format!("run {run} ended with {types:?}"));
            }
        }
    }
}
