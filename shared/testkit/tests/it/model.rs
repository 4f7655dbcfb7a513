//! Scripted models.

use std::{sync::Arc, time::Duration};

use mesh_core::ports::{Clock, ImageModel, ModelErrorKind, TextModel, Usage};
use mesh_testkit::{
    block_on, block_on_advancing,
    clock::{ManualClock, START},
    model::{ScriptedImageModel, ScriptedTextModel, failure, png},
    suite::{
        Harness, Time, image_model,
        text_model::{self, plain_request},
    },
};

#[test]
fn a_scripted_model_is_a_text_model() {
    block_on(text_model::all(&Harness::new(|| {
        let clock: Arc<ManualClock> = Arc::default();
        let quick = Arc::clone(&clock) as Arc<dyn Clock>;
        let slow = Arc::clone(&clock) as Arc<dyn Clock>;
        let model = || ScriptedTextModel::new().otherwise(|_| "An engraving on wood.");
        text_model::Fixture {
            model: Arc::new(model().taking(quick, Duration::ZERO)),
            request: plain_request(),
            patience: Duration::from_secs(5),
            deterministic: true,
            silent: Some(Arc::new(model().taking(slow, Duration::from_secs(3600)))),
            time: Time::Manual(clock),
            keep: None,
        }
    })));
}

#[test]
fn a_scripted_image_model_is_an_image_model() {
    block_on(image_model::all(&Harness::new(|| {
        let clock: Arc<ManualClock> = Arc::default();
        let quick = Arc::clone(&clock) as Arc<dyn Clock>;
        let slow = Arc::clone(&clock) as Arc<dyn Clock>;
        let model = || ScriptedImageModel::new().otherwise(|_| png(16, 9));
        image_model::Fixture {
            model: Arc::new(model().taking(quick, Duration::ZERO)),
            request: image_model::plain_request(),
            patience: Duration::from_secs(5),
            deterministic: true,
            silent: Some(Arc::new(model().taking(slow, Duration::from_secs(3600)))),
            time: Time::Manual(clock),
            keep: None,
        }
    })));
}

#[test]
fn images_and_prices_are_scripted_too() {
    let model = ScriptedImageModel::new().drawing(3, 2).failing(ModelErrorKind::ContentPolicy).priced(40_000);
    let request = image_model::plain_request();
    assert_eq!(ImageModel::quote(&model, &request), Some(40_000));
    assert_eq!(block_on(model.render(&request, START)).unwrap().image, png(3, 2));
    assert_eq!(block_on(model.render(&request, START)).unwrap_err().kind, ModelErrorKind::ContentPolicy);
    assert_eq!((model.calls(), model.paid_calls(), model.requests()), (2, 1, vec![request; 2]));
    assert_eq!(TextModel::quote(&ScriptedTextModel::new(), &plain_request()), None);
}

#[test]
fn a_script_is_followed_and_recorded() {
    let wasted = mesh_core::ports::ModelError {
        usage: Usage { input_tokens: 9, ..Usage::default() },
        ..failure(ModelErrorKind::Truncated)
    };
    let model = ScriptedTextModel::named("scripted/editor")
        .answering("one")
        .failing(ModelErrorKind::Overloaded)
        .responding(wasted)
        .with(|request| request.task.name.clone());
    let ask = || block_on(model.complete(&plain_request(), START));
    assert_eq!(ask().unwrap().text, "one");
    assert_eq!(ask().unwrap_err().kind, ModelErrorKind::Overloaded);
    assert_eq!(ask().unwrap_err().kind, ModelErrorKind::Truncated);
    assert_eq!(ask().unwrap().text, "conformance");
    assert_eq!((model.calls(), model.paid_calls(), model.left()), (4, 3, 0));
    assert_eq!(model.requests(), vec![plain_request(); 4]);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(ask)).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert_eq!(text, "the script of scripted/editor has no answer to task \"conformance\"");
}

#[test]
fn a_slow_answer_is_paid_and_timed_out() {
    let clock = Arc::new(ManualClock::new());
    let pace = Duration::from_secs(9);
    let model =
        ScriptedTextModel::new().answering("a").answering("b").taking(Arc::clone(&clock) as Arc<dyn Clock>, pace);
    let ask = |deadline| block_on_advancing(model.complete(&plain_request(), deadline), &clock);
    assert_eq!(ask(START.plus(pace)).unwrap().text, "a");
    assert_eq!(clock.now(), START.plus(pace));
    let deadline = START.plus(pace).plus(Duration::from_secs(2));
    assert_eq!(ask(deadline).unwrap_err().kind, ModelErrorKind::Timeout);
    assert_eq!(clock.now(), deadline);
    assert_eq!(model.paid_calls(), 2);
}

#[test]
fn a_reply_is_made_from_what_is_at_hand() {
    let model = ScriptedTextModel::new()
        .with(|_| Ok(mesh_testkit::model::response("ok")))
        .with(|_| Err(failure(ModelErrorKind::Auth)))
        .otherwise(|_| ModelErrorKind::Timeout);
    let ask = || block_on(model.complete(&plain_request(), START)).map(|answer| answer.text);
    assert_eq!(ask(), Ok("ok".to_owned()));
    assert_eq!(ask().unwrap_err().kind, ModelErrorKind::Auth);
    assert_eq!(ask().unwrap_err().kind, ModelErrorKind::Timeout);
}
