//! The AsyncAPI document of the mesh, from the agents' declarations and the contracts. Shared with `examples/bless.rs`.

use std::{collections::BTreeMap, fs, io};

use mesh_contracts::{EVENTS, EventSpec, find_type};
use serde_json::{Map, Value, json};

use crate::{files, headers};

/// Name of the document, inside `contracts/`.
pub(crate) const DOCUMENT: &str = "asyncapi.json";

/// What the topics and queues of a deployment start with.
const PREFIX: &str = "<prefix>";

/// Version of the SNS bindings: the one that AsyncAPI's own schemas know.
const SNS_BINDING: &str = "0.1.0";

const FOURTEEN_DAYS: u32 = 1_209_600;

const ABOUT: &str = "Events of the content mesh: a request becomes a reviewed, illustrated, published article. Each \
    channel is an SNS topic, each agent listens through an SQS queue of its own. The message's body is the payload as its \
    contract says; the CloudEvents 1.0 context travels in message attributes. Written by `make bless` from the agents' \
    declarations (`agents/*/agent.json`) and the contracts.";

/// The document.
///
/// # Errors
/// A file of `agents/` or `contracts/` that cannot be read.
pub(crate) fn document() -> io::Result<Value> {
    let agents = agents()?;
    let mut messages = Map::new();
    for spec in EVENTS {
        messages.insert(id(spec), message(spec, &agents)?);
    }
    Ok(sorted(&json!({
        "asyncapi": "3.0.0",
        "id": "urn:content-mesh",
        "info": {
            "title": "Content Mesh",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0"},
            "tags": agents.iter().map(|agent| json!({"name": agent["name"], "description": agent["description"]}))
                .collect::<Vec<_>>(),
        },
        "defaultContentType": "application/json",
        "servers": {
            "topics": server("sns", "Where events are published."),
            "queues": server("sqs", "Where agents receive what is published."),
        },
        "channels": channels(),
        "operations": operations(&agents),
        "components": {
            "messages": messages,
            "schemas": {headers::NAME: headers::schema()},
            "correlationIds": {
                "run": {
                    "description": "The run: all events that came of one.",
                    "location": format!("$message.header#/{}", headers::RUN),
                },
            },
        },
    })))
}

/// The document as it is kept.
///
/// # Errors
/// As [`document`].
pub(crate) fn text(document: &Value) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(document)? + "\n")
}

/// The declarations of the agents, by name.
fn agents() -> io::Result<Vec<Value>> {
    let folder = files::folder().join("../agents");
    let mut agents = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let file = entry?.path().join("agent.json");
        if file.is_file() {
            let agent: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
            agents.insert(agent["name"].to_string(), agent);
        }
    }
    Ok(agents.into_values().collect())
}

fn server(protocol: &str, about: &str) -> Value {
    json!({
        "host": format!("{protocol}.{{region}}.amazonaws.com"),
        "protocol": protocol,
        "description": about,
        "variables": {"region": {"description": "The AWS region of the deployment."}},
    })
}

/// `/content/request` as a name in the document: `contentRequest`.
fn key(address: &str) -> String {
    let words = address.split('/').filter(|word| !word.is_empty());
    words.enumerate().map(|(at, word)| if at == 0 { word.to_owned() } else { capital(word) }).collect()
}

/// `content-gen` as part of a name: `ContentGen`.
fn capital(name: &str) -> String {
    let first = |word: &str| {
        word.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(word.chars().skip(1)).collect::<String>()
    };
    name.split('-').map(first).collect()
}

/// The name of a contract's message: its event type; with the version when the type has another contract as well.
pub(crate) fn id(spec: &EventSpec) -> String {
    let first = find_type(spec.event_type).is_some_and(|first| first.contract == spec.contract);
    if first { spec.event_type.to_owned() } else { capital(spec.contract) }
}

/// The names of an event type's messages, one for each version.
pub(crate) fn ids(event_type: &str) -> impl Iterator<Item = String> {
    EVENTS.iter().filter(move |spec| spec.event_type == event_type).map(id)
}

fn channels() -> Map<String, Value> {
    let mut channels = Map::new();
    for spec in EVENTS {
        let channel = channels.entry(key(spec.channel)).or_insert_with(|| {
            let topic = format!("{PREFIX}{}", spec.channel.replace('/', "-"));
            json!({
                "address": spec.channel,
                "title": spec.channel,
                "description": format!("The SNS topic `{topic}`."),
                "messages": {},
                "bindings": {"sns": {"name": topic, "bindingVersion": SNS_BINDING}},
            })
        });
        let id = id(spec);
        channel["messages"][id.as_str()] = reference(&["components", "messages", &id]);
    }
    channels
}

fn reference(steps: &[&str]) -> Value {
    json!({"$ref": format!("#/{}", steps.join("/"))})
}

