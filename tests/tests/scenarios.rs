//! Behaviour as data: each file under `scenarios/` says what is sent, and exactly which events follow.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use mesh_core::{Settings, message::Message};
use mesh_embedded::JournalEntry;
use mesh_models::OfflineTextModel;
use mesh_testkit::block_on;
use mesh_tests::World;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    /// What it shows.
    description: String,
    /// Settings other than the defaults.
    #[serde(default)]
    settings: BTreeMap<String, String>,
    /// Name of the offline model, with faults behind `+`.
    #[serde(default)]
    model: Option<String>,
    /// What is sent, one after the other; the mesh comes to rest in between.
    given: Vec<Given>,
    /// Every event the agents publish, in order of publication.
    expect: Vec<Expected>,
    /// Messages left in dead-letter queues.
    #[serde(default)]
    dead_letters: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    /// Channel it is published to.
    channel: String,
    /// Payload; or, as `body`, any text.
    #[serde(default)]
    data: Option<Value>,
    #[serde(default)]
    body: Option<String>,
    /// Message attributes; none makes it a bare payload.
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// Type of the event.
    r#type: String,
    /// What its payload contains, at least.
    #[serde(default)]
    data: Value,
}

fn play(scenario: &Scenario) -> (Vec<JournalEntry>, u64) {
    let settings = Settings::from_pairs(scenario.settings.clone()).expect("settings");
    let model = scenario.model.as_deref().unwrap_or("offline/text-v1");
    let model = Arc::new(OfflineTextModel::from_name(model).expect("an offline model"));
    let world = World::with(settings, None, Some(model));
    let mut sent = Vec::new();
    for given in &scenario.given {
        let body = given.body.clone().or_else(|| given.data.as_ref().map(Value::to_string)).expect("data or body");
        let (channel, attributes) = (given.channel.clone(), given.attributes.clone());
        sent.push(body.clone());
        world.send(Message { channel, subject: "scenario".into(), attributes, body });
        block_on(world.drain());
    }
    let journal = block_on(world.store.journal().since(0, None, 10_000)).expect("a journal");
    let ours =
        |entry: &JournalEntry| entry.attributes.get("ce-source").is_some_and(|source| source.starts_with("/mesh/"));
    (journal.into_iter().filter(ours).collect(), block_on(world.dead_letters()))
}

/// Whether `actual` has everything `expected` has; text `*` stands for anything.
fn contains(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (_, Value::Null) => true,
        (_, Value::String(any)) if any == "*" => !actual.is_null(),
        (Value::Object(actual), Value::Object(expected)) => {
            expected.iter().all(|(key, value)| actual.get(key).is_some_and(|found| contains(found, value)))
        }
        (Value::Array(actual), Value::Array(expected)) => {
            expected.len() <= actual.len() && actual.iter().zip(expected).all(|(a, e)| contains(a, e))
        }
        _ => actual == expected,
    }
}

#[test]
fn every_scenario_plays_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("scenarios").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    assert!(files.len() >= 10, "scenarios are missing");
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("UTF-8");
        let scenario: Scenario = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (events, dead_letters) = play(&scenario);
        let context = format!("{name}: {}", scenario.description);
        let mut types: Vec<&str> = events.iter().filter_map(|entry| entry.event_type.as_deref()).collect();
        let mut expected: Vec<&str> = scenario.expect.iter().map(|one| one.r#type.as_str()).collect();
        types.sort_unstable();
        expected.sort_unstable();
        assert_eq!(types, expected, "{context}");
        for one in &scenario.expect {
            let payloads: Vec<Value> = events
                .iter()
                .filter(|entry| entry.event_type.as_deref() == Some(one.r#type.as_str()))
                .map(|entry| serde_json::from_str(&entry.body).expect("JSON"))
                .collect();
            let found = payloads.iter().any(|payload| contains(payload, &one.data));
            assert!(found, "{context}: no {} with {}; there are {payloads:#?}", one.r#type, one.data);
        }
        assert_eq!(dead_letters, scenario.dead_letters, "{context}");
    }
}
