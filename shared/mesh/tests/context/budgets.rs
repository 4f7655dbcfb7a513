//! Calls are paid out of a month's budget.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use mesh_core::{
    AgentError,
    ports::{Clock, ModelError, ModelErrorKind, Usage},
};
use mesh_testkit::{
    block_on, block_on_advancing,
    clock::ManualClock,
    model::{ScriptedTextModel, failure},
};
use serde_json::json;

use crate::bench::{Bench, acme, at, code, manifest, request};

/// The month of the bench's clock.
const MONTH: &str = "2026-01";

/// Every answer costs 1,000, which is what a call can cost.
fn model() -> Arc<ScriptedTextModel> {
    Arc::new(ScriptedTextModel::new().otherwise(|_| "An answer.").priced(1_000))
}

#[test]
fn of_ten_at_once_a_budget_for_three_pays_three() {
    // Nobody has an answer, and nothing is settled, before everybody has reserved or been refused.
    let clock = Arc::new(ManualClock::new());
    let slow = ScriptedTextModel::new().otherwise(|_| "An answer.").priced(1_000);
    let model = Arc::new(slow.taking(Arc::clone(&clock) as Arc<dyn Clock>, Duration::from_secs(5)));
    let bench = Bench::asking(&model);
    let answers = block_on_advancing(join_all((1..=10).map(|n| bench.ask(n, 3_000))), &clock);
    let refused: Vec<_> = answers.into_iter().filter(Result::is_err).map(code).collect();
    assert_eq!(refused, [("BUDGET_EXCEEDED", true); 7]);
    assert_eq!(model.calls(), 3);
    assert_eq!(bench.budget(MONTH), Some((3_000, 0)));
    let lost = bench.plan.trace().iter().filter(|call| call.operation == "put").count();
    assert!(lost > 6, "nobody was in anybody's way: {lost} puts");
}

#[test]
fn the_document_says_limit_spent_and_reserved_and_expires() {
    let model = model();
    let bench = Bench::asking(&model);
    model.push(|_| ModelErrorKind::Timeout);
    block_on(bench.ask(1, 3_000)).unwrap_err();
    block_on(bench.ask(2, 3_000)).unwrap();
    let document = bench.document(MONTH).unwrap();
    let call = "asker/00000000-0000-0000-0000-000000000001/draft";
    let reserved = json!({ call: { "micro_usd": 1_000 } });
    let body = json!({ "limit_micro_usd": 3_000, "spent_micro_usd": 1_000, "reserved": reserved });
    assert_eq!(document.body, body);
    assert!(document.expires_at.unwrap() > at("2026-05-01T00:00:00Z"));
}

#[test]
fn the_refusal_names_account_month_and_amounts() {
    let bench = Bench::asking(&model());
    block_on(bench.ask(1, 1_500)).unwrap();
    let AgentError::Fail { message, .. } = block_on(bench.ask(2, 1_500)).unwrap_err() else { panic!("it cannot heal") };
    let says = "acme may spend 0.0015 USD in 2026-01, of which 0.0005 USD are left; this call can cost 0.001 USD";
    assert_eq!(message, says);
}

#[test]
fn a_refused_call_gives_its_reservation_back() {
    for kind in [ModelErrorKind::RateLimited, ModelErrorKind::Overloaded, ModelErrorKind::Auth] {
        let model = model();
        let bench = Bench::asking(&model);
        model.push(move |_| kind);
        assert_eq!(code(block_on(bench.ask(1, 1_000))).0, kind.code());
        assert_eq!(bench.budget(MONTH), Some((0, 0)), "{kind:?}");
        block_on(bench.ask(2, 1_000)).unwrap();
        assert_eq!(bench.budget(MONTH), Some((1_000, 0)), "{kind:?}");
    }
}

#[test]
fn a_call_that_may_have_been_paid_keeps_it_for_the_next_attempt() {
    for kind in [ModelErrorKind::Timeout, ModelErrorKind::Transport, ModelErrorKind::ServerError] {
        let model = model();
        let bench = Bench::asking(&model);
        model.push(move |_| kind);
        assert_eq!(code(block_on(bench.ask(1, 1_000))), (kind.code(), false));
        assert_eq!(bench.budget(MONTH), Some((0, 1_000)), "{kind:?}");
        assert_eq!(code(block_on(bench.ask(2, 1_000))).0, "BUDGET_EXCEEDED", "another event");
        block_on(bench.ask(1, 1_000)).unwrap();
        assert_eq!(bench.budget(MONTH), Some((1_000, 0)), "{kind:?}");
    }
}

