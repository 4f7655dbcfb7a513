//! A sample of the simulation, and the proof that it can fail. `make simulate` runs many more seeds.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use mesh_core::{
    envelope::{Outgoing, encode},
    ids,
    ports::Clock,
};
use mesh_testkit::block_on;
use mesh_tests::{Mutation, World, check, simulation};
use serde_json::json;
use uuid::Uuid;

/// Seeds of the sample.
const SAMPLE: u64 = 150;
/// Within so many seeds every broken rule is found.
const ENOUGH: u64 = 1_000;

/// Simulates seeds from 0 on all cores until `enough` says so; the first that broke an invariant, with what it broke.
fn first_failure(seeds: u64, mutation: Option<Mutation>) -> Option<(u64, Vec<String>)> {
    let (next, found) = (AtomicU64::new(0), Mutex::new(None));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return;
            }
            let findings = simulation::run(seed, mutation).findings;
            let mut found = found.lock().unwrap();
            if !findings.is_empty() && found.as_ref().is_none_or(|(first, _)| seed < *first) {
                *found = Some((seed, findings));
                next.store(seeds, Ordering::Relaxed);
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    found.into_inner().unwrap()
}

#[test]
fn no_seed_of_the_sample_breaks_an_invariant() {
    if let Some((seed, findings)) = first_failure(SAMPLE, None) {
        panic!("cargo run --release -p simulator -- --seed {seed}\n{}", findings.join("\n"));
    }
    println!("{SAMPLE} seeds, all right");
}

#[test]
fn a_seed_repeats_its_history_byte_for_byte() {
    for seed in [3, 5, 8, 13] {
        let first = simulation::run(seed, None);
        let again = thread::spawn(move || simulation::run(seed, None)).join().expect("a history");
        let text =
            |report: &simulation::Report| -> Vec<String> { report.history.iter().map(ToString::to_string).collect() };
        let (first_text, again_text) = (text(&first), text(&again));
        let differs = first_text.iter().zip(&again_text).position(|(one, other)| one != other);
        assert_eq!(differs.map(|line| (&first_text[line], &again_text[line])), None, "seed {seed}");
        assert_eq!(first, again, "seed {seed}");
        assert!(first.history.len() > 20, "seed {seed} tells {} lines", first.history.len());
    }
    assert_ne!(simulation::run(3, None).history, simulation::run(5, None).history);
}

#[test]
fn every_broken_rule_is_found_within_a_thousand_seeds() {
    for mutation in Mutation::ALL {
        let found = first_failure(ENOUGH, Some(mutation));
        let (seed, findings) = found.unwrap_or_else(|| panic!("{mutation} is not found in {ENOUGH} seeds"));
        println!("{mutation}: seed {seed}, {}", findings[0]);
    }
}

/// Found by the simulation: the original was replayed from its dead-letter queue after an edited copy of it had been
/// handled, and could never be concluded.
#[test]
fn a_request_that_is_handled_after_its_copy_is_a_further_revision() {
    let world = World::new();
    let data = json!({"content_topic": "Urban Beekeeping", "word_count": 300, "request_id": "r1"});
    let copy = Uuid::from_u128(7);
    world.send(encode(&Outgoing {
        spec: mesh_contracts::find_type("ContentRequest").expect("a known type"),
        id: copy,
        emitter: "test",
        subject: None,
        time: world.clock.now(),
        correlation_id: copy,
        parent: None,
        origin: Some(ids::of_request("", "r1")),
        data: &data,
    }));
    block_on(world.drain());
    world.publish("ContentRequest", &data);
    block_on(world.drain());
    assert_eq!(block_on(world.dead_letters()), 0);
    let revisions: Vec<_> = world.events("ContentReady").iter().map(|ready| ready["revision"].clone()).collect();
    assert_eq!(revisions, [1, 2]);
    let findings = block_on(check(&world, 2));
    assert!(findings.iter().all(|finding| !finding.starts_with("run ")), "both runs end: {findings:?}");
}

/// Found by the simulation: a copy, and a revision that was under way, came to the same revision of an article; the second
/// of them met the record of the first one's review for ever.
#[test]
fn the_second_draft_of_a_revision_ends_its_run_by_name() {
    let world = World::new();
    let data = json!({"content_topic": "Urban Beekeeping", "word_count": 300, "request_id": "r1"});
    world.publish("ContentRequest", &data);
    block_on(world.drain());
    let mut again = world.events("ContentReady")[0].clone();
    again.as_object_mut().expect("an object").remove("request_id");
    world.publish("ContentReady", &again);
    block_on(world.drain());
    let failures = world.events("ReviewError");
    assert_eq!((failures.len(), &failures[0]["code"], &failures[0]["final"]), (1, &json!("SUPERSEDED"), &json!(true)));
    assert_eq!((block_on(world.dead_letters()), world.events("ContentPublished").len()), (0, 1));
}
