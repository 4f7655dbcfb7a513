//! Wherever an attempt dies, the next one settles what it left.

use std::sync::Arc;

use mesh_testkit::{
    block_on,
    crash::{Outcome, crash_points, run_until_crash},
    faulty::Fault,
    model::ScriptedTextModel,
};

use crate::bench::Bench;

const MONTH: &str = "2026-01";

fn model() -> Arc<ScriptedTextModel> {
    Arc::new(ScriptedTextModel::new().otherwise(|_| "An answer.").priced(5_000))
}

#[test]
fn an_attempt_may_die_at_every_point() {
    let calm = Bench::asking(&model());
    block_on(calm.ask(1, 5_000)).unwrap();
    let trace = calm.plan.trace();
    let operations: Vec<&str> = trace.iter().map(|call| call.operation).collect();
    assert_eq!(operations, ["get", "get", "put", "complete", "put", "get", "put"]);
    for (k, fault) in crash_points(&trace) {
        let model = model();
        let bench = Bench::asking(&model);
        bench.plan.at(k, fault.clone());
        assert!(matches!(run_until_crash(bench.ask(1, 5_000), &bench.plan), Outcome::Crashed), "{fault:?} at {k}");
        bench.plan.restart();
        block_on(bench.ask(1, 5_000)).unwrap();
        assert_eq!(bench.budget(MONTH), Some((1_000, 0)), "{fault:?} at {k}");
        // Only an answer that was lost before it was stored is bought again.
        let lost = (k, &fault) == (4, &Fault::CrashAfter) || (k, &fault) == (5, &Fault::CrashBefore);
        assert_eq!(model.paid_calls(), 1 + usize::from(lost), "{fault:?} at {k}");
    }
}

#[test]
fn a_lost_reply_is_no_second_reservation_and_no_second_charge() {
    for (nth, fault) in [(1, Fault::FailBefore), (1, Fault::FailAfter), (2, Fault::FailBefore), (2, Fault::FailAfter)] {
        let model = model();
        let bench = Bench::asking(&model);
        bench.plan.on("state_store", "put", nth, fault.clone());
        let error = block_on(bench.ask(1, 5_000)).unwrap_err();
        assert_eq!(error.code(), "STORE_UNAVAILABLE");
        block_on(bench.ask(1, 5_000)).unwrap();
        assert_eq!((bench.budget(MONTH), model.calls()), (Some((1_000, 0)), 1), "{fault:?} of put {nth}");
    }
}
