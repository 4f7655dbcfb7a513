//! A plan that fails for good is a part that failed: it arrives all the same.

use mesh_agent_bench::{AgentBench, Setup};
use mesh_core::{
    Fate, Policy,
    ports::{Finish, ModelErrorKind},
};
use mesh_testkit::model::{Reply, ScriptedTextModel, response};
use serde_json::json;

use crate::support::{asking, brief, reviewed};

fn failing(model: ScriptedTextModel) -> serde_json::Value {
    let bench = asking(model);
    let review = reviewed(&bench, &["images", "metadata"], Some(&brief(3)));
    let fates = bench.tell("ReviewCompleted", &review);
    assert!(fates.iter().all(Fate::is_ack), "{fates:?}");
    bench.only("ImagesReady")
}

#[test]
fn a_permanent_failure_of_the_model_is_a_failed_part_with_its_code() {
    let mut refused = response("");
    refused.finish = Finish::Refusal;
    for (reply, code) in [
        (Reply::from(ModelErrorKind::Auth), "MODEL_AUTH"),
        (ModelErrorKind::ContentPolicy.into(), "CONTENT_POLICY"),
        (refused.into(), "CONTENT_POLICY"),
    ] {
        let ready = failing(ScriptedTextModel::new().responding(reply));
        assert_eq!((&ready["status"], &ready["code"], &ready["images"]), (&json!("failed"), &json!(code), &json!([])));
        assert!(ready["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{ready}");
        assert_eq!((&ready["revision"], &ready["ready_at"]), (&json!(2), &json!("2026-01-05T09:00:00.000Z")));
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_asked_for_once_more_and_paid_twice() {
    let ready = failing(ScriptedTextModel::new().answering("no JSON").answering("{}"));
    assert_eq!((&ready["status"], &ready["code"]), (&json!("failed"), &json!("MODEL_MALFORMED_OUTPUT")));
    assert_eq!(ready["cost"]["micro_usd"], json!(2000));
}

#[test]
fn a_plan_without_any_image_is_a_failed_part() {
    for empty in [json!({"images": []}), json!({"images": [{"prompt": " ", "alt_text": "", "section": 0}]})] {
        let ready = failing(ScriptedTextModel::new().answering(empty.to_string()));
        assert_eq!((&ready["status"], &ready["code"]), (&json!("failed"), &json!("MODEL_MALFORMED_OUTPUT")));
        assert_eq!(ready["cost"]["micro_usd"], json!(1000));
    }
}

#[test]
fn what_cannot_be_asked_or_read_is_a_failed_part_too() {
    let bench = asking(ScriptedTextModel::new());
    let mut brief = brief(3);
    brief["website"]["preferredTextModel"] = json!("openai/other");
    let review = reviewed(&bench, &["images"], Some(&brief));
    bench.tell("ReviewCompleted", &review);
    assert_eq!(bench.only("ImagesReady")["code"], "MODEL_NOT_CONFIGURED");

    let bench = asking(ScriptedTextModel::new());
    let mut review = reviewed(&bench, &["images"], Some(&self::brief(3)));
    review["reviewed"]["sha256"] = json!("0".repeat(64));
    bench.tell("ReviewCompleted", &review);
    assert_eq!(bench.only("ImagesReady")["code"], "PAYLOAD_CORRUPT");
    assert_eq!(bench.model.calls(), 0);
}

#[test]
fn what_may_heal_is_tried_again_and_in_the_end_announced_as_a_notice() {
    let model = ScriptedTextModel::new().failing(ModelErrorKind::Overloaded);
    let bench = AgentBench::with(
        agent_image_plan::agent,
        Setup { policy: Policy { attempts: 1, ..Policy::default() }, text: model, ..Setup::default() },
    );
    let review = reviewed(&bench, &["images"], Some(&brief(3)));
    bench.tell("ReviewCompleted", &review);
    let failure = bench.only("ImageFailure");
    assert_eq!((&failure["final"], &failure["dead_lettered"]), (&json!(false), &json!(true)));

    let bench = asking(ScriptedTextModel::new().failing(ModelErrorKind::Overloaded));
    let review = reviewed(&bench, &["images"], Some(&brief(3)));
    let fates = bench.tell("ReviewCompleted", &review);
    assert!(matches!(fates[..], [Fate::Retry { .. }]), "{fates:?}");
    assert_eq!(bench.published().len(), 0);
}

#[test]
fn a_site_whose_budget_does_not_hold_the_call_is_told_so() {
    let bench = asking(ScriptedTextModel::new().priced(5_000));
    let mut brief = brief(3);
    brief["website"]["monthlyBudgetMicroUsd"] = json!(4_999);
    let review = reviewed(&bench, &["images"], Some(&brief));
    bench.tell("ReviewCompleted", &review);
    let ready = bench.only("ImagesReady");
    assert_eq!((&ready["status"], &ready["code"]), (&json!("failed"), &json!("BUDGET_EXCEEDED")));
    assert_eq!(bench.model.calls(), 0);
}
