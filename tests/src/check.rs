//! The invariants of the mesh (architecture, section 5), checked when all is quiet.

use std::collections::{BTreeMap, BTreeSet};

use mesh_contracts::{find_contract, records::ContentRecord};
use mesh_core::{
    envelope::attribute,
    ports::{BlobsExt, DocKey, IdRange, StateStore},
};
use mesh_embedded::JournalEntry;
use serde_json::Value;

use crate::World;

/// Something that must not be.
pub type Finding = String;

/// Everything that is wrong, given the articles that were asked for.
pub async fn check(world: &World, articles: usize) -> Vec<Finding> {
    let journal = world.store.journal().since(0, None, 100_000).await.expect("a journal");
    let mut findings = Vec::new();
    same_event_same_bytes(&journal, &mut findings);
    events_keep_their_contracts(&journal, &mut findings);
    let twice = world.conclusions.twice();
    findings.extend(twice.into_iter().map(|(agent, event)| format!("{agent} concluded {event} twice")));
    one_end_a_run(world, &journal, &mut findings).await;
    nothing_undispatched(world, &mut findings).await;
    pages_exist(world, &journal, articles, &mut findings).await;
    findings
}

fn attribute_of<'a>(entry: &'a JournalEntry, name: &str) -> &'a str {
    entry.attributes.get(name).map(String::as_str).unwrap_or_default()
}

pub(crate) fn same_event_same_bytes(journal: &[JournalEntry], findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<&str, &JournalEntry> = BTreeMap::new();
    for entry in journal {
        let first = *seen.entry(attribute_of(entry, attribute::ID)).or_insert(entry);
        if first.body != entry.body || first.attributes != entry.attributes {
            findings.push(format!("{} was published with two contents", entry.subject));
        }
    }
}

fn events_keep_their_contracts(journal: &[JournalEntry], findings: &mut Vec<Finding>) {
    for entry in journal.iter().filter(|entry| attribute_of(entry, attribute::SOURCE) != "/mesh/test") {
        let contract = find_contract(attribute_of(entry, attribute::DATASCHEMA)).expect("a known contract").contract;
        let payload: Value = serde_json::from_str(&entry.body).expect("JSON");
        if let Err(details) = mesh_contracts::validate(contract, &payload) {
            findings.push(format!("{} breaks {contract}: {details:?}", entry.subject));
        }
        if entry.attributes.len() > 10 {
            findings.push(format!("{} has {} attributes", entry.subject, entry.attributes.len()));
        }
    }
}

/// A run has at most one final event, ever; when all is quiet exactly one, or one of its messages is a dead letter.
async fn one_end_a_run(world: &World, journal: &[JournalEntry], findings: &mut Vec<Finding>) {
    let mut runs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for entry in journal {
        let ends = runs.entry(attribute_of(entry, attribute::CORRELATION_ID)).or_default();
        let spec = find_contract(attribute_of(entry, attribute::DATASCHEMA));
        let payload: Value = serde_json::from_str(&entry.body).unwrap_or_default();
        if spec.is_some_and(|spec| spec.is_final(&payload)) {
            ends.insert(attribute_of(entry, attribute::ID));
        }
    }
    let dead = world.dead_letters().await;
    for (run, ends) in runs {
        let fate = world.store.state().get(&DocKey::new("fates", run)).await.expect("a read");
        match (ends.len(), fate) {
            (1, Some(fate)) if fate.body["event_id"].as_str() == ends.first().copied() => {}
            (0, None) if dead > 0 => {}
            (n, fate) => {
                findings.push(format!("run {run} has {n} final events; fate {:?}", fate.map(|fate| fate.body)))
            }
        }
    }
}

async fn nothing_undispatched(world: &World, findings: &mut Vec<Finding>) {
    for seat in &world.seats {
        let name = &seat.runner.agent().manifest().name;
        let due = world.store.state().due(name, std::time::Duration::ZERO, 100).await.expect("a read");
        if !due.is_empty() {
            findings.push(format!("{name} has {} undispatched events", due.len()));
        }
    }
}

/// Every article has its record, its page, and its place in index, feed and sitemap.
async fn pages_exist(world: &World, journal: &[JournalEntry], articles: usize, findings: &mut Vec<Finding>) {
    let published: BTreeMap<&str, &JournalEntry> = journal
        .iter()
        .filter(|entry| entry.event_type.as_deref() == Some("ContentPublished"))
        .map(|entry| (attribute_of(entry, attribute::ID), entry))
        .collect();
    if published.len() != articles {
        findings.push(format!("{} articles were published, {articles} asked for", published.len()));
    }
    let blobs = world.store.blobs();
    let mut shared = Vec::new();
    for key in ["site/index.html", "site/feed.xml", "site/sitemap.xml"] {
        let found = blobs.get_bytes(key, 10_000_000).await.expect("a read");
        shared.push((key, found.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()));
    }
    for entry in published.values() {
        let payload: Value = serde_json::from_str(&entry.body).expect("JSON");
        let path = payload["path"].as_str().expect("a path");
        if blobs.get_bytes(&format!("site/{path}index.html"), 10_000_000).await.expect("a read").is_none() {
            findings.push(format!("{path} has no page"));
        }
        for (key, text) in &shared {
            if !text.contains(path.trim_end_matches('/')) {
                findings.push(format!("{path} is missing in {key}"));
            }
        }
    }
    records(world, articles, findings).await;
}

async fn records(world: &World, articles: usize, findings: &mut Vec<Finding>) {
    let documents = world.store.state().list("content", &IdRange::default(), 100_000).await.expect("a list");
    if documents.len() != articles {
        findings.push(format!("{} content records, {articles} articles asked for", documents.len()));
    }
    for document in documents {
        let record: ContentRecord = mesh_contracts::read(&document.body).expect("a record");
        if record.status != mesh_contracts::records::ContentStatus::Published {
            findings.push(format!("{} is recorded as {:?}", record.content_id, record.status));
        }
    }
}
