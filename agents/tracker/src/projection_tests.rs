//! What does not depend on the order of events, over a run with a revision, images, a failure that waits and a withdrawal.

use std::collections::BTreeSet;

use mesh_contracts::{
    Contract, Id,
    events::{Cost, ImageFailure},
    find_type,
    records::{GenerationRecord, PostStatus, Stage},
};
use mesh_core::{Event, Timestamp, ids};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{apply, place};
use crate::facts::Facts;

const RUN: Uuid = Uuid::from_u128(1);

fn pointer(name: &str) -> Value {
    json!({"uri": format!("file:///{name}"), "sha256": "a".repeat(64), "bytes": 1, "media_type": "text/markdown"})
}

fn cost(micro_usd: i64) -> Value {
    json!({"input_tokens": 10, "output_tokens": 1, "micro_usd": micro_usd})
}

fn merged(base: Value, more: Value) -> Value {
    let (Value::Object(mut fields), Value::Object(more)) = (base, more) else { panic!("objects") };
    fields.extend(more);
    Value::Object(fields)
}

fn about(revision: i64) -> Value {
    let content = ids::of_content(RUN).to_string();
    json!({"content_id": content, "revision": revision, "content_topic": "Queues", "website_id": "shop", "post_id": "p-1"})
}

fn ready(revision: i64, refined: bool, micro_usd: i64) -> Value {
    let draft = pointer(&format!("draft-{revision}-{refined}"));
    merged(
        about(revision),
        json!({"title": "Queues", "summary": "About queues.", "word_count": 500, "measured_word_count": 510,
            "draft": draft, "models": ["offline/text-v1"], "prompt_version": "1", "generated": true, "offline": true,
            "complete": true, "refined": refined, "cost": cost(micro_usd), "created_at": "2026-01-05T09:00:00.000Z", "language": "en"}),
    )
}

fn finding() -> Value {
    json!({"check": "length", "severity": "revise", "measured": "1", "threshold": "2", "message": "too short"})
}

fn image(number: i64, status: &str) -> Value {
    json!({"number": number, "status": status, "section": 0, "alt_text": "A queue of people", "offline": true})
}

fn failure(dead_lettered: bool, ends: bool) -> Value {
    json!({"code": "MODEL_OVERLOADED", "error_type": "model", "error_message": "busy", "agent": "image-render",
        "event_id": Uuid::from_u128(77).to_string(), "content_id": ids::of_content(RUN).to_string(), "revision": 2,
        "retryable": true, "final": ends, "dead_lettered": dead_lettered, "attempts": 5, "cost": cost(1_000_000),
        "failed_at": "2026-01-05T09:00:00.000Z"})
}

fn published() -> Value {
    merged(
        about(2),
        json!({"title": "Queues", "summary": "About queues.", "slug": "queues", "path": "posts/queues/", "url": "posts/queues/",
            "page": pointer("page"), "markdown": pointer("final"), "images": [image(1, "ok")], "degraded": ["images"],
            "word_count": 510, "models": ["offline/text-v1"], "generated": true, "offline": true,
            "published_at": "2026-01-05T09:00:00.000Z", "language": "en"}),
    )
}

fn withdrawn() -> Value {
    let content = ids::of_content(RUN).to_string();
    json!({"content_id": content, "revision": 2, "path": "posts/queues/", "url": "posts/queues/", "page": pointer("notice"),
        "withdrawn_at": "2026-01-05T09:00:00.000Z", "website_id": "shop", "post_id": "p-1"})
}

