//! `contracts/asyncapi.json` and its page are what the agents declare, and whole.

#![allow(clippy::expect_used)] // these are tests, though not all in functions marked so

mod document;
mod headers;
mod page;
#[path = "../support/mod.rs"]
mod support;
mod written;

use std::collections::BTreeSet;

use mesh_contracts::EVENTS;
use serde_json::Value;
use support::files;

fn made() -> Value {
    document::document().expect("a document")
}

/// The agents' declarations, read without the generator.
fn agents() -> Vec<Value> {
    let folder = support::root().join("agents");
    let names = support::listed(&folder, "").into_iter().map(|name| folder.join(name).join("agent.json"));
    names.filter(|file| file.is_file()).map(|file| serde_json::from_str(&support::text(&file)).expect("JSON")).collect()
}

/// Who does what with which event: `receive content-gen ContentRequest`.
fn said(document: &Value) -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    for operation in document["operations"].as_object().expect("operations").values() {
        for message in operation["messages"].as_array().expect("messages") {
            let event = message["$ref"].as_str().and_then(|r| r.rsplit('/').next()).expect("a reference");
            said.insert(format!("{} {} {event}", text(&operation["action"]), text(&operation["tags"][0]["name"])));
        }
    }
    said
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

#[test]
fn the_files_are_what_is_generated() {
    for (name, text) in written::all().expect("both") {
        let kept = support::text(&files::folder().join(&name));
        assert!(kept == text, "contracts/{name} is out of date; run: cargo run -p mesh-contracts --example bless");
    }
}

#[test]
fn every_event_travels_on_its_channel() {
    let document = made();
    for spec in EVENTS {
        let carries = |channel: &&Value| channel["messages"].get(document::id(spec)).is_some();
        let channels: Vec<&Value> =
            document["channels"].as_object().expect("channels").values().filter(carries).collect();
        assert_eq!(channels.len(), 1, "{}", spec.event_type);
        assert_eq!(channels[0]["address"], spec.channel, "{}", spec.event_type);
    }
    let messages = document["components"]["messages"].as_object().expect("messages");
    assert_eq!(messages.len(), EVENTS.len());
}

#[test]
fn agents_send_and_receive_what_they_declare() {
    let mut declared = BTreeSet::new();
    for agent in agents() {
        let name = text(&agent["name"]);
        let mut add = |action: &str, event: &str| {
            declared.extend(document::ids(event).map(|id| format!("{action} {name} {id}")));
        };
        for subscription in agent["subscribes"].as_array().expect("subscribes") {
            subscription["types"].as_array().expect("types").iter().for_each(|event| add("receive", text(event)));
        }
        let published = agent["publishes"].as_array().expect("publishes");
        for event in published {
            add("send", text(event));
        }
        add("send", text(&agent["failure"]["event"]));
        if !published.is_empty() {
            add("send", "ValidationError");
        }
    }
    assert_eq!(said(&made()), declared);
    assert!(declared.contains("receive content-gen ContentRequest") && declared.len() > 50, "{declared:?}");
}

#[test]
fn references_lead_somewhere() {
    let document = made();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100, "{found:?}");
    for reference in found {
        match reference.strip_prefix('#') {
            Some(pointer) => assert!(document.pointer(pointer).is_some(), "{reference}"),
            None => assert!(files::folder().join(&reference).is_file(), "{reference}"),
        }
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_example_is_valid_with_its_attributes() {
    let document = made();
    for spec in EVENTS {
        let message = &document["components"]["messages"][document::id(spec)];
        let mut attributes = message["headers"].clone();
        attributes["allOf"] = Value::Array(vec![document["components"]["schemas"][headers::NAME].clone()]);
        let attributes = jsonschema::draft202012::new(&attributes).expect("a schema");
        let examples = message["examples"].as_array().expect("examples");
        assert!(examples.len() >= 2, "{}", spec.event_type);
        for example in examples {
            assert_eq!(mesh_contracts::validate(spec.contract, &example["payload"]), Ok(()), "{}", spec.event_type);
            assert!(attributes.is_valid(&example["headers"]), "{}: {}", spec.event_type, example["headers"]);
        }
    }
}

#[test]
fn the_page_names_every_event_and_asks_for_nothing() {
    let files = written::all().expect("both");
    let page = &files[&format!("../{}", page::PAGE)];
    for spec in EVENTS {
        assert!(page.contains(&format!("<h3 id=\"{}\">", document::id(spec))), "{}", spec.contract);
    }
    for word in ["<script", "<link", "<img", "@import", "url(", "src=", "href=\"http"] {
        assert!(!page.contains(word), "the page has {word}");
    }
}
