//! The calls of a recorded run by who makes them, for which event, and what they are about.

use std::collections::{BTreeMap, BTreeSet};

use mesh_testkit::faulty::CallRecord;
use serde::Serialize;

/// What a call is: a row of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Row {
    pub(crate) agent: String,
    /// `port.operation`.
    pub(crate) call: String,
    /// What it is about: a kind of document, a prefix of keys, a task, types of events.
    pub(crate) about: String,
    /// The type of the event in hand; empty between events.
    pub(crate) event: String,
}

/// The calls of a run, in order, with their numbers. Of polls that find nothing the first of each agent is kept: they
/// differ in nothing.
pub(crate) fn rows(trace: &[CallRecord], types: &BTreeMap<String, String>) -> Vec<(u64, Row)> {
    let (mut agent, mut event) = (String::new(), String::new());
    let (mut idle, mut rows) = (BTreeSet::new(), Vec::new());
    for (n, call) in trace.iter().enumerate() {
        let next = trace.get(n + 1);
        let receive = (call.port, call.operation) == ("queue", "receive");
        let poll = receive || call.operation == "due";
        if receive {
            agent.clone_from(&call.detail);
        }
        if poll {
            event.clear();
        }
        if let Some(event_type) = type_of(call, types) {
            event.clone_from(event_type);
        }
        let found = match next {
            Some(next) if receive => next.operation != "due",
            Some(next) => (next.port, next.operation) != ("queue", "receive"),
            None => false,
        };
        if poll && !found && !idle.insert((agent.clone(), call.operation)) {
            continue;
        }
        let about = if poll && !found { "nothing there".to_owned() } else { about(call) };
        let (agent, event) = (agent.clone(), event.clone());
        rows.push((call.k, Row { agent, call: format!("{}.{}", call.port, call.operation), about, event }));
    }
    rows
}

/// The type of the event a call of the ledger names.
fn type_of<'a>(call: &CallRecord, types: &'a BTreeMap<String, String>) -> Option<&'a String> {
    let of_ledger = ["begin", "commit", "dispatched", "release", "suspend", "entry"].contains(&call.operation);
    let id = call.detail.split(' ').nth(1).filter(|_| of_ledger)?;
    types.get(id)
}

fn about(call: &CallRecord) -> String {
    let detail = call.detail.as_str();
    match (call.port, call.operation) {
        ("publisher", _) => {
            let types: Vec<&str> = detail.split(", ").map(|one| one.split(' ').next().unwrap_or_default()).collect();
            types.join(", ")
        }
        ("blobs", _) if detail.starts_with("answers/") => {
            format!("answers/{}", detail.rsplit('/').next().unwrap_or_default())
        }
        ("blobs", _) => format!("{}/", detail.split('/').next().unwrap_or_default()),
        ("queue", _) if detail.contains("-dlq") => "dead-letter queue".to_owned(),
        ("queue", _) | ("state_store", "due") => String::new(),
        ("state_store", "get" | "put" | "list" | "query") => {
            detail.split(['/', ' ']).next().unwrap_or_default().to_owned()
        }
        ("state_store", _) => String::new(),
        ("image_model", _) => "image".to_owned(),
        _ => detail.to_owned(),
    }
}
