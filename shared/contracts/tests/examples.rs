//! The examples under `contracts/examples/` are what they claim to be: valid, complete, of one piece; or invalid, for the
//! reason `refusals.json` gives.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

#[test]
fn every_contract_has_a_full_and_a_minimal_example() {
    for spec in support::specs() {
        let names: Vec<String> = support::examples(spec.contract).into_iter().map(|(name, _)| name).collect();
        for name in ["full.json", "minimal.json"] {
            assert!(names.iter().any(|n| n == name), "contracts/examples/{}/{name} is missing", spec.contract);
        }
    }
}

#[test]
fn every_example_belongs_to_a_contract() {
    let known: BTreeSet<&str> = support::specs().map(|spec| spec.contract).collect();
    for name in support::listed(&support::files::folder().join("examples"), "") {
        assert!(name == "refusals.json" || known.contains(name.as_str()), "contracts/examples/{name} is stray");
    }
}

#[test]
fn every_example_is_valid_and_reads_into_its_type() {
    for spec in support::specs() {
        for (name, body) in support::examples(spec.contract) {
            assert_eq!(mesh_contracts::validate(spec.contract, &body), Ok(()), "{}/{name}", spec.contract);
            assert_eq!((spec.reads)(&body), Ok(()), "{}/{name}", spec.contract);
        }
    }
}

#[test]
fn full_and_minimal_examples_are_written_as_they_were_read() {
    for spec in support::specs() {
        for (name, body) in support::examples(spec.contract) {
            if ["full.json", "minimal.json"].contains(&name.as_str()) {
                assert_eq!((spec.rewrites)(&body), Ok(body), "{}/{name}", spec.contract);
            }
        }
    }
}

#[test]
fn full_examples_use_every_field_and_minimal_ones_only_what_is_required() {
    for spec in support::specs() {
        let schema = (spec.schema)().to_value();
        let examples: BTreeMap<String, Value> = support::examples(spec.contract).into_iter().collect();
        uses_all(&schema, &examples["full.json"], spec.contract);
        let keys: BTreeSet<&str> =
            examples["minimal.json"].as_object().expect("an object").keys().map(|k| &**k).collect();
        let required = schema["required"].as_array().expect("required").iter().filter_map(Value::as_str).collect();
        assert_eq!(keys, required, "{}/minimal.json", spec.contract);
    }
}

fn uses_all(schema: &Value, body: &Value, at: &str) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        assert!(!body[name].is_null(), "the full example lacks {at}");
        uses_all(property, &body[name], &at);
        if property["type"] == "array" {
            assert!(!body[name][0].is_null(), "the full example has no item in {at}");
            uses_all(&property["items"], &body[name][0], &at);
        }
    }
}

/// The full examples of these contracts are the events of one run.
const ONE_RUN: [&str; 4] = ["content-request-v1", "content-ready-v1", "review-completed-v1", "content-published-v1"];

#[test]
fn the_events_of_a_run_fit_together() {
    let full = |contract: &str| {
        let found = support::examples(contract).into_iter().find(|(name, _)| name == "full.json");
        found.map(|(_, body)| body).unwrap_or_else(|| panic!("{contract}"))
    };
    let ready = full("content-ready-v1");
    for contract in ONE_RUN {
        let event = full(contract);
        for field in ["content_topic", "request_id", "website_id", "post_id", "keywords", "language"] {
            assert_eq!(event[field], ready[field], "{field} of {contract}");
        }
        for field in ["content_id", "revision", "title", "summary"] {
            assert!(event[field].is_null() || event[field] == ready[field], "{field} of {contract}");
        }
    }
    let uri = ready["draft"]["uri"].as_str().expect("a pointer");
    let id = ready["content_id"].as_str().expect("an id");
    assert!(uri.ends_with(&format!("drafts/{id}.md")), "{uri}");
    let times = [
        &ready["created_at"],
        &full("review-completed-v1")["reviewed_at"],
        &full("content-published-v1")["published_at"],
    ];
    assert!(times.map(Value::as_str).is_sorted(), "{times:?}");
    for record in ["content-record-v1", "review-record-v1", "signature-record-v1", "publication-record-v1"] {
        assert_eq!(full(record)["content_id"], ready["content_id"], "{record}");
    }
}

/// What `refusals.json` says of a body.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Refusal {
    NotJson { not_json: String },
    Breaks { field: String, value: Option<String>, limit: String },
}

#[test]
fn every_invalid_example_is_refused_by_name() {
    let list = support::text(&support::files::folder().join("examples/refusals.json"));
    let list: BTreeMap<String, BTreeMap<String, Refusal>> = serde_json::from_str(&list).expect("refusals.json");
    for spec in support::specs() {
        let folder = support::files::folder().join("examples").join(spec.contract).join("invalid");
        let listed: Vec<String> =
            list.get(spec.contract).into_iter().flatten().map(|(n, _)| format!("{n}.json")).collect();
        assert_eq!(support::listed(&folder, ".json"), listed, "{}: refusals.json lists what is there", spec.contract);
        for (name, refusal) in list.get(spec.contract).into_iter().flatten() {
            let body = support::text(&folder.join(format!("{name}.json")));
            refused(spec, &body, refusal).unwrap_or_else(|why| panic!("{}/{name}: {why}", spec.contract));
        }
    }
    assert!(list.keys().all(|contract| mesh_contracts::find_contract(contract).is_some()));
}

fn refused(spec: &mesh_contracts::EventSpec, body: &str, refusal: &Refusal) -> Result<(), String> {
    let parsed = mesh_contracts::parse(body);
    match (parsed, refusal) {
        (Err(error), Refusal::NotJson { not_json }) if error.message.contains(not_json) => Ok(()),
        (Err(error), _) => Err(error.to_string()),
        (Ok(_), Refusal::NotJson { .. }) => Err("it is JSON".into()),
        (Ok(payload), Refusal::Breaks { field, value, limit }) => {
            let details = mesh_contracts::validate(spec.contract, &payload).err().ok_or("it is valid")?;
            (spec.reads)(&payload).err().ok_or("the type reads it")?;
            let named = details.iter().any(|detail| {
                *detail.field == **field && detail.value.as_deref() == value.as_deref() && *detail.limit == **limit
            });
            if named { Ok(()) } else { Err(format!("not among {details:?}")) }
        }
    }
}
