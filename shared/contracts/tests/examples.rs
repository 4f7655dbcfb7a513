//! The examples under `contracts/examples/` are what they claim to be: valid, complete, of one piece; or invalid, for the
//! reason `refusals.json` gives.

#![allow(clippy::expect_used)] // these are tests, though not all in functions marked so

mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

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
                let written = with_defaults(body.clone(), &(spec.schema)().to_value());
                assert_eq!((spec.rewrites)(&body), Ok(written), "{}/{name}", spec.contract);
            }
        }
    }
}

/// The body with the defaults that its schema names, which are written though they need not be read.
fn with_defaults(mut body: Value, schema: &Value) -> Value {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let member = body.get(name).cloned().or_else(|| property.get("default").cloned());
        if let (Some(member), Some(members)) = (member, body.as_object_mut()) {
            members.insert(name.clone(), with_defaults(member, property));
        }
    }
    body
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

/// Lists that are empty although their contract could hold items.
const LEFT_OUT: [&str; 1] = ["join-record-v1.review.findings"];

fn uses_all(schema: &Value, body: &Value, at: &str) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        assert!(!body[name].is_null(), "the full example lacks {at}");
        uses_all(property, &body[name], &at);
        if property["type"] == "array" && !LEFT_OUT.contains(&&*at) {
            assert!(!body[name][0].is_null(), "the full example has no item in {at}");
            uses_all(&property["items"], &body[name][0], &at);
        }
    }
}

/// The full examples of these contracts are the events of one run, in the order in which they are published.
const ONE_RUN: [&str; 9] = [
    "content-request-v1",
    "content-drafted-v1",
    "content-ready-v1",
    "review-completed-v1",
    "image-requested-v1",
    "metadata-ready-v1",
    "images-ready-v1",
    "publication-due-v1",
    "content-published-v1",
];

/// What an event of the run says when it happened.
const WHEN: [&str; 4] = ["created_at", "reviewed_at", "ready_at", "published_at"];

/// These records keep the run, or the site and the post it was made for.
const KEPT: [&str; 8] = [
    "content-record-v1",
    "review-record-v1",
    "signature-record-v1",
    "publication-record-v1",
    "slug-record-v1",
    "join-record-v1",
    "image-set-record-v1",
    "generation-record-v1",
];

fn full(contract: &str) -> Value {
    let found = support::examples(contract).into_iter().find(|(name, _)| name == "full.json");
    found.map(|(_, body)| body).unwrap_or_else(|| panic!("{contract}"))
}

/// A full example has every field it may have, so what it has not its contract has not either.
fn agree(one: &Value, other: &Value, fields: &[&str], at: &str) {
    for field in fields {
        assert!(one[field].is_null() || one[field] == other[field], "{field} of {at}");
    }
}

#[test]
fn the_events_of_a_run_fit_together() {
    let ready = full("content-ready-v1");
    for contract in ONE_RUN {
        let event = full(contract);
        agree(
            &event,
            &ready,
            &["content_topic", "request_id", "website_id", "post_id", "keywords", "language"],
            contract,
        );
        agree(&event, &ready, &["content_id", "revision", "title", "summary", "brief", "parts"], contract);
    }
    let id = ready["content_id"].as_str().expect("an id");
    let uri = |event: &Value, field: &str| event[field]["uri"].as_str().expect("a pointer").to_owned();
    assert!(uri(&full("content-drafted-v1"), "draft").ends_with(&format!("drafts/{id}.md")));
    assert!(uri(&ready, "brief").ends_with(&format!("briefs/{id}.r1.json")));
    assert_eq!((&ready["refined"], &full("content-drafted-v1")["refined"]), (&json!(true), &json!(false)));
    let events = ONE_RUN.map(full);
    let times = events.iter().map(|event| WHEN.iter().rev().find_map(|field| event[field].as_str()));
    let times: Vec<&str> = times.flatten().collect();
    assert!(times.len() == 6 && times.is_sorted(), "{times:?}");
}

