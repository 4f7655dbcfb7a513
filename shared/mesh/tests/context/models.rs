//! Models that are there, that are not, and what images cost.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use mesh_core::{
    AgentError, Context,
    ports::{ImageModel, MAX_IMAGE_BYTES, ModelErrorKind, Models},
};
use mesh_testkit::{
    block_on,
    model::{ScriptedImageModel, ScriptedTextModel, picture, png},
    suite::image_model::plain_request,
};

use crate::bench::{Bench, acme, code, request};

const MONTH: &str = "2026-01";

fn drawing(model: &Arc<ScriptedImageModel>) -> Bench {
    Bench::new(Models::none().with_image(Arc::clone(model) as Arc<dyn ImageModel>))
}

fn charged(bench: &Bench, micro_usd: u64) -> Context<'_> {
    let ctx = bench.attempt(1);
    ctx.charge(acme(Some(micro_usd)));
    ctx
}

#[test]
fn a_process_without_a_model_says_so() {
    let bench = Bench::new(Models::none());
    let ctx = charged(&bench, 1_000);
    assert_eq!(code(block_on(ctx.ask("draft", "p1", &request()))), ("MODEL_NOT_CONFIGURED", true));
    assert_eq!(code(block_on(ctx.render("image", &plain_request()))), ("MODEL_NOT_CONFIGURED", true));
    assert_eq!(bench.store_calls(), 0, "nothing is reserved for a call that nobody can make");
}

#[test]
fn a_preferred_model_must_be_the_configured_one() {
    let bench = Bench::asking(&Arc::new(ScriptedTextModel::named("scripted/editor")));
    let ctx = bench.attempt(1);
    ctx.prefer_text_model(None).unwrap();
    ctx.prefer_text_model(Some("scripted/editor")).unwrap();
    assert_eq!(code(ctx.prefer_text_model(Some("scripted/other"))), ("MODEL_NOT_CONFIGURED", true));
    ctx.prefer_image_model(None).unwrap();
    assert_eq!(code(ctx.prefer_image_model(Some("scripted/editor"))), ("MODEL_NOT_CONFIGURED", true));
}

#[test]
fn a_next_step_waits_for_another_attempt_only_when_this_one_has_bought_something_and_runs_short() {
    let model = Arc::new(ScriptedTextModel::new().otherwise(|_| "Words."));
    let bench = Bench::asking(&model);
    let (first, second) = (bench.attempt(1), bench.attempt(1));
    bench.clock.advance(Duration::from_secs(500));
    block_on(first.ask("one", "p1", &request())).unwrap();
    first.next_step().unwrap();
    bench.clock.advance(Duration::from_secs(1));
    let error = first.next_step().unwrap_err();
    let at_once =
        matches!(error, AgentError::Retry { code: "STEPS_LEFT", after: Some(Duration::ZERO), counted: false, .. });
    assert!(at_once, "{error}");
    block_on(second.ask("one", "p1", &request())).unwrap();
    second.next_step().unwrap();
    assert_eq!(model.calls(), 1, "the second attempt found what the first one bought");
}

#[test]
fn an_image_is_bought_once_and_settled() {
    let model = Arc::new(ScriptedImageModel::new().drawing(16, 9).priced(4_000));
    let bench = drawing(&model);
    for _ in 0..2 {
        let ctx = charged(&bench, 4_000);
        let rendered = block_on(ctx.render("image", &plain_request())).unwrap();
        assert_eq!(rendered.response.image, png(16, 9));
        assert_eq!(ctx.spent().micro_usd.unwrap().count(), 1_000);
    }
    assert_eq!((model.calls(), bench.budget(MONTH)), (1, Some((1_000, 0))));
}

#[test]
fn an_image_the_budget_does_not_hold_is_not_asked_for() {
    let model = Arc::new(ScriptedImageModel::new().drawing(16, 9).priced(4_000));
    let bench = drawing(&model);
    assert_eq!(code(block_on(charged(&bench, 3_999).render("image", &plain_request()))), ("BUDGET_EXCEEDED", true));
    assert_eq!(model.calls(), 0);
}

#[test]
fn an_image_that_is_too_large_is_paid_all_the_same() {
    let large = picture(Bytes::from(vec![0; MAX_IMAGE_BYTES + 1]));
    let model = Arc::new(ScriptedImageModel::new().responding(large).priced(4_000));
    let bench = drawing(&model);
    let ctx = charged(&bench, 4_000);
    assert_eq!(code(block_on(ctx.render("image", &plain_request()))), ("IMAGE_INVALID", true));
    assert_eq!(bench.budget(MONTH), Some((1_000, 0)));
    assert_eq!(ctx.spent().micro_usd.unwrap().count(), 1_000);
}

#[test]
fn a_failed_image_call_is_about_the_image_model() {
    let model = Arc::new(ScriptedImageModel::new().failing(ModelErrorKind::Overloaded).priced(4_000));
    let bench = drawing(&model);
    let error = block_on(charged(&bench, 4_000).render("image", &plain_request())).unwrap_err();
    assert!(
        matches!(error, mesh_core::AgentError::Retry { dependency: Some("image_model"), counted: true, .. }),
        "{error}"
    );
    assert_eq!(bench.budget(MONTH), Some((0, 0)));
}
