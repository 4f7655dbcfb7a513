//! The provider is down while requests wait: the circuit keeps their attempts from being burnt, and the queue's backstop
//! from taking them. `make outage` lives through an hour of it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

#[path = "outage/mod.rs"]
mod outage;

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use mesh_core::{Settings, ports::TextModel};
use mesh_testkit::block_on;
use mesh_tests::{World, check};
use outage::{Moody, Outage};
use serde_json::json;

const REQUESTS: usize = 12;

#[test]
fn an_outage_costs_three_calls_and_a_probe_a_minute_and_no_request() {
    let model = Arc::new(Moody::default());
    let world = World::with(Settings::default(), None, Some(Arc::clone(&model) as Arc<dyn TextModel>));
    for number in 0..REQUESTS {
        let topic = format!("Bees in quarter {number}");
        world.publish(
            "ContentRequest",
            &json!({"content_topic": topic, "word_count": 300, "request_id": format!("r{number}")}),
        );
    }
    block_on(world.seats[0].round());
    assert_eq!(model.calls.load(Ordering::Relaxed), 3, "then the circuit is open");
    for _ in 0..60 {
        world.clock.advance(Duration::from_secs(10));
        block_on(world.seats[0].round());
    }
    let during = model.calls.load(Ordering::Relaxed);
    assert!((4..=14).contains(&during), "{during} calls in ten minutes: about one probe a minute");
    model.well.store(true, Ordering::Relaxed);
    block_on(world.drain());
    assert_eq!(block_on(check(&world, REQUESTS)), [""; 0]);
    assert_eq!(block_on(world.dead_letters()), 0);
}

#[test]
fn requests_that_arrive_during_an_outage_are_all_published_after_it() {
    let figures = Outage { minutes: 10, requests_per_minute: 6, ..Outage::default() }.run();
    println!("{figures}");
    assert_eq!((figures.published, figures.findings.as_slice()), (60, &[][..]));
    assert_eq!((figures.suspended, figures.dead_letters), (0, 0));
    assert!(figures.calls <= 14, "{figures}");
}

#[test]
fn invalid_requests_do_not_pass_for_an_answer_of_the_provider() {
    let figures = Outage { minutes: 10, requests_per_minute: 6, invalid_per_minute: 6, ..Outage::default() }.run();
    println!("{figures}");
    assert_eq!((figures.published, figures.suspended, figures.dead_letters), (60, 0, 0));
    assert!(figures.calls <= 14, "{figures}");
}

#[test]
fn a_provider_that_answers_now_and_then_costs_no_request() {
    let figures = Outage { minutes: 45, requests_per_minute: 1, answers_every: 4, ..Outage::default() }.run();
    println!("{figures}");
    assert_eq!((figures.published, figures.suspended, figures.dead_letters), (45, 0, 0));
    assert!(figures.receives < 20, "{figures}");
}
