//! Invocations that are no batch.

use serde_json::{Value, json};

use crate::support::{Bench, batch};

#[test]
fn the_schedule_sweeps() {
    let bench = Bench::new();
    assert_eq!(bench.invoke(json!({ "sweep": true })).expect("an answer"), json!({ "sent": 0 }));
}

#[test]
fn an_empty_batch_has_no_failures() {
    assert_eq!(Bench::new().invoke(batch(&[])).expect("an answer"), json!({ "batchItemFailures": [] }));
}

#[test]
fn anything_else_is_refused() {
    let events =
        [Value::Null, json!([]), json!("sweep"), json!({}), json!({ "sweep": false }), json!({ "Records": "none" })];
    for event in events {
        let refusal = Bench::new().invoke(event.clone()).expect_err("refused").to_string();
        assert!(refusal.starts_with("the event is neither a batch of SQS records nor"), "{event}: {refusal}");
    }
}
