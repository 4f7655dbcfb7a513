//! Reservations are settled in the month in which they were made.

use std::sync::Arc;

use mesh_core::ports::ModelErrorKind;
use mesh_testkit::{
    block_on,
    crash::{Outcome, run_until_crash},
    faulty::Fault,
    model::ScriptedTextModel,
};

use crate::bench::{Bench, at, code};

const LAST_NIGHT: &str = "2026-01-31T23:59:59Z";
const NEXT_MORNING: &str = "2026-02-01T00:00:01Z";

/// The model is asked in January.
fn january() -> (Arc<ScriptedTextModel>, Bench) {
    let model = Arc::new(ScriptedTextModel::new().priced(1_000));
    let bench = Bench::asking(&model);
    bench.clock.advance_to(at(LAST_NIGHT));
    (model, bench)
}

#[test]
fn a_new_month_has_a_new_budget() {
    let (model, bench) = january();
    model.push(|_| "An answer.");
    model.push(|_| "Another.");
    block_on(bench.ask(1, 1_000)).unwrap();
    assert_eq!(code(block_on(bench.ask(2, 1_000))).0, "BUDGET_EXCEEDED");
    bench.clock.advance_to(at(NEXT_MORNING));
    block_on(bench.ask(2, 1_000)).unwrap();
    assert_eq!((bench.budget("2026-01"), bench.budget("2026-02")), (Some((1_000, 0)), Some((1_000, 0))));
}

#[test]
fn an_answer_that_comes_in_the_next_month_belongs_to_the_last() {
    let (model, bench) = january();
    let clock = Arc::clone(&bench.clock);
    model.push(move |_| {
        clock.advance_to(at(NEXT_MORNING));
        "An answer."
    });
    block_on(bench.ask(1, 1_000)).unwrap();
    assert_eq!((bench.budget("2026-01"), bench.budget("2026-02")), (Some((1_000, 0)), None));
}

#[test]
fn what_an_attempt_of_last_month_did_not_settle_is_settled_there() {
    let (model, bench) = january();
    model.push(|_| "An answer.");
    bench.plan.on("blobs", "put", 1, Fault::CrashAfter);
    assert!(matches!(run_until_crash(bench.ask(1, 1_000), &bench.plan), Outcome::Crashed));
    bench.plan.restart();
    assert_eq!(bench.budget("2026-01"), Some((0, 1_000)));
    bench.clock.advance_to(at(NEXT_MORNING));
    block_on(bench.ask(1, 1_000)).unwrap();
    assert_eq!((bench.budget("2026-01"), bench.budget("2026-02")), (Some((1_000, 0)), None));
    assert_eq!(model.calls(), 1);
}

#[test]
fn a_call_made_again_next_month_is_paid_by_next_month() {
    let (model, bench) = january();
    model.push(|_| ModelErrorKind::Timeout);
    model.push(|_| "An answer.");
    block_on(bench.ask(1, 1_000)).unwrap_err();
    bench.clock.advance_to(at(NEXT_MORNING));
    block_on(bench.ask(1, 1_000)).unwrap();
    // The call of January may have been paid.
    assert_eq!((bench.budget("2026-01"), bench.budget("2026-02")), (Some((0, 1_000)), Some((1_000, 0))));
}
