//! The publisher suite passes what is right and names what is wrong.

use std::{collections::BTreeMap, sync::Arc};

use mesh_core::ports::Queue;
use mesh_testkit::{
    block_on,
    clock::ManualClock,
    suite::{
        Harness, Time,
        publisher::{Fixture, all, cases, check},
    },
};

use crate::{
    every_flaw_is_found,
    fakes::{
        MemoryPublisher, MemoryQueue,
        PublisherFlaw::{self, *},
    },
};

fn harness(flaw: Option<PublisherFlaw>) -> Harness<Fixture> {
    Harness::new(move || {
        let clock = Arc::new(ManualClock::new());
        let queue = |name| MemoryQueue::new(name, &clock, None, None);
        let (one, two, other) = (queue("one"), queue("two"), queue("other"));
        let subscriptions = BTreeMap::from([
            ("/widget/made".to_owned(), vec![Arc::clone(&one), Arc::clone(&two)]),
            ("/widget/sold".to_owned(), vec![Arc::clone(&other)]),
        ]);
        Fixture {
            publisher: Arc::new(MemoryPublisher::new(&clock, subscriptions, flaw)),
            channel: "/widget/made".to_owned(),
            queues: [one as Arc<dyn Queue>, two],
            other_channel: "/widget/sold".to_owned(),
            other_queue: other,
            failing_channel: Some("/widget/unknown".to_owned()),
            time: Time::Manual(clock),
            keep: None,
        }
    })
}

#[test]
fn a_correct_publisher_passes() {
    block_on(all(&harness(None)));
}

#[test]
fn every_flaw_is_found_by_its_case() {
    let flaws = [
        (DropsFailedEntries, "failed_entries_are_named"),
        (NamesByChunk, "failed_entries_are_named"),
        (FirstQueueOnly, "every_subscriber_gets_it"),
        (EveryQueue, "every_subscriber_gets_it"),
        (Raw, "it_arrives_as_a_notification"),
        (IdPerCopy, "copies_share_one_message_id"),
        (KnowsNoLimits, "eleven_attributes_are_refused"),
        (KnowsNoLimits, "a_larger_message_is_refused"),
        (KnowsNoLimits, "an_empty_body_is_refused"),
        (KnowsNoLimits, "control_characters_are_refused"),
        (SendsBeforeTheLimit, "eleven_attributes_are_refused"),
        (TakesTenOnly, "more_than_ten_are_chunked"),
        (FailsEmpty, "an_empty_batch_is_nothing"),
    ];
    let names = cases().into_iter().map(|case| case.name);
    every_flaw_is_found(names, &flaws, |flaw| block_on(check(&harness(Some(flaw)))));
}
