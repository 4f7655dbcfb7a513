//! The gate: a released contract never changes so that it breaks who holds old events of it, or reads new ones.

#![allow(clippy::expect_used)] // these are tests, though not all in functions marked so

mod support;

use std::collections::{BTreeMap, BTreeSet};

use mesh_contracts::diff::{self, Entry, RELEASED, Source};
use serde_json::{Value, json};
use support::files;

/// What breaks in these contracts, compared with every release.
fn broken(contracts: &[Source]) -> Vec<String> {
    let releases = diff::released().expect("releases");
    let told = |entry: Entry| format!("{} at {}", entry.change.what, entry.change.path);
    // What breaks several releases of a contract is told once.
    let broken: BTreeSet<String> =
        diff::compare(&releases, contracts).into_iter().filter(Entry::fails).map(told).collect();
    broken.into_iter().collect()
}

/// The contracts of this build, `content-request-v1` with changes.
fn with(change: impl Fn(&mut Value)) -> Vec<Source> {
    let mut contracts = diff::current();
    let request = contracts.iter_mut().find(|source| source.contract == "content-request-v1").expect("the contract");
    change(&mut request.schema);
    contracts
}

#[test]
fn no_release_is_broken() {
    let broken = broken(&diff::current());
    assert!(broken.is_empty(), "give these changes a new version, as contracts/README.md says: {broken:#?}");
}

#[test]
fn what_breaks_a_release_is_found() {
    let found = broken(&with(|schema| schema["properties"]["word_count"]["maximum"] = json!(1000)));
    assert_eq!(found, ["maximum lowered at /properties/word_count/maximum"]);
    let found = broken(&with(|schema| schema["properties"]["content_topic"]["maxLength"] = json!(300)));
    assert_eq!(found, ["maxLength raised at /properties/content_topic/maxLength"], "old readers refuse it");
    let found = broken(&with(|schema| {
        schema["properties"]["audience"] = json!({"type": "string"});
        schema["required"].as_array_mut().expect("required").push(json!("audience"));
    }));
    assert_eq!(found, ["field required at /required"]);
    let found = broken(&with(|schema| drop(schema["properties"].as_object_mut().map(|all| all.remove("word_count")))));
    assert!(!found.is_empty(), "it is required still");
    let mut without = diff::current();
    without.retain(|source| source.contract != "content-request-v1");
    assert_eq!(broken(&without), ["contract removed at "]);
}

#[test]
fn what_breaks_nobody_passes() {
    let passes = |contracts: &[Source]| assert_eq!(broken(contracts), Vec::<String>::new());
    passes(&with(|schema| schema["description"] = json!("Asks for an article.")));
    passes(&with(|schema| schema["properties"]["audience"] = json!({"type": ["string", "null"], "maxLength": 100})));
    // The same break in a new version beside the old one.
    let mut contracts = with(|schema| {
        schema["$id"] = json!("urn:content-mesh:contract:content-request-v2");
        schema["properties"]["word_count"]["maximum"] = json!(1000);
    });
    let changed = contracts.iter_mut().find(|source| source.contract == "content-request-v1").expect("the contract");
    *changed = Source::new("content-request-v2", changed.schema.clone());
    contracts.extend(diff::current().into_iter().filter(|source| source.contract == "content-request-v1"));
    passes(&contracts);
}

#[test]
fn every_release_is_kept_and_listed() {
    let kept: BTreeMap<String, String> = support::listed(&files::folder().join("released"), ".json")
        .into_iter()
        .map(|name| {
            (name.trim_end_matches(".json").to_owned(), support::text(&files::folder().join("released").join(name)))
        })
        .collect();
    let listed: BTreeMap<String, String> =
        RELEASED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(kept, listed, "list contracts/released/*.json in shared/contracts/src/diff/released.rs");
    for (name, text) in &kept {
        let schema: Value = serde_json::from_str(text).expect("JSON");
        let number = name.strip_prefix(&Source::new("", schema).contract).and_then(|rest| rest.strip_prefix('.'));
        assert!(matches!(number.map(str::parse::<u32>), Some(Ok(1..))), "{name} is no <contract>.<n>");
    }
}

#[test]
fn the_last_release_is_the_file_of_released_json() {
    let mut last: BTreeMap<String, (u32, String)> = BTreeMap::new();
    for (name, text) in RELEASED {
        let (contract, number) = name.rsplit_once('.').expect("a release");
        let number = number.parse().expect("a number");
        let entry = last.entry(contract.to_owned()).or_default();
        if number > entry.0 {
            *entry = (number, files::digest(text));
        }
    }
    let listed: BTreeMap<String, String> = files::released()
        .expect("released.json")
        .into_iter()
        .map(|(name, digest)| (name.trim_start_matches("records/").trim_end_matches(".json").to_owned(), digest))
        .collect();
    let last: BTreeMap<String, String> = last.into_iter().map(|(contract, (_, digest))| (contract, digest)).collect();
    assert_eq!(last, listed, "released.json lists what contracts/released/ keeps");
}