fn message(spec: &EventSpec, agents: &[Value]) -> io::Result<Value> {
    let schema = (spec.schema)().to_value();
    let about = schema["description"].as_str().unwrap_or_default();
    let source = agents.iter().find(|agent| publishes(agent).contains(&spec.event_type));
    let mut examples = Vec::new();
    for (name, payload) in bodies(spec.contract)? {
        let bare = source.is_none() && name == "minimal";
        let headers = if bare { json!({}) } else { headers::example(spec, source) };
        examples.push(json!({"name": name, "headers": headers, "payload": payload}));
    }
    Ok(json!({
        "name": spec.event_type,
        "title": spec.event_type,
        "summary": about.split("\n\n").next().unwrap_or_default(),
        "description": about,
        "contentType": "application/json",
        "headers": headers::of(spec, source.is_some()),
        "correlationId": reference(&["components", "correlationIds", "run"]),
        "payload": {"$ref": format!("./{}.json", spec.contract)},
        "examples": examples,
    }))
}

/// The valid examples of a contract, by name.
fn bodies(contract: &str) -> io::Result<BTreeMap<String, Value>> {
    let mut bodies = BTreeMap::new();
    for entry in fs::read_dir(files::folder().join("examples").join(contract))? {
        let path = entry?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_stem().and_then(|stem| stem.to_str())) {
            bodies.insert(name.to_owned(), serde_json::from_str(&fs::read_to_string(&path)?)?);
        }
    }
    Ok(bodies)
}

/// The event types an agent may publish: those it declares, its failure, and `ValidationError`, unless it only looks on.
fn publishes(agent: &Value) -> Vec<&str> {
    let declared: Vec<&str> = words(&agent["publishes"]);
    let rejects = if declared.is_empty() { None } else { Some("ValidationError") };
    declared.into_iter().chain(agent["failure"]["event"].as_str()).chain(rejects).collect()
}

fn words(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn operations(agents: &[Value]) -> Map<String, Value> {
    let mut operations = Map::new();
    for agent in agents {
        let name = agent["name"].as_str().unwrap_or_default();
        for subscription in agent["subscribes"].as_array().into_iter().flatten() {
            let channel = subscription["channel"].as_str().unwrap_or_default();
            let mut operation = operation(name, "receive", channel, &words(&subscription["types"]));
            operation["bindings"] = bindings(agent, name);
            operations.insert(format!("{}Receives{}", own(name), capital(&key(channel))), operation);
        }
        let mut sent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for event in publishes(agent) {
            let channel = find_type(event).map_or("", |spec| spec.channel);
            sent.entry(channel).or_default().push(event);
        }
        for (channel, events) in sent {
            operations.insert(
                format!("{}Sends{}", own(name), capital(&key(channel))),
                operation(name, "send", channel, &events),
            );
        }
    }
    operations
}

/// `content-gen` as the beginning of a name: `contentGen`.
fn own(name: &str) -> String {
    let name = capital(name);
    name.chars().take(1).map(|c| c.to_ascii_lowercase()).chain(name.chars().skip(1)).collect()
}

fn operation(agent: &str, action: &str, channel: &str, events: &[&str]) -> Value {
    let key = key(channel);
    let messages = events.iter().flat_map(|event| ids(event));
    json!({
        "action": action,
        "title": format!("{agent} {action}s {}", events.join(", ")),
        "tags": [{"name": agent}],
        "channel": reference(&["channels", &key]),
        "messages": messages.map(|id| reference(&["channels", &key, "messages", &id])).collect::<Vec<_>>(),
    })
}

/// The queue of an agent, as Terraform makes it.
fn bindings(agent: &Value, name: &str) -> Value {
    let queue = format!("{PREFIX}-{name}");
    let dead = |kind: &str| json!({"name": format!("{queue}-{kind}")});
    let visibility = agent["timeout_seconds"].as_u64().unwrap_or_default() * 6;
    json!({
        "sns": {
            "bindingVersion": SNS_BINDING,
            "consumers": [{
                "protocol": "sqs",
                "endpoint": {"name": queue},
                "rawMessageDelivery": false,
                "redrivePolicy": {"deadLetterQueue": dead("undelivered")},
            }],
        },
        "sqs": {
            "bindingVersion": "0.2.0",
            "queues": [{
                "name": queue,
                "fifoQueue": false,
                "visibilityTimeout": visibility,
                "messageRetentionPeriod": FOURTEEN_DAYS,
                "redrivePolicy": {"deadLetterQueue": dead("dlq"), "maxReceiveCount": 20},
            }],
        },
    })
}

/// The value with the members of every object in order, so that the text does not depend on how a build keeps them.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(members) => {
            let ordered: BTreeMap<&String, &Value> = members.iter().collect();
            ordered.into_iter().map(|(name, member)| (name.clone(), sorted(member))).collect()
        }
        other => other.clone(),
    }
}
