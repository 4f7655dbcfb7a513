//! Invocations that are no batch.

use mesh_aws::host::NoModel;
use mesh_core::{
    Timestamp,
    ports::{ChatRequest, Hints, ModelErrorKind, Task, TextModel},
};
use mesh_testkit::block_on;
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

#[test]
fn an_agent_without_a_model_is_told_so() {
    let request = ChatRequest {
        task: Task { name: "draft".into(), input: Value::Null },
        system: None,
        messages: Vec::new(),
        max_output_tokens: 1,
        hints: Hints::default(),
        json_schema: None,
    };
    let error = block_on(NoModel.complete(&request, Timestamp(0))).expect_err("there is none");
    assert_eq!(error.kind, ModelErrorKind::ModelNotFound);
    assert!(error.message.contains("no_model"), "{error}");
}
