//! What is in the tables: times to live, the sparse index, a lagging index, runs.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use mesh_core::{
    Timestamp,
    ports::{Clock, DocKey, LedgerState, PortError, StateStore, Suspension, WriteMode},
};
use uuid::Uuid;

use crate::bench::{AGENT, Bench, KIND, commit, outbox, write};

const DAY: u64 = 24 * 3_600;

impl Bench {
    async fn item(&self, n: u128) -> HashMap<String, AttributeValue> {
        let key = AttributeValue::S(Uuid::from_u128(n).to_string());
        let request = self.client.get_item().table_name(self.names.ledger(AGENT)).key("event_id", key);
        request.consistent_read(true).send().await.expect("GetItem").item.expect("an item")
    }
}

/// A number of an item, if it is there.
fn number(item: &HashMap<String, AttributeValue>, name: &str) -> Option<i64> {
    item.get(name).map(|value| value.as_n().expect("a number").parse().expect("whole"))
}

/// Pending, expiry in milliseconds, time to live in seconds.
fn marks(item: &HashMap<String, AttributeValue>) -> (bool, Option<i64>, Option<i64>) {
    (item.contains_key("pending"), number(item, "expires_ms"), number(item, "expires_at"))
}

#[tokio::test]
async fn the_time_to_live_is_there_only_when_nothing_waits() {
    let bench = Bench::new().await;
    bench.clock.advance(Duration::from_millis(1));
    let expiry = |at: Timestamp| {
        let ms = at.plus(Duration::from_secs(90 * DAY)).0;
        (false, Some(ms), Some(ms / 1_000 + 1))
    };
    bench.begin(1, 1).await;
    assert_eq!(marks(&bench.item(1).await), expiry(bench.clock.now()));
    bench.store.commit(&commit(1, 1, vec![], outbox(0..2))).await.expect("commit");
    assert_eq!(marks(&bench.item(1).await), (true, None, None));
    bench.store.dispatched(AGENT, Uuid::from_u128(1), &[0]).await.expect("dispatched");
    assert_eq!(marks(&bench.item(1).await), (true, None, None));
    bench.clock.advance(Duration::from_secs(DAY));
    bench.store.dispatched(AGENT, Uuid::from_u128(1), &[1]).await.expect("dispatched");
    assert_eq!(marks(&bench.item(1).await), expiry(bench.clock.now()));
}

#[tokio::test]
async fn what_is_suspended_gets_no_time_to_live_from_a_dispatch() {
    let bench = Bench::new().await;
    bench.begin(1, 1).await;
    let (event_id, token) = (Uuid::from_u128(1), Uuid::from_u128(1));
    let suspension =
        Suspension { agent: AGENT.to_owned(), event_id, token, code: "BOOM".to_owned(), outbox: outbox([100]) };
    assert!(bench.store.suspend(&suspension).await.expect("suspend"));
    assert_eq!(marks(&bench.item(1).await), (true, None, None));
    bench.store.dispatched(AGENT, event_id, &[100]).await.expect("dispatched");
    assert_eq!(marks(&bench.item(1).await), (false, None, None));
    bench.clock.advance(Duration::from_secs(365 * DAY));
    let entry = bench.store.entry(AGENT, event_id).await.expect("entry").expect("an entry");
    assert_eq!(entry.state, LedgerState::Suspended { code: "BOOM".to_owned() });
}

#[tokio::test]
async fn a_lagging_index_publishes_nothing_again() {
    let bench = Bench::new().await;
    bench.handled(1, vec![], outbox([0])).await;
    bench.handled(2, vec![], outbox([0])).await;
    // The index still names the first event, though all of it is dispatched.
    let request = bench.client.update_item().table_name(bench.names.ledger(AGENT));
    let request = request.key("event_id", AttributeValue::S(Uuid::from_u128(1).to_string()));
    request.update_expression("REMOVE waiting").send().await.expect("UpdateItem");
    let due = bench.store.due(AGENT, Duration::ZERO, 1).await.expect("due");
    assert_eq!(due.into_iter().map(|(event_id, _)| event_id).collect::<Vec<_>>(), [Uuid::from_u128(2)]);
}

#[tokio::test]
async fn due_goes_on_over_pages() {
    let bench = Bench::new().await;
    for n in 1..=5 {
        bench.handled(n, vec![], outbox([0])).await;
        bench.clock.advance(Duration::from_secs(1));
    }
    for limit in 0..=6 {
        let due = bench.store.due(AGENT, Duration::ZERO, limit).await.expect("due");
        let events: Vec<u128> = due.into_iter().map(|(event_id, _)| event_id.as_u128()).collect();
        assert_eq!(events, (1..=5).take(limit).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_run_is_read_in_its_order() {
    let bench = Bench::new().await;
    for n in [3, 1, 2] {
        bench.handled(n, vec![], outbox([0])).await;
        bench.clock.advance(Duration::from_secs(1));
    }
    let mut other = bench.request(4, 4);
    other.correlation_id = Uuid::from_u128(8);
    bench.store.begin(&other).await.expect("begin");
    let run = bench.store.entries_of_run(AGENT, Uuid::from_u128(7)).await.expect("a run");
    assert_eq!(run.iter().map(|entry| entry.event_id.as_u128()).collect::<Vec<_>>(), [3, 1, 2]);
    assert!(run.iter().all(|entry| entry.outbox.len() == 1 && matches!(entry.state, LedgerState::Done { .. })));
    assert!(bench.store.entries_of_run(AGENT, Uuid::from_u128(9)).await.expect("a run").is_empty());
}

#[tokio::test]
async fn a_table_that_is_not_there_is_not_found() {
    let bench = Bench::new().await;
    let error = bench.store.get(&DocKey::new("gizmo", "a")).await.expect_err("no such table");
    assert!(matches!(&error, PortError::NotFound { what, .. } if what.contains("-gizmo")), "{error}");
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_not_shown() {
    let bench = Bench::new().await;
    bench.handled(1, vec![write(WriteMode::Create, "w")], vec![]).await;
    let request = bench.client.update_item().table_name(bench.names.table(KIND));
    let request = request.key("partition", AttributeValue::S("w".to_owned()));
    let request = request.key("id", AttributeValue::S("w".to_owned()));
    let request = request.update_expression("SET version = :secret");
    let request = request.expression_attribute_values(":secret", AttributeValue::S("hush".to_owned()));
    request.send().await.expect("UpdateItem");
    let error = bench.store.get(&DocKey::new(KIND, "w")).await.expect_err("corrupt");
    let text = format!("{error} {error:?}");
    assert!(text.contains("document w") && text.contains("`version`") && !text.contains("hush"), "{text}");
}
