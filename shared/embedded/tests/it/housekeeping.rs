//! What a purge removes, and what it must not.

use std::time::Duration;

use bytes::Bytes;
use mesh_core::ports::{BlobsExt, Publisher, PutCondition, Queue, StateStore, Suspension, WriteMode};
use mesh_embedded::Purged;
use mesh_testkit::block_on;
use uuid::Uuid;

use crate::support::{Bench, RETENTION, begin, commit, message, outbound, work, write};

const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn fill(bench: &Bench) {
    let (store, state) = (&bench.store, bench.store.state());
    store.queues().ensure(&[work()]).await.unwrap();
    store.queue("work").send(&[outbound("m")]).await.unwrap();
    store.topics().publish(&[message(1), message(2)]).await.unwrap();
    let mut mortal = write(WriteMode::Create, "mortal");
    mortal.document.expires_at = Some(mesh_core::ports::Clock::now(&*bench.clock).plus(DAY));
    state.begin(&begin(1, 1, &*bench.clock)).await.unwrap();
    state.commit(&commit(1, 1, vec![mortal, write(WriteMode::Create, "immortal")])).await.unwrap();
    state.begin(&begin(2, 2, &*bench.clock)).await.unwrap();
    let (agent, event_id, token) = ("alpha".to_owned(), Uuid::from_u128(2), Uuid::from_u128(2));
    let suspension = Suspension { agent, event_id, token, code: "BOOM".to_owned(), outbox: Vec::new() };
    assert!(state.suspend(&suspension).await.unwrap());
    for body in ["one", "two"] {
        store.blobs().put_bytes("k", Bytes::from(body), "text/plain", PutCondition::Any).await.unwrap();
    }
}

#[test]
fn everything_goes_when_its_time_is_over() {
    for bench in Bench::both() {
        block_on(async {
            fill(&bench).await;
            assert_eq!(bench.store.purge().await.unwrap(), Purged::default());
            bench.clock.advance(DAY);
            let purged = bench.store.purge().await.unwrap();
            assert_eq!((purged.documents, purged.bodies, purged.messages, purged.ledger), (1, 1, 0, 0));
            bench.clock.advance(RETENTION);
            let purged = bench.store.purge().await.unwrap();
            assert_eq!((purged.messages, purged.journal), (3, 2));
            bench.clock.advance(90 * DAY);
            let purged = bench.store.purge().await.unwrap();
            assert_eq!((purged.ledger, purged.more), (1, false));
            let suspended = bench.store.state().entry("alpha", Uuid::from_u128(2)).await.unwrap();
            assert!(suspended.is_some(), "what is suspended never expires");
            let (_, body) = bench.store.blobs().get_bytes("k", 10).await.unwrap().unwrap();
            assert_eq!(body, "two");
            assert_eq!(bench.store.journal().last_seq().await.unwrap(), 0);
            bench.store.topics().publish(&[message(3)]).await.unwrap();
            assert_eq!(bench.store.journal().last_seq().await.unwrap(), 3, "a number is never used again");
        });
    }
}

#[test]
fn a_purge_goes_in_steps() {
    let bench = Bench::in_memory();
    block_on(async {
        bench.store.queues().ensure(&[work()]).await.unwrap();
        for _ in 0..60 {
            let batch: Vec<_> = (0..10).map(|_| outbound("m")).collect();
            bench.store.queue("work").send(&batch).await.unwrap();
        }
        bench.clock.advance(RETENTION);
        let first = bench.store.purge().await.unwrap();
        let second = bench.store.purge().await.unwrap();
        assert_eq!((first.messages, first.more), (500, true));
        assert_eq!((second.messages, second.more), (100, false));
    });
}