#[test]
fn the_parts_of_a_run_are_on_its_page() {
    let (ready, images, page) = (full("content-ready-v1"), full("images-ready-v1"), full("content-published-v1"));
    let there = images["images"].as_array().expect("images").iter().filter(|image| image["status"] != "failed");
    assert_eq!(page["images"], there.cloned().collect::<Value>(), "those that did not fail");
    let short = [("images", &images), ("metadata", &full("metadata-ready-v1"))];
    let short: Value = short.iter().filter(|(_, part)| part["status"] != "ok").map(|(name, _)| *name).collect();
    assert_eq!(page["degraded"], short);
    let (requested, first) = (full("image-requested-v1"), &images["images"][0]);
    agree(first, &requested, &["number", "section", "alt_text"], "the first image");
    assert_eq!(Some(requested["of"].clone()), images["images"].as_array().map(|images| json!(images.len())));
    let root = format!("sites/{}/", ready["website_id"].as_str().expect("a site"));
    for file in first["files"].as_array().expect("files") {
        let path = format!("{root}{}", file["path"].as_str().expect("a path"));
        assert!(file["file"]["uri"].as_str().is_some_and(|uri| uri.ends_with(&path)), "{file}");
    }
    let page_uri = format!("{root}{}index.html", page["path"].as_str().expect("a path"));
    assert!(page["page"]["uri"].as_str().is_some_and(|uri| uri.ends_with(&page_uri)), "{page_uri}");
}

#[test]
fn the_records_of_a_run_say_what_its_events_said() {
    let (ready, page) = (full("content-ready-v1"), full("content-published-v1"));
    for contract in KEPT {
        let record = full(contract);
        assert_eq!(record["content_id"], ready["content_id"], "{contract}");
        agree(&record, &page, &["revision", "website_id", "post_id", "url", "page", "path"], contract);
    }
    let (run, join) = (full("generation-record-v1"), full("join-record-v1"));
    assert_eq!(run["run_id"], full("content-record-v1")["correlation_id"]);
    assert_eq!(run["run_id"], full("post-v1")["trackingId"]);
    let images = full("images-ready-v1");
    assert_eq!((&join["images"], &join["metadata"]), (&images, &full("metadata-ready-v1")));
    let mut review = full("review-completed-v1");
    review["findings"] = json!([]);
    assert_eq!(join["review"], review, "its findings are left out");
    assert_eq!((&run["images"], &run["cost"]), (&images["images"], &sum_of_costs()));
    let article = full("content-record-v1");
    assert_eq!((&article["draft"], &article["cost"]), (&ready["draft"], &sum_of_costs()));
    assert_eq!(full("slug-record-v1")["slug"], page["slug"]);
    let brief = full("brief-v1");
    assert_eq!((&brief["website"], &brief["post"]), (&full("website-settings-v1"), &full("post-v1")));
    assert_eq!((&brief["website"]["websiteId"], &brief["post"]["postId"]), (&ready["website_id"], &ready["post_id"]));
    let (asked, gone) = (full("withdrawal-requested-v1"), full("content-withdrawn-v1"));
    agree(&gone, &page, &["content_id", "revision", "path", "url", "website_id", "post_id"], "content-withdrawn-v1");
    agree(&asked, &gone, &["content_id", "reason", "website_id", "post_id"], "withdrawal-requested-v1");
    assert_eq!(gone["withdrawn_at"], full("publication-record-v1")["withdrawn_at"]);
}

/// What the stages of the run cost together.
fn sum_of_costs() -> Value {
    const STAGES: [&str; 4] = ["content-drafted-v1", "content-ready-v1", "images-ready-v1", "metadata-ready-v1"];
    let sum =
        |field: &str| STAGES.iter().map(|stage| full(stage)["cost"][field].as_u64().expect("a number")).sum::<u64>();
    let [input, output, money] = ["input_tokens", "output_tokens", "micro_usd"].map(sum);
    json!({"input_tokens": input, "output_tokens": output, "micro_usd": money})
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
