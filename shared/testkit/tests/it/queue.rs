//! The queue suite passes what is right and names what is wrong.

use std::sync::Arc;

use mesh_testkit::{
    block_on,
    clock::ManualClock,
    suite::{
        Harness, Time,
        queue::{Fixture, all, cases, check},
    },
};

use crate::{
    every_flaw_is_found,
    fakes::{
        MemoryQueue,
        QueueFlaw::{self, *},
        RETENTION,
    },
};

fn harness(flaw: Option<QueueFlaw>) -> Harness<Fixture> {
    Harness::new(move || {
        let clock = Arc::new(ManualClock::new());
        let dlq = MemoryQueue::new("widgets-dlq", &clock, None, flaw);
        let queue = MemoryQueue::new("widgets", &clock, Some((Arc::clone(&dlq), 3)), flaw);
        Fixture { retention: Some(RETENTION), ..Fixture::new(queue, dlq, Time::Manual(clock)) }
    })
}

#[test]
fn a_correct_queue_passes() {
    block_on(all(&harness(None)));
}

#[test]
fn every_flaw_is_found_by_its_case() {
    let flaws = [
        (DeletesOnReceive, "hidden_comes_back"),
        (AcksByMessage, "a_stale_ack_removes_nothing"),
        (NacksByMessage, "a_stale_nack_exposes_nothing"),
        (NeverHides, "received_is_hidden"),
        (NacksAtOnce, "nack_delays"),
        (ShortensNacks, "nack_beyond_twelve_hours_is_refused"),
        (ShortensDelays, "a_longer_delay_is_refused"),
        (IgnoresVisibility, "visibility_can_be_given"),
        (RepeatsReceipts, "hidden_comes_back"),
        (RepeatsReceipts, "a_stale_ack_removes_nothing"),
        (CountsOnce, "deliveries_are_counted"),
        (CountsOnce, "too_often_received_is_moved"),
        (NeverRedrives, "too_often_received_is_moved"),
        (RedriveRewrites, "moved_is_unchanged"),
        (KnowsNoLimits, "a_larger_message_is_refused"),
        (KnowsNoLimits, "eleven_attributes_are_refused"),
        (KnowsNoLimits, "an_empty_body_is_refused"),
        (KnowsNoLimits, "control_characters_are_refused"),
        (SendsBeforeTheLimit, "eleven_attributes_are_refused"),
        (KeepsForEver, "retention_ends_a_message"),
        (NeverWaits, "a_receive_waits_for_the_first"),
        (HidesDelayed, "depth_tells_the_three_apart"),
        (StopsAtStrangeReceipts, "a_strange_receipt_spares_the_rest"),
        (DropsAttributes, "a_message_arrives_as_sent"),
        (AcksNothing, "acked_is_gone"),
        (AcksNothing, "ten_arrive_and_are_acked"),
        (FailsSecondAck, "acking_twice_is_harmless"),
        (WaitsForEver, "an_idle_receive_ends"),
        (LimitsTooEarly, "the_largest_message_is_taken"),
    ];
    let names = cases().into_iter().map(|case| case.name);
    every_flaw_is_found(names, &flaws, |flaw| block_on(check(&harness(Some(flaw)))));
}
