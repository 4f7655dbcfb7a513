//! What becomes of a request that cannot be fulfilled.

use std::time::Duration;

use mesh_core::{
    Fate, Policy,
    ports::{ChatResponse, Finish, ModelErrorKind},
    runner::Ended,
};
use mesh_testkit::model::{ScriptedTextModel, response};
use serde_json::{Value, json};

use crate::support::{Bench, article, request};

fn one_attempt() -> Policy {
    Policy { attempts: 1, ..Policy::default() }
}

#[test]
fn a_model_that_refuses_for_good_is_a_gen_failure_and_nothing_is_stored() {
    for (kind, code) in [
        (ModelErrorKind::Auth, "MODEL_AUTH"),
        (ModelErrorKind::QuotaExhausted, "MODEL_QUOTA_EXHAUSTED"),
        (ModelErrorKind::ContentPolicy, "CONTENT_POLICY"),
        (ModelErrorKind::ModelNotFound, "MODEL_NOT_FOUND"),
        (ModelErrorKind::ContextLength, "MODEL_CONTEXT_LENGTH"),
    ] {
        let bench = Bench::new(ScriptedTextModel::new().failing(kind));
        let content_id = bench.ask(&request("Cloud Computing", 500));
        let failure = bench.only("GenFailure");
        assert_eq!((&failure["code"], &failure["error_type"]), (&json!(code), &json!("model")));
        assert_eq!((&failure["content_topic"], &failure["request_id"]), (&json!("Cloud Computing"), &json!("r1")));
        assert!(failure["error_message"].as_str().is_some_and(|text| text.contains("as scripted")), "{failure}");
        assert_eq!((&failure["final"], &failure["dead_lettered"]), (&json!(true), &json!(false)));
        assert_eq!((bench.drafts(), bench.record(&content_id), bench.dead_letters()), (0, None, 0));
        assert!(bench.rests(), "the message is gone");
    }
}

#[test]
fn an_answer_that_is_no_article_is_a_gen_failure() {
    let ended = |finish: Finish| ChatResponse { finish, ..response("I cannot help with that.") };
    for (answer, code) in [
        (ended(Finish::Refusal), "CONTENT_POLICY"),
        (ended(Finish::ContentFilter { categories: vec!["violence".into()] }), "CONTENT_POLICY"),
        (response(" \n"), "MODEL_MALFORMED_OUTPUT"),
    ] {
        let bench = Bench::new(ScriptedTextModel::new().responding(answer));
        bench.ask(&request("Cloud Computing", 500));
        let failure = bench.only("GenFailure");
        assert_eq!(failure["code"], json!(code));
        assert_eq!(failure["cost"]["input_tokens"], json!(100), "what was paid is told");
        assert_eq!(bench.drafts(), 0);
    }
}

#[test]
fn with_one_attempt_what_may_heal_fails_at_once_and_the_message_is_kept() {
    let bench = Bench::with(ScriptedTextModel::new().failing(ModelErrorKind::ServerError), one_attempt());
    bench.ask(&request("Cloud Computing", 500));
    let failure = bench.only("GenFailure");
    assert_eq!((&failure["code"], &failure["attempts"]), (&json!("MODEL_SERVER_ERROR"), &json!(1)));
    assert_eq!((&failure["retryable"], &failure["dead_lettered"]), (&json!(true), &json!(true)));
    assert_eq!(bench.dead_letters(), 1);
}

#[test]
fn what_may_heal_is_tried_five_times_and_announced_once() {
    let bench = Bench::new(ScriptedTextModel::new().otherwise(|_| ModelErrorKind::Timeout));
    bench.publish("ContentRequest", &request("Cloud Computing", 500));
    let mut waits = Vec::new();
    for _ in 0..100 {
        for fate in bench.round() {
            match fate {
                Fate::Retry { ended: Ended::SetBack(code), after } => {
                    assert_eq!((code, bench.published().len()), ("MODEL_TIMEOUT", 0));
                    waits.push(after);
                }
                Fate::Retry { .. } => {}
                // Its own failure event comes back to it, on a channel it listens to for others'.
                Fate::Ack(Ended::Ignored) => {}
                Fate::Ack(ended) => assert_eq!(ended, Ended::Suspended("MODEL_TIMEOUT")),
            }
        }
        bench.clock.advance(Duration::from_secs(300));
    }
    assert_eq!(bench.model.calls(), 5);
    assert!(waits.len() == 4 && waits.is_sorted(), "{waits:?}");
    assert_eq!(bench.only("GenFailure")["attempts"], json!(5));
    assert_eq!(bench.dead_letters(), 1);
}

#[test]
fn a_panic_is_caught_and_ends_in_a_gen_failure() {
    // A script without an answer panics.
    let bench = Bench::with(ScriptedTextModel::new(), one_attempt());
    bench.ask(&request("Cloud Computing", 500));
    let failure = bench.only("GenFailure");
    assert_eq!((&failure["code"], &failure["error_type"]), (&json!("HANDLER_PANICKED"), &json!("infrastructure")));
    assert_eq!((bench.dead_letters(), bench.drafts()), (1, 0));
}

#[test]
fn a_failure_does_not_stop_the_next_request() {
    let bench = Bench::new(ScriptedTextModel::new().failing(ModelErrorKind::ContentPolicy).answering(article(300)));
    bench.ask(&request("Cloud Computing", 300));
    bench.ask(&json!({"content_topic": "Edge Computing", "word_count": 300, "request_id": "r2"}));
    let types: Vec<_> = bench.published().into_iter().filter_map(|entry| entry.event_type).collect();
    assert_eq!(types, ["GenFailure", "ContentReady"]);
}

#[test]
fn an_invalid_request_is_a_validation_error_and_the_model_is_not_asked() {
    let long = "x".repeat(2000);
    for (data, field) in [
        (json!({"word_count": 500}), "content_topic"),
        (json!({"content_topic": "", "word_count": 500}), "content_topic"),
        (json!({"content_topic": "Tea"}), "word_count"),
        (request("Tea", 299), "word_count"),
        (request("Tea", 2001), "word_count"),
        (json!({"content_topic": "Tea", "word_count": "500"}), "word_count"),
        (json!({"content_topic": "Tea", "word_count": 500, "prompt_context": long}), "prompt_context"),
    ] {
        let bench = Bench::new(ScriptedTextModel::new());
        bench.ask(&data);
        let error = bench.only("ValidationError");
        assert_eq!((&error["error_type"], &error["agent"]), (&json!("validation"), &json!("content-gen")));
        assert_eq!(error["details"][0]["field"], json!(field), "{error}");
        assert_eq!((&error["final"], &error["retryable"]), (&json!(true), &json!(false)));
        assert_eq!((bench.model.calls(), bench.drafts(), bench.dead_letters()), (0, 0, 0));
        assert!(bench.rests(), "never tried again");
    }
}

#[test]
fn requests_on_the_bounds_are_taken() {
    let context = "x".repeat(1999);
    for data in [
        request("T", 300),
        request("Tea", 1199),
        json!({"content_topic": "Tea", "word_count": 500, "prompt_context": context}),
        json!({"content_topic": "Tea", "word_count": 500, "prompt_context": ""}),
        json!({"content_topic": "Tea", "word_count": 500, "prompt_context": Value::Null}),
    ] {
        let bench = Bench::new(ScriptedTextModel::new().answering(article(300)));
        bench.ask(&data);
        bench.only("ContentReady");
    }
}
