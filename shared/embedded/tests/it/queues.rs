//! What is particular to these queues.

use std::{collections::BTreeMap, time::Duration};

use mesh_core::ports::{PortError, Publisher, Queue};
use mesh_embedded::{QueueSpec, Redrive};
use mesh_testkit::block_on;

use crate::support::{Bench, CHANNEL, RETENTION, message, outbound, work};

const HOUR: Duration = Duration::from_secs(3_600);

fn is_limit<T: std::fmt::Debug>(answer: Result<T, PortError>) {
    assert!(matches!(answer, Err(PortError::Limit { .. })), "{answer:?}");
}

#[test]
fn what_sqs_refuses_is_refused() {
    for bench in Bench::both() {
        block_on(async {
            bench.store.queues().ensure(&[work()]).await.unwrap();
            let queue = bench.store.queue("work");
            for (max, wait, visibility) in [(0, 0, 0), (11, 0, 0), (1, 21, 0), (1, 0, 12 * 3_600 + 1)] {
                let visibility = Some(Duration::from_secs(visibility));
                is_limit(queue.receive(max, Duration::from_secs(wait), visibility).await);
            }
            let absent = bench.store.queue("absent").receive(1, Duration::ZERO, None).await;
            assert!(matches!(absent, Err(PortError::NotFound { .. })), "{absent:?}");
            is_limit(bench.store.queues().ensure(&[QueueSpec::new("with space")]).await);
            is_limit(bench.store.queues().ensure(&[QueueSpec { visibility: 13 * HOUR, ..QueueSpec::new("q") }]).await);
            let redrive = |dlq: &str, max_receive_count| QueueSpec {
                redrive: Some(Redrive { dlq: dlq.to_owned(), max_receive_count }),
                ..QueueSpec::new("q")
            };
            for bad in [redrive("q", 3), redrive("q-dlq", 0), redrive("q-dlq", 1_001), redrive("", 3)] {
                is_limit(bench.store.queues().ensure(&[bad]).await);
            }
        });
    }
}

#[test]
fn a_nack_is_counted_from_the_receive() {
    for bench in Bench::both() {
        block_on(async {
            bench.store.queues().ensure(&[work()]).await.unwrap();
            let queue = bench.store.queue("work");
            queue.send(&[outbound("m")]).await.unwrap();
            let got = queue.receive(1, Duration::ZERO, Some(12 * HOUR)).await.unwrap();
            bench.clock.advance(HOUR);
            is_limit(queue.nack(&got[0].receipt, 12 * HOUR).await);
            queue.nack(&got[0].receipt, 11 * HOUR).await.unwrap();
        });
    }
}

#[test]
fn a_receipt_ends_with_the_visibility() {
    for bench in Bench::both() {
        block_on(async {
            bench.store.queues().ensure(&[work(), QueueSpec::new("other")]).await.unwrap();
            let queue = bench.store.queue("work");
            queue.send(&[outbound("m")]).await.unwrap();
            let got = queue.receive(1, Duration::ZERO, None).await.unwrap();
            let receipts = [got[0].receipt.clone()];
            assert_eq!(bench.store.queue("other").ack(&receipts).await.unwrap(), []);
            assert_eq!(queue.depth().await.unwrap().in_flight, 1);
            bench.clock.advance(Duration::from_secs(30));
            // Nobody has received it since, but anybody could have.
            let refused = queue.ack(&receipts).await.unwrap();
            assert_eq!(refused[0].code, "ReceiptHandleIsInvalid");
            let refused = queue.nack(&receipts[0], Duration::ZERO).await;
            assert!(matches!(refused, Err(PortError::NotFound { .. })), "{refused:?}");
            assert_eq!(queue.depth().await.unwrap().visible, 1);
        });
    }
}

#[test]
fn a_dead_letter_keeps_its_time_and_expires_by_it() {
    for bench in Bench::both() {
        block_on(async {
            bench.store.queues().ensure(&[work()]).await.unwrap();
            let (queue, dlq) = (bench.store.queue("work"), bench.store.queue("work-dlq"));
            queue.send(&[outbound("m")]).await.unwrap();
            let sent_at = queue.peek(1).await.unwrap()[0].sent_at;
            bench.clock.advance(RETENTION / 2);
            for _ in 0..3 {
                let got = queue.receive(1, Duration::ZERO, None).await.unwrap();
                queue.nack(&got[0].receipt, Duration::ZERO).await.unwrap();
            }
            assert_eq!(queue.receive(1, Duration::ZERO, None).await.unwrap(), []);
            let dead = dlq.peek(10).await.unwrap();
            assert_eq!((dead[0].sent_at, dead[0].receive_count, dead[0].in_flight), (sent_at, 3, false));
            bench.clock.advance(RETENTION / 2);
            assert_eq!(dlq.depth().await.unwrap().total(), 0);
            assert_eq!(dlq.receive(1, Duration::ZERO, None).await.unwrap(), []);
        });
    }
}

#[test]
fn declarations_are_repeatable_and_complete() {
    for bench in Bench::both() {
        block_on(async {
            let queues = bench.store.queues();
            let channels = vec!["/a".to_owned(), "/b".to_owned()];
            let before = QueueSpec { channels, ..work() };
            queues.ensure(&[before.clone(), QueueSpec::new("other")]).await.unwrap();
            queues.ensure(std::slice::from_ref(&before)).await.unwrap();
            let listed = queues.list().await.unwrap();
            assert_eq!(listed, [QueueSpec::new("other"), before, QueueSpec::new("work-dlq")]);
            assert_eq!(bench.store.topics().list().await.unwrap(), ["/a", "/b"]);
            let after = QueueSpec { channels: vec!["/b".to_owned()], redrive: None, ..work() };
            queues.ensure(std::slice::from_ref(&after)).await.unwrap();
            assert_eq!(queues.list().await.unwrap()[1], after);
            let on_a = mesh_core::message::Message { channel: "/a".to_owned(), ..message(1) };
            assert_eq!(bench.store.topics().publish(&[on_a]).await.unwrap(), []);
            assert_eq!(bench.store.queue("work").depth().await.unwrap().total(), 0);
        });
    }
}

#[test]
fn a_raw_subscription_delivers_the_message_itself() {
    for bench in Bench::both() {
        block_on(async {
            bench.store.queues().ensure(&[work(), QueueSpec { raw: true, ..raw() }]).await.unwrap();
            bench.store.topics().publish(&[message(1)]).await.unwrap();
            let raw = bench.store.queue("raw").receive(1, Duration::ZERO, None).await.unwrap();
            assert_eq!((&raw[0].body, &raw[0].attributes), (&message(1).body, &message(1).attributes));
            let wrapped = bench.store.queue("work").receive(1, Duration::ZERO, None).await.unwrap();
            assert_eq!(wrapped[0].attributes, BTreeMap::new());
            assert_ne!(wrapped[0].message_id, raw[0].message_id);
        });
    }
}

fn raw() -> QueueSpec {
    QueueSpec { channels: vec![CHANNEL.to_owned()], ..QueueSpec::new("raw") }
}