fn story() -> Vec<(&'static str, Value)> {
    let request = json!({"content_topic": "Queues", "word_count": 500, "website_id": "shop", "post_id": "p-1"});
    let revise = merged(about(1), json!({"ready": ready(1, true, 20), "findings": [finding()], "revisions_left": 0}));
    let scores =
        json!({"word_count": 510, "long_sentences_percent": 1, "originality_percent": 100, "revise": 0, "warn": 0});
    let reviewed = merged(
        ready(2, true, 0),
        json!({"reviewed": pointer("reviewed"), "fixed": false, "scores": scores,
        "findings": [], "reviewed_at": "2026-01-05T09:00:00.000Z"}),
    );
    let asked = merged(
        about(2),
        json!({"number": 1, "of": 2, "prompt": "A queue", "alt_text": "A queue of people",
        "section": 0, "plan_cost": cost(500), "offline": true, "language": "en"}),
    );
    let images = merged(
        about(2),
        json!({"status": "degraded", "images": [image(1, "ok"), image(2, "failed")],
        "cost": cost(300), "ready_at": "2026-01-05T09:00:00.000Z"}),
    );
    let metadata = merged(
        about(2),
        json!({"status": "ok", "prompt_version": "1", "offline": true, "cost": cost(5),
        "ready_at": "2026-01-05T09:00:00.000Z"}),
    );
    vec![
        ("ContentRequest", request),
        ("ContentDrafted", ready(1, false, 10)),
        ("ContentReady", ready(1, true, 20)),
        ("RevisionRequested", revise),
        ("ContentReady", ready(2, true, 40)),
        ("ReviewCompleted", reviewed),
        ("MetadataReady", metadata),
        ("ImageRequested", asked),
        ("ImageFailure", failure(true, false)),
        ("ImagesReady", images),
        ("ContentPublished", published()),
        ("ContentWithdrawn", withdrawn()),
    ]
}

fn facts(number: u128, event_type: &str, data: Value) -> Facts {
    let spec = find_type(event_type).expect("a type");
    (spec.reads)(&data).unwrap_or_else(|error| panic!("{event_type}: {error}"));
    let first = number == 0;
    let event = Event {
        id: if first { RUN } else { Uuid::from_u128(100 + number) },
        event_type: spec.event_type,
        source: "/mesh/test".to_owned(),
        subject: None,
        time: Timestamp(1_767_603_600_000 + i64::try_from(number).expect("small") * 1_000),
        correlation_id: RUN,
        contract: spec.contract,
        traceparent: None,
        origin: None,
        data,
    };
    Facts::of(&event).expect("facts")
}

fn told() -> Vec<Facts> {
    story().into_iter().zip(0u128..).map(|((event_type, data), n)| facts(n, event_type, data)).collect()
}

/// The records after each event, as the handler folds them: an event it has heard before is left out.
fn fold(events: &[Facts]) -> Vec<GenerationRecord> {
    let (mut seen, mut record, mut all) = (BTreeSet::new(), None, Vec::new());
    for event in events.iter().filter(|event| seen.insert(event.event_id)) {
        let next = apply(Id(RUN), record.take(), event);
        all.push(next.clone());
        record = Some(next);
    }
    all
}

fn last(events: &[Facts]) -> GenerationRecord {
    fold(events).pop().expect("a record")
}

#[test]
fn a_run_in_its_order_is_told_step_by_step() {
    let steps = fold(&told());
    let seen: Vec<(PostStatus, Stage, i64, i64)> =
        steps.iter().map(|r| (r.status, r.stage, r.revision.get(), r.progress.get())).collect();
    use PostStatus::{Complete, GeneratingImages, Pending, Processing, Withdrawn};
    let expected = [
        (Pending, Stage::Requested, 0, 5),
        (Processing, Stage::Drafted, 1, 25),
        (Processing, Stage::Ready, 1, 40),
        (Processing, Stage::Revising, 1, 45),
        (Processing, Stage::Ready, 2, 45),
        (Processing, Stage::Reviewed, 2, 60),
        (Processing, Stage::Reviewed, 2, 65),
        (GeneratingImages, Stage::Illustrating, 2, 70),
        (GeneratingImages, Stage::Illustrating, 2, 70),
        (GeneratingImages, Stage::Illustrated, 2, 90),
        (Complete, Stage::Ended, 2, 100),
        (Withdrawn, Stage::Withdrawn, 2, 100),
    ];
    assert_eq!(seen, expected);
    let end = &steps[11];
    let uri = |pointer: &Option<mesh_contracts::Pointer>| pointer.as_ref().map(|p| p.uri.to_string());
    assert_eq!(uri(&end.raw).as_deref(), Some("file:///draft-1-false"));
    assert_eq!(uri(&end.refined).as_deref(), Some("file:///draft-2-true"));
    assert_eq!(uri(&end.final_markdown).as_deref(), Some("file:///final"));
    assert_eq!(
        (uri(&steps[10].page).as_deref(), uri(&end.page).as_deref()),
        (Some("file:///page"), Some("file:///notice"))
    );
    assert_eq!(end.images.len(), 2, "the one that failed is told too");
    assert_eq!(end.content_id, Some(ids::of_content(RUN)));
    assert_eq!((end.started_at, end.ended_at), (steps[0].started_at, steps[10].ended_at));
}

