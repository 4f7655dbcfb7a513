//! One article, while a first process stands still before every single call of a port for longer than its lease and its
//! messages' visibility; a second one does the work meanwhile; then the first goes on where it stood.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{future::poll_fn, task::Poll};

use mesh_testkit::block_on;
use mesh_tests::{Mutation, World, check};
use serde_json::json;

fn world(mutation: Option<Mutation>) -> World {
    let world = World::with(mesh_core::Settings::default(), mutation, None);
    world.publish(
        "ContentRequest",
        &json!({"content_topic": "Urban Beekeeping", "word_count": 300, "request_id": "r1"}),
    );
    world
}

/// What is wrong after a stall before call `k`.
fn stall(mutation: Option<Mutation>, k: u64) -> Vec<String> {
    let world = world(mutation);
    world.plan.stall_at(k);
    let mut first = Box::pin(world.drain());
    let stalled = block_on(poll_fn(|context| match first.as_mut().poll(context) {
        Poll::Pending if world.plan.stalled() => Poll::Ready(true),
        Poll::Pending => Poll::Pending,
        Poll::Ready(()) => Poll::Ready(false),
    }));
    assert!(stalled, "there is a call {k}");
    let second = world.new_seats();
    block_on(world.drain_by(&second));
    world.plan.resume();
    block_on(first);
    block_on(check(&world, 1))
}

fn failures(mutation: Option<Mutation>) -> Vec<String> {
    let clean = world(mutation);
    block_on(clean.drain());
    let trace = clean.plan.trace();
    assert!(trace.len() > 50, "the whole mesh is recorded");
    let mut failures = Vec::new();
    for call in trace {
        failures.extend(stall(mutation, call.k).into_iter().map(|finding| format!("{call}: {finding}")));
        if mutation.is_some() && !failures.is_empty() {
            break;
        }
    }
    failures
}

#[test]
fn a_process_that_stood_still_does_nothing_twice() {
    let failures = failures(None);
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_test_notices_a_missing_lease_token() {
    assert!(!failures(Some(Mutation::NoLeaseToken)).is_empty());
}
