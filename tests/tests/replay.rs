//! A suspended message: replayed, moved by hand, replayed twice, and once more after it was done.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "replay/predictions.rs"]
mod predictions;

use std::{sync::Arc, time::Duration};

use mesh_core::{
    Settings,
    ports::{Delivery, LedgerState, OutboundMessage, Queue, StateStore},
    runner::Quarantined,
};
use mesh_models::OfflineTextModel;
use mesh_testkit::block_on;
use mesh_tests::{World, check};
use serde_json::json;

/// A mesh whose model fails five times and is well again: the request is suspended.
fn suspended() -> World {
    let model = OfflineTextModel::from_name("offline/text-v1+fault=server_error:5").expect("a model");
    let world = World::with(Settings::default(), None, Some(Arc::new(model)));
    world.publish(
        "ContentRequest",
        &json!({"content_topic": "Urban Beekeeping", "word_count": 300, "request_id": "r1"}),
    );
    block_on(world.drain());
    assert_eq!(block_on(world.dead_letters()), 1);
    world
}

/// Receive, send the body as received, confirm, remove: what every replay does.
fn replay(world: &World) -> Vec<Delivery> {
    let (dlq, queue) = (world.store.queue("content-gen-dlq"), world.store.queue("content-gen"));
    let letters = block_on(dlq.receive(10, Duration::ZERO, None)).expect("letters");
    for letter in &letters {
        send(&queue, letter);
        block_on(dlq.ack(std::slice::from_ref(&letter.receipt))).expect("removed");
    }
    letters
}

fn send(queue: &dyn Queue, letter: &Delivery) {
    let message = OutboundMessage {
        body: letter.body.clone(),
        attributes: letter.attributes.clone(),
        ..OutboundMessage::default()
    };
    assert_eq!(block_on(queue.send(&[message])).expect("sent"), []);
}

fn published(world: &World) -> usize {
    let journal = block_on(world.store.journal().since(0, None, 10_000)).expect("a journal");
    journal.iter().filter(|entry| entry.event_type.as_deref() == Some("ContentPublished")).count()
}

#[test]
fn a_replayed_message_completes() {
    let world = suspended();
    replay(&world);
    block_on(world.drain());
    assert_eq!(block_on(check(&world, 1)), [""; 0]);
    assert_eq!(block_on(world.dead_letters()), 0);
}

#[test]
fn the_same_message_replayed_twice_changes_nothing() {
    let world = suspended();
    let letters = replay(&world);
    // The second copy arrives together with the first, and a third one when all is done.
    send(&world.store.queue("content-gen"), &letters[0]);
    block_on(world.drain());
    send(&world.store.queue("content-gen"), &letters[0]);
    block_on(world.drain());
    assert_eq!(block_on(check(&world, 1)), [""; 0]);
    assert_eq!(published(&world), 1);
}

#[test]
fn a_native_redrive_without_our_attributes_completes_as_well() {
    let world = suspended();
    let dlq = world.store.queue("content-gen-dlq");
    let letter = block_on(dlq.receive(1, Duration::ZERO, None)).expect("a letter").remove(0);
    // A redrive from the console keeps the body and gives the message a new id.
    let bare = Delivery { attributes: Default::default(), ..letter };
    send(&world.store.queue("content-gen"), &bare);
    block_on(dlq.ack(&[bare.receipt])).expect("removed");
    block_on(world.drain());
    assert_eq!(block_on(check(&world, 1)), [""; 0]);
}

#[test]
fn a_dead_letter_is_the_message_as_received_and_names_its_origin() {
    let world = suspended();
    let letter =
        block_on(world.store.queue("content-gen-dlq").receive(1, Duration::ZERO, None)).expect("a letter").remove(0);
    assert_eq!(letter.attributes["mesh-code"], "MODEL_SERVER_ERROR");
    assert_eq!(letter.attributes["mesh-agent"], "content-gen");
    let event_id: uuid::Uuid = letter.attributes["mesh-event-id"].parse().expect("an id");
    let entry = block_on(world.store.state().entry("content-gen", event_id)).expect("a read").expect("an entry");
    assert_eq!(entry.state, LedgerState::Suspended { code: "MODEL_SERVER_ERROR".into() });
    let key = mesh_core::runner::quarantine_key("content-gen", event_id);
    let (_, kept) = block_on(mesh_core::ports::BlobsExt::get_bytes(&world.store.blobs(), &key, 1_000_000))
        .expect("a read")
        .expect("quarantined");
    let kept: Quarantined = serde_json::from_slice(&kept).expect("JSON");
    assert_eq!(kept.body, letter.body);
}

#[test]
fn an_event_that_keeps_failing_is_announced_once_a_suspension() {
    let model = OfflineTextModel::from_name("offline/text-v1+fault=server_error:10").expect("a model");
    let world = World::with(Settings::default(), None, Some(Arc::new(model)));
    world.publish(
        "ContentRequest",
        &json!({"content_topic": "Urban Beekeeping", "word_count": 300, "request_id": "r1"}),
    );
    block_on(world.drain());
    replay(&world);
    block_on(world.drain());
    let notices = || {
        let journal = block_on(world.store.journal().since(0, None, 10_000)).expect("a journal");
        journal.iter().filter(|entry| entry.event_type.as_deref() == Some("GenFailure")).count()
    };
    assert_eq!((notices(), block_on(world.dead_letters())), (2, 1));
    replay(&world);
    block_on(world.drain());
    assert_eq!(block_on(check(&world, 1)), [""; 0]);
    assert_eq!(notices(), 2);
}

#[test]
fn an_outcome_that_is_sent_once_more_is_the_same_byte_for_byte_and_changes_nothing() {
    let world = World::new();
    let id = world.publish(
        "ContentRequest",
        &json!({"content_topic": "Urban Beekeeping", "word_count": 300, "request_id": "r1"}),
    );
    block_on(world.drain());
    let entry = block_on(world.store.state().entry("content-gen", id)).expect("a read").expect("an entry");
    let journal = || block_on(world.store.journal().since(0, None, 10_000)).expect("a journal");
    let before = journal();
    assert_eq!(block_on(mesh_core::runner::redispatch(&world.ports(), &entry)).expect("sent"), 1);
    block_on(world.drain());
    let after = journal();
    let again = after.last().expect("an event");
    let first = before.iter().find(|one| one.event_id == again.event_id).expect("the same event");
    assert_eq!((&first.body, &first.attributes), (&again.body, &again.attributes));
    assert_eq!(after.len(), before.len() + 1, "nobody said anything about it");
    assert_eq!(published(&world), 1);
}
