//! One illustrated article through all agents, the process killed before and after every call of a port.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use mesh_core::{
    Settings, Timestamp,
    ports::{ChatRequest, ChatResponse, ImageModel, ModelError, TextModel},
};
use mesh_models::OfflineTextModel;
use mesh_testkit::{
    block_on,
    crash::{Outcome, crash_points, run_until_crash},
    faulty::{CallRecord, Fault},
};
use mesh_tests::{Mutation, World, articles::website_called, check};
use serde_json::json;

use super::{TOPIC, drawing};

/// Text calls of an article: draft, refinement, plan of its images, metadata.
const TEXTS: usize = 4;
/// Every so manieth point is tried, odd so that both kinds of crash are; 1 tries all of them, which takes minutes.
const STEP: usize = 13;

/// Counts what would have been paid.
#[derive(Debug, Default)]
struct Paid(OfflineTextModel, AtomicUsize);

#[async_trait]
impl TextModel for Paid {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn is_offline(&self) -> bool {
        true
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.complete(request, deadline).await
    }
}

/// One illustrated article, killed where `crash` says, started again, and run until all is quiet.
fn run(mutation: Option<Mutation>, crash: Option<&(u64, Fault)>) -> (Vec<CallRecord>, Vec<String>) {
    let (texts, images) = (Arc::new(Paid::default()), drawing());
    let mut world = World::with(Settings::default(), mutation, Some(Arc::clone(&texts) as Arc<dyn TextModel>));
    world.draw_with(Arc::clone(&images) as Arc<dyn ImageModel>);
    world.set("website_settings", "default", &website_called("default", &json!({"imagesPerArticle": 1})));
    world.publish("ContentRequest", &json!({"content_topic": TOPIC, "word_count": 300, "request_id": "r1"}));
    if let Some((k, fault)) = crash {
        world.plan.at(*k, fault.clone());
    }
    if run_until_crash(world.drain(), &world.plan) == Outcome::Crashed {
        world.restart();
        block_on(world.drain());
    }
    let trace = world.plan.trace();
    let mut findings = block_on(check(&world, 1));
    let (more_texts, more_images) = crash.map_or((0, 0), |crash| bought_again(&trace, crash));
    for (what, calls, allowed) in [
        ("text calls", texts.1.load(Ordering::Relaxed), TEXTS + more_texts),
        ("image calls", images.calls(), 1 + more_images),
    ] {
        if calls > allowed {
            findings.push(format!("{calls} {what}, {allowed} allowed"));
        }
    }
    for event_type in ["ContentReady", "ReviewCompleted", "ImageRequested", "ImagesReady", "MetadataReady"] {
        let count = world.events(event_type).len();
        if count != 1 {
            findings.push(format!("{count} times {event_type}"));
        }
    }
    let published = &world.events("ContentPublished")[0];
    if published["images"].as_array().map(Vec::len) != Some(1) || published.get("degraded").is_some() {
        findings.push(format!("published short: {published}"));
    }
    (trace, findings)
}

/// An answer can be lost between the provider and the store; one that is stored is never bought again.
fn bought_again(trace: &[CallRecord], (k, fault): &(u64, Fault)) -> (usize, usize) {
    let call = trace.iter().find(|call| call.k == *k).expect("the crash is on record");
    let answer = call.operation == "put" && call.detail.contains("answers/") && *fault == Fault::CrashBefore;
    let lost = |port: &str| call.port == port && *fault == Fault::CrashAfter;
    let image = lost("image_model") || answer && call.detail.contains("answers/image-render/");
    let text = lost("text_model") || answer && !image;
    (usize::from(text), usize::from(image))
}

#[test]
fn a_crash_at_any_point_of_an_illustrated_article_loses_nothing_and_buys_nothing_twice() {
    let (trace, findings) = run(None, None);
    assert_eq!(findings, [""; 0]);
    let all: Vec<(u64, Fault)> = crash_points(&trace).collect();
    let points: Vec<&(u64, Fault)> = all.iter().step_by(STEP).collect();
    let failures = |points: &[&(u64, Fault)]| -> Vec<String> {
        let mut failures = Vec::new();
        for point in points {
            let call = trace.iter().find(|call| call.k == point.0).expect("a recorded call");
            let found = run(None, Some(point)).1;
            failures.extend(found.into_iter().map(|finding| format!("{:?} {call}: {finding}", point.1)));
        }
        failures
    };
    let (one, other) = points.split_at(points.len() / 2);
    let found = std::thread::scope(|scope| {
        let other = scope.spawn(|| failures(other));
        [failures(one), other.join().expect("a thread")].concat()
    });
    println!("{} of {} crash points, {} failures", points.len(), all.len(), found.len());
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(all.len() > 300, "only {} points: is the whole mesh recorded?", all.len());
}

#[test]
fn the_test_notices_an_image_stored_after_use() {
    let mutation = Some(Mutation::AnswerStoredAfterUse);
    let (trace, findings) = run(mutation, None);
    assert_eq!(findings, [""; 0], "without a crash even a broken rule does no harm");
    let asked = trace.iter().position(|call| call.port == "image_model").expect("an image is asked for");
    let found = crash_points(&trace[asked + 1..]).take(40).any(|point| {
        let findings = run(mutation, Some(&point)).1;
        findings.iter().any(|finding| finding.contains("2 image calls"))
    });
    assert!(found);
}
