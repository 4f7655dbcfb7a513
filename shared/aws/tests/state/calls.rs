//! How many calls each step costs.

use std::time::Duration;

use mesh_core::ports::{Begun, CommitAnswer, DocKey, IdRange, Query, QueryBy, StateStore, Suspension, WriteMode};
use uuid::Uuid;

use crate::bench::{AGENT, Bench, KIND, commit, outbox, write};

#[tokio::test]
async fn an_event_costs_three() {
    let bench = Bench::new().await;
    bench.begin(1, 1).await;
    assert_eq!(bench.calls(), ["PutItem"]);
    let writes = vec![write(WriteMode::Create, "a"), write(WriteMode::Check(0), "b")];
    bench.store.commit(&commit(1, 1, writes, outbox(0..2))).await.expect("commit");
    assert_eq!(bench.calls(), ["TransactWriteItems"]);
    bench.store.dispatched(AGENT, Uuid::from_u128(1), &[1, 0]).await.expect("dispatched");
    assert_eq!(bench.calls(), ["UpdateItem"]);
    bench.store.dispatched(AGENT, Uuid::from_u128(1), &[]).await.expect("dispatched");
    assert!(bench.calls().is_empty());
}

#[tokio::test]
async fn a_begin_that_is_answered_costs_one() {
    let bench = Bench::new().await;
    bench.handled(1, vec![], outbox([0])).await;
    bench.begin(2, 2).await;
    bench.calls();
    assert!(matches!(bench.begin(1, 9).await, Begun::Done { undispatched } if undispatched.len() == 1));
    assert!(matches!(bench.begin(2, 9).await, Begun::Held { .. }));
    assert_eq!(bench.begin(2, 2).await, Begun::Started { attempt: 1, suspensions: 0 });
    let mut other = bench.request(2, 9);
    other.fingerprint = "0".repeat(64);
    assert_eq!(bench.store.begin(&other).await.expect("begin"), Begun::Reused);
    assert_eq!(bench.calls(), ["PutItem"; 4]);
}

#[tokio::test]
async fn a_later_attempt_costs_one_more() {
    let bench = Bench::new().await;
    bench.begin(1, 1).await;
    bench.calls();
    bench.store.release(AGENT, Uuid::from_u128(1), Uuid::from_u128(1), true).await.expect("release");
    assert_eq!(bench.calls(), ["UpdateItem"]);
    assert_eq!(bench.begin(1, 2).await, Begun::Started { attempt: 2, suspensions: 0 });
    assert_eq!(bench.calls(), ["PutItem", "UpdateItem"]);
}

#[tokio::test]
async fn a_suspension_costs_one_and_its_notice_a_part() {
    let bench = Bench::new().await;
    bench.begin(1, 1).await;
    bench.calls();
    let (event_id, token) = (Uuid::from_u128(1), Uuid::from_u128(1));
    let suspension =
        Suspension { agent: AGENT.to_owned(), event_id, token, code: "BOOM".to_owned(), outbox: outbox([100]) };
    assert!(bench.store.suspend(&suspension).await.expect("suspend"));
    assert_eq!(bench.calls(), ["UpdateItem"]);
    assert!(bench.store.suspend(&suspension).await.expect("a repeated suspend"), "it happened");
    bench.begin(1, 2).await;
    bench.calls();
    let answer = bench.store.commit(&commit(1, 2, vec![], outbox([0]))).await.expect("commit");
    assert_eq!((answer, bench.calls().len()), (CommitAnswer::Committed, 2), "a notice was waiting");
    bench.store.dispatched(AGENT, event_id, &[0]).await.expect("dispatched");
    assert_eq!(bench.calls(), ["UpdateItem", "UpdateItem"]);
}

#[tokio::test]
async fn reads_cost_one() {
    let bench = Bench::new().await;
    let mut owned = write(WriteMode::Create, "default/a");
    owned.document.owner = Some("site".to_owned());
    bench.handled(1, vec![owned], outbox([0])).await;
    bench.calls();
    bench.store.get(&DocKey::new(KIND, "default/a")).await.expect("get").expect("a document");
    bench.store.entry(AGENT, Uuid::from_u128(1)).await.expect("entry").expect("an entry");
    assert_eq!(bench.calls(), ["GetItem", "GetItem"]);
    let range = IdRange { from: Some("default/".to_owned()), to: Some("default0".to_owned()) };
    assert_eq!(bench.store.list(KIND, &range, 1).await.expect("list").len(), 1);
    let by = QueryBy::Owner("site".to_owned());
    let query = Query { kind: KIND.to_owned(), by, limit: 10, cursor: None };
    assert_eq!(bench.store.query(&query).await.expect("query").documents.len(), 1);
    assert_eq!(bench.calls(), ["Query", "Query"]);
    assert_eq!(bench.store.list(KIND, &IdRange::default(), 1).await.expect("list").len(), 1);
    assert_eq!(bench.calls(), ["Scan"]);
    assert_eq!(bench.store.due(AGENT, Duration::ZERO, 100).await.expect("due").len(), 1);
    assert_eq!(bench.calls(), ["Query", "BatchGetItem"]);
}

#[tokio::test]
async fn what_breaks_a_limit_costs_nothing() {
    let bench = Bench::new().await;
    let mut deep = write(WriteMode::Create, "a");
    deep.document.body = (0..31).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
    bench.store.commit(&commit(1, 1, vec![deep], vec![])).await.expect_err("a limit");
    assert!(bench.store.get(&DocKey::new(KIND, "")).await.expect("get").is_none());
    assert!(bench.calls().is_empty());
}
