//! The agent in its queue: what is sent to it, and what it answers.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{sync::Arc, time::Duration};

use mesh_core::{
    Policy, Settings,
    ports::{Clock, Entropy, Models, OutboundMessage},
};
use mesh_embedded::{
    Store,
    host::{self, Host},
};
use mesh_testkit::{block_on, clock::ManualClock, entropy::SeededEntropy};
use serde_json::{Value, json};

/// What the agent publishes when `body` arrives as a request with an id.
fn answers(body: &Value) -> Vec<(String, Value)> {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new());
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
    let store = Store::in_memory(Arc::clone(&clock), Arc::clone(&entropy)).expect("a store");
    let settings = Settings::default();
    let ports = host::ports(&store, clock, entropy, Models::none(), &settings);
    let agent = agent_echo::agent(&settings).expect("an agent");
    let host = block_on(Host::new(store.clone(), &ports, vec![agent], Policy::default())).expect("a host");
    let seat = &host.agents()[0];
    let attributes = [("ce-id", "1"), ("ce-source", "/test"), ("ce-type", "EchoRequested")];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let message = OutboundMessage { body: body.to_string(), attributes, ..OutboundMessage::default() };
    block_on(seat.queue.send(&[message])).expect("sent");
    for delivery in block_on(seat.queue.receive(1, Duration::ZERO, None)).expect("received") {
        assert!(block_on(seat.runner.process(&delivery, None)).is_ack());
    }
    let journal = block_on(store.journal().since(0, None, 100)).expect("a journal");
    let event = |entry: &mesh_embedded::JournalEntry| {
        (entry.event_type.clone().expect("a type"), serde_json::from_str(&entry.body).expect("JSON"))
    };
    journal.iter().map(event).collect()
}

#[test]
fn a_request_is_answered() {
    let expected = ("Echoed".to_owned(), json!({"message": "hello"}));
    assert_eq!(answers(&json!({"message": "hello"})), [expected]);
}

#[test]
fn a_request_that_breaks_its_contract_is_refused_with_the_reason() {
    let answers = answers(&json!({"message": "  "}));
    assert_eq!(answers[0].0, "ValidationError");
    assert_eq!(answers[0].1["details"][0]["limit"], "not blank");
}