#[test]
fn a_message_that_waits_is_said_until_the_run_ends_and_costs_nothing() {
    let steps = fold(&told());
    assert_eq!(steps[7].waiting, None);
    let waiting = steps[8].waiting.as_ref().expect("a cause");
    assert_eq!((waiting.code.as_str(), waiting.agent.as_str()), ("MODEL_OVERLOADED", "image-render"));
    assert!(steps[8].ended_at.is_none() && steps[9].waiting.is_some() && steps[10].waiting.is_none());
    let sum = |n: i64| Cost { input_tokens: n_int(n * 10), output_tokens: n_int(n), micro_usd: Some(n_int(375)) };
    assert_eq!(steps[11].cost, sum(5));
}

fn n_int(value: i64) -> mesh_contracts::Int<0, 9_007_199_254_740_991> {
    mesh_contracts::Int::clamp(value)
}

#[test]
fn a_final_failure_ends_it_with_its_cause_and_keeps_what_was_done() {
    let mut events = told();
    events.truncate(7);
    events.push(facts(20, "PublishFailure", failure(false, true)));
    events.push(told().remove(9));
    let record = last(&events);
    assert_eq!((record.status, record.stage, record.progress.get()), (PostStatus::Failed, Stage::Ended, 90));
    assert_eq!(record.cause.as_ref().map(|cause| cause.code.as_str()), Some("MODEL_OVERLOADED"));
    assert_eq!(record.cost.micro_usd, Some(n_int(1_000_375)), "a failure that is final is counted");
}

#[test]
fn a_rejection_says_its_first_finding() {
    let rejected = merged(
        about(1),
        json!({"draft": pointer("draft"), "findings": [finding()], "rejected_at": "2026-01-05T09:00:00.000Z"}),
    );
    let record = last(&[facts(3, "ContentRejected", rejected)]);
    let cause = record.cause.expect("a cause");
    assert_eq!(
        (record.status, cause.code.as_str(), cause.message.as_str()),
        (PostStatus::Failed, "length", "too short")
    );
}

#[test]
fn a_late_joiner_that_knows_no_site_learns_it() {
    let mut events = told();
    events.rotate_left(8);
    let records = fold(&events);
    assert_eq!((ImageFailure::TYPE, &*records[0].website_id), ("ImageFailure", "default"));
    assert_eq!((records[0].status, records[0].stage), (PostStatus::Pending, Stage::Requested));
    assert_eq!(&*records[1].website_id, "shop");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn order_and_repetition_do_not_matter(
        order in Just((0..12usize).chain(0..12).collect::<Vec<_>>()).prop_shuffle(),
        leave_out in proptest::option::of(0..12usize),
    ) {
        let told = told();
        let kept = |n: &usize| Some(*n) != leave_out || *n == 4;
        let straight: Vec<Facts> = (0..12).filter(kept).map(|n| told[n].clone()).collect();
        let shuffled: Vec<Facts> = order.into_iter().filter(kept).map(|n| told[n].clone()).collect();
        prop_assert_eq!(last(&straight), last(&shuffled));
    }

    #[test]
    fn nothing_goes_back(order in Just((0..12usize).chain(0..12).collect::<Vec<_>>()).prop_shuffle()) {
        let told = told();
        let records = fold(&order.into_iter().map(|n| told[n].clone()).collect::<Vec<_>>());
        for pair in records.windows(2) {
            let (before, after) = (&pair[0], &pair[1]);
            prop_assert!(before.status <= after.status && before.progress <= after.progress);
            prop_assert!(place(before.stage, before.revision) <= place(after.stage, after.revision));
            prop_assert!(before.ended_at.is_none() || after.ended_at.is_some());
            prop_assert!(before.final_markdown.is_none() || after.final_markdown.is_some());
        }
    }
}
