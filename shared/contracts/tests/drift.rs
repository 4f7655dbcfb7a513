//! The files under `contracts/` are what the types say, and those that are released never change.

mod support;

use std::collections::BTreeSet;

use serde_json::Value;
use support::files::{self, Files};

/// JSON files in `contracts/` that are no contracts.
const OTHERS: [&str; 3] = [files::RELEASED, "asyncapi.json", "agent.schema.json"];

#[test]
fn every_file_is_what_its_type_generates() {
    for (name, text) in files::generated() {
        let kept = support::text(&files::folder().join(&name));
        assert!(kept == text, "contracts/{name} is out of date; run: cargo run -p mesh-contracts --example bless");
    }
}

#[test]
fn there_are_no_stray_files() {
    let generated = files::generated();
    let events = support::listed(&files::folder(), ".json");
    let records = support::listed(&files::folder().join("records"), "");
    let present = events.into_iter().chain(records.into_iter().map(|name| format!("records/{name}")));
    let stray: Vec<String> =
        present.filter(|name| !generated.contains_key(name) && !OTHERS.contains(&name.as_str())).collect();
    assert!(stray.is_empty(), "no type generates {stray:?}");
}

#[test]
fn released_files_never_change() {
    let released = files::released().expect("released.json");
    assert_eq!(files::refusals(&released, &files::generated()), Vec::<String>::new());
    for (name, kept) in released {
        assert_eq!(files::digest(&support::text(&files::folder().join(&name))), kept, "contracts/{name}");
    }
}

#[test]
fn a_released_file_that_changes_or_vanishes_is_named() {
    let files = Files::from([("a-v1.json".into(), "{}\n".into()), ("b-v1.json".into(), "{}\n".into())]);
    let kept = files::digest("{}\n");
    let released = |name: &str, digest: &str| Files::from([(name.to_owned(), digest.to_owned())]);
    assert!(files::refusals(&released("a-v1.json", &kept), &files).is_empty());
    let changed = files::refusals(&released("b-v1.json", &files::digest("{ }\n")), &files);
    assert_eq!(changed, ["b-v1.json is released and may not change; give the change a new version"]);
    let gone = files::refusals(&released("c-v1.json", &kept), &files);
    assert_eq!(gone, ["c-v1.json is released, but no type generates it any more"]);
}

#[test]
fn every_schema_says_what_it_is() {
    for spec in support::specs() {
        let schema: Value = serde_json::from_str(&mesh_contracts::schema::file(spec)).expect("a schema");
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{}", spec.contract);
        assert_eq!(schema["$id"], spec.dataschema(), "{}", spec.contract);
        assert_eq!(schema["title"], spec.event_type, "{}", spec.contract);
        assert_eq!(schema["type"], "object", "{}", spec.contract);
        assert!(described(&schema), "{} has no description", spec.contract);
        describes_fields(&schema, spec.contract);
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|e| panic!("{}: {e}", spec.contract));
    }
}

#[test]
fn names_are_unique_and_end_in_a_version() {
    let mut contracts = BTreeSet::new();
    for spec in support::specs() {
        assert!(contracts.insert(spec.contract), "{} is there twice", spec.contract);
        let version = spec.contract.rsplit_once("-v").map(|(_, version)| version.parse::<u32>());
        assert!(matches!(version, Some(Ok(1..))), "{} does not end in -v<N>", spec.contract);
        assert_eq!(spec.channel.is_empty(), mesh_contracts::RECORDS.iter().any(|r| r.contract == spec.contract));
    }
}

fn described(schema: &Value) -> bool {
    schema["description"].as_str().is_some_and(|text| text.len() > 3)
}

fn describes_fields(schema: &Value, at: &str) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        assert!(described(property), "{at} has no description");
        describes_fields(property, &at);
        describes_fields(&property["items"], &at);
    }
}
