//! Batches of records: each has a fate of its own.

use std::{sync::atomic::Ordering, time::Duration};

use mesh_aws::host::Refusal;
use mesh_core::ports::Clock;
use serde_json::{Value, json};

use crate::support::{Bench, Hiding, batch, record, reported};

/// A notification, a message that is no JSON, one that is to come again, and one that cannot be read.
const DOCUMENTED: &str = include_str!("fixtures/batch.json");

fn documented() -> Value {
    serde_json::from_str(DOCUMENTED).expect("a fixture")
}

#[test]
fn each_record_of_a_batch_has_its_own_fate() {
    let bench = Bench::new();
    let answer = bench.invoke(documented()).expect("an answer");
    let again = ["4f0d1c5e-2f0a-4bb6-9c7e-2b5a1f6f8a11", "9d6c7b1a-0000-4000-8000-000000000004"];
    assert_eq!(reported(&answer), again);
    assert_eq!(bench.published(), ["Echoed", "ValidationError"]);
    assert_eq!(bench.handled(), 2, "what breaks its contract never reaches the agent");
}

#[test]
fn what_comes_again_is_hidden_for_the_back_off() {
    let bench = Bench::new();
    bench.invoke(documented()).expect("an answer");
    let hidden = bench.queue.hidden.lock().expect("one thread").clone();
    assert_eq!(hidden.len(), 1, "what cannot be read has no back-off: {hidden:?}");
    assert_eq!(hidden[0].0, "AQEBfallsLater...");
    assert!((Duration::from_secs(22)..=Duration::from_secs(30)).contains(&hidden[0].1), "{hidden:?}");
}

#[test]
fn what_cannot_be_hidden_is_reported_all_the_same() {
    let bench = Bench::with(Hiding { refuses: true, ..Hiding::default() }, false);
    let answer = bench.invoke(batch(&[record("a", "once again")])).expect("an answer");
    assert_eq!(reported(&answer), ["a"]);
}

#[test]
fn what_was_handled_before_is_done() {
    let bench = Bench::new();
    for _ in 0..2 {
        let answer = bench.invoke(batch(&[record("a", "hello")])).expect("an answer");
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
    }
    assert_eq!((bench.handled(), bench.published()), (1, vec!["Echoed".to_owned()]));
}

#[test]
fn what_fails_for_good_is_done() {
    let bench = Bench::new();
    let answer = bench.invoke(batch(&[record("a", "never")])).expect("an answer");
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(bench.published(), ["EchoFailure"]);
}

#[test]
fn attributes_that_are_no_text_are_left_out() {
    let bench = Bench::new();
    let mut odd = record("a", "hello");
    odd["messageAttributes"] = json!({
        "ce-time": { "binaryValue": "MTIz", "stringListValues": [], "binaryListValues": [], "dataType": "Binary" },
        "shade": { "dataType": "String" }
    });
    let mut bare = record("b", "hello");
    bare["messageAttributes"] = Value::Null;
    bare["attributes"] = Value::Null;
    let answer = bench.invoke(batch(&[odd, bare])).expect("an answer");
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(bench.published(), ["Echoed", "Echoed"]);
}

#[test]
fn a_record_without_a_body_is_rejected() {
    let bench = Bench::new();
    let answer = bench.invoke(batch(&[json!({ "messageId": "a", "receiptHandle": "r" })])).expect("an answer");
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(bench.published(), ["ValidationError"]);
}

#[test]
fn an_empty_id_is_never_reported() {
    let nameless = |text: &str| {
        let mut nameless = record("a", text);
        nameless["messageId"] = json!("");
        nameless
    };
    let bench = Bench::new();
    let answer = bench.invoke(batch(&[nameless("hello")])).expect("an answer");
    assert_eq!(answer, json!({ "batchItemFailures": [] }), "it is done");
    let refusal = Bench::new().invoke(batch(&[nameless("again"), record("b", "hello")])).expect_err("not nameable");
    assert!(matches!(refusal, Refusal::Unnamed), "else the service would remove it: {refusal}");
}

#[test]
fn what_is_no_record_is_dropped() {
    let bench = Bench::new();
    let answer = bench.invoke(batch(&[json!("no record"), json!({ "messageId": 7 }), record("a", "hello")]));
    assert_eq!(answer.expect("an answer"), json!({ "batchItemFailures": [] }));
    assert_eq!(bench.published(), ["Echoed"]);
}

#[test]
fn without_time_nothing_is_begun() {
    let bench = Bench::new();
    let ends_at = bench.clock.now().plus(Duration::from_millis(4_999));
    let answer = bench.invoke_until(batch(&[record("a", "hello"), record("b", "hello")]), ends_at);
    assert_eq!(reported(&answer.expect("an answer")), ["a", "b"]);
    assert_eq!((bench.handled(), bench.published().len()), (0, 0));
    let hidden = bench.queue.hidden.lock().expect("one thread").clone();
    assert!(hidden.iter().all(|(_, delay)| delay.is_zero()), "somebody else may begin at once: {hidden:?}");
}

#[test]
fn records_are_handled_four_at_once_and_one_at_once_when_a_model_is_asked() {
    let records: Vec<Value> = (0..10).map(|n| record(&format!("m{n}"), "hello")).collect();
    for (asks, most) in [(false, 4), (true, 1)] {
        let bench = Bench::with(Hiding::default(), asks);
        bench.invoke(batch(&records)).expect("an answer");
        assert_eq!(bench.handled(), 10);
        assert_eq!(bench.agent.busiest.load(Ordering::SeqCst), most);
    }
}