#[test]
fn what_an_earlier_attempt_may_have_paid_is_not_given_back() {
    let model = model();
    let bench = Bench::asking(&model);
    model.push(|_| ModelErrorKind::Timeout);
    model.push(|_| ModelErrorKind::RateLimited);
    block_on(bench.ask(1, 1_000)).unwrap_err();
    block_on(bench.ask(1, 1_000)).unwrap_err();
    assert_eq!(bench.budget(MONTH), Some((0, 1_000)));
}

#[test]
fn a_failure_that_used_tokens_is_spent() {
    let model = model();
    let bench = Bench::asking(&model);
    let usage = Usage { output_tokens: 9, ..Usage::default() };
    model.push(move |_| ModelError { usage, ..failure(ModelErrorKind::MalformedOutput) });
    block_on(bench.ask(1, 9_000)).unwrap_err();
    assert_eq!(bench.budget(MONTH), Some((1_000, 0)));
}

#[test]
fn an_answer_of_unknown_cost_costs_what_was_reserved() {
    let model = Arc::new(ScriptedTextModel::new().priced(7_000));
    model.push(|_| {
        let mut answer = mesh_testkit::model::response("An answer.");
        answer.cost_micro_usd = None;
        answer
    });
    let bench = Bench::asking(&model);
    block_on(bench.ask(1, 9_000)).unwrap();
    assert_eq!(bench.budget(MONTH), Some((7_000, 0)));
}

#[test]
fn without_a_bound_or_a_price_above_nothing_the_store_is_not_asked() {
    let free = Arc::new(ScriptedTextModel::new().otherwise(|_| "An answer.").priced(0));
    let unknown = Arc::new(ScriptedTextModel::new().otherwise(|_| "An answer."));
    let cases = [(&unknown, None), (&unknown, Some(acme(None))), (&free, Some(acme(Some(1))))];
    for (model, account) in cases {
        let bench = Bench::asking(model);
        let ctx = bench.attempt(1);
        if let Some(account) = &account {
            ctx.charge(account.clone());
        }
        block_on(ctx.ask("draft", "p1", &request())).unwrap();
        assert_eq!(bench.store_calls(), 0, "{account:?}");
    }
}

#[test]
fn an_answer_stored_earlier_is_looked_for_only_under_a_bound() {
    let bench = Bench::asking(&model());
    block_on(bench.ask(1, 1_000)).unwrap();
    let asked = bench.store_calls();
    block_on(bench.attempt(1).ask("draft", "p1", &request())).unwrap();
    assert_eq!(bench.store_calls(), asked, "nobody pays");
    block_on(bench.ask(1, 1_000)).unwrap();
    assert_eq!(bench.store_calls(), asked + 2, "this month and the last are read, and not written");
    assert_eq!(bench.budget(MONTH), Some((1_000, 0)), "settled once");
}

#[test]
fn without_a_price_no_call_is_made_under_a_bound() {
    let model = Arc::new(ScriptedTextModel::new().otherwise(|_| "An answer."));
    let bench = Bench::asking(&model);
    assert_eq!(code(block_on(bench.ask(1, 1_000_000))), ("PRICE_UNKNOWN", true));
    assert_eq!((model.calls(), bench.store_calls()), (0, 0));
}

#[test]
fn who_always_comes_second_tries_later() {
    let model = model();
    let bench = Bench::asking(&model);
    bench.shelf.contested.store(true, Ordering::Relaxed);
    let error = block_on(bench.ask(1, 1_000)).unwrap_err();
    assert!(matches!(error, AgentError::Retry { code: "BUDGET_BUSY", counted: false, .. }), "{error}");
    assert_eq!(model.calls(), 0);
    bench.shelf.contested.store(false, Ordering::Relaxed);
    block_on(bench.ask(1, 1_000)).unwrap();
}

#[test]
fn steps_and_agents_have_reservations_of_their_own() {
    let model = model();
    let bench = Bench::asking(&model);
    let (one, other) = (manifest("one"), manifest("other"));
    for _ in 0..3 {
        model.push(|_| ModelErrorKind::Timeout);
    }
    for (manifest, step) in [(&one, "draft"), (&one, "continue"), (&other, "draft")] {
        let ctx = bench.attempt_of(manifest, 1);
        ctx.charge(acme(Some(3_000)));
        assert_eq!(code(block_on(ctx.ask(step, "p1", &request()))).0, "MODEL_TIMEOUT");
    }
    assert_eq!(bench.budget(MONTH), Some((0, 3_000)));
}
