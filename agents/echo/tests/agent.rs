//! The agent in its queue: what is sent to it, and what it answers.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use mesh_agent_bench::AgentBench;
use serde_json::json;

#[test]
fn a_request_is_answered() {
    let bench = AgentBench::new(agent_echo::agent);
    let fates = bench.tell("EchoRequested", &json!({"message": "hello"}));
    assert!(fates.iter().all(|fate| fate.is_ack()) && fates.len() == 1, "{fates:?}");
    assert_eq!(bench.only("Echoed"), json!({"message": "hello"}));
}

#[test]
fn a_request_that_breaks_its_contract_is_refused_with_the_reason() {
    let bench = AgentBench::new(agent_echo::agent);
    bench.tell("EchoRequested", &json!({"message": "  "}));
    assert_eq!(bench.only("ValidationError")["details"][0]["limit"], "not blank");
}
