//! The state store on a DynamoDB endpoint: `AWS_ENDPOINT_URL` must name one on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code: a panic is how it reports")]

#[path = "state/bench.rs"]
mod bench;
#[path = "state/calls.rs"]
mod calls;
#[path = "state/ledger.rs"]
mod ledger;
#[path = "state/lists.rs"]
mod lists;
#[path = "state/races.rs"]
mod races;

use std::sync::Arc;

use mesh_testkit::suite::{
    self, Harness, Time,
    state_store::{Fixture, cases},
};

use crate::bench::Bench;

#[tokio::test]
async fn conforms() {
    let harness = Harness::asynchronous(|| async {
        let bench = Bench::new().await;
        Fixture::new(Arc::new(bench.store), Time::Manual(bench.clock))
    });
    assert!(!cases().is_empty());
    suite::state_store::all(&harness).await;
}
