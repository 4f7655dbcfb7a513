//! One article through all agents, the process killed before and after every single call of a port.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use mesh_core::{
    Settings, Timestamp,
    ports::{ChatRequest, ChatResponse, ModelError, TextModel},
};
use mesh_models::OfflineTextModel;
use mesh_testkit::{
    block_on,
    crash::{Outcome, crash_points, run_until_crash},
    faulty::{CallRecord, Fault},
};
use mesh_tests::{Mutation, World, articles::website_called, check};
use serde_json::json;

/// How an article is written, and how many calls of a text model that takes.
#[derive(Debug, Clone, Copy)]
enum Written {
    /// The draft, and its metadata.
    AtOnce,
    /// An outline, two sections, a polish, and its metadata; with sources.
    InStages,
}

impl Written {
    fn calls(self) -> u64 {
        match self {
            Self::AtOnce => 2,
            Self::InStages => 5,
        }
    }

    /// Whether it is killed at this call. What differs in stages are the calls of models and the answers kept of them; of
    /// all others it is every fourth.
    fn concerns(self, call: &CallRecord) -> bool {
        let answers = call.port == "text_model" || call.detail.contains("answers/");
        matches!(self, Self::AtOnce) || answers || call.k.is_multiple_of(4)
    }

    /// A world in which it is asked for.
    fn asked(self, mutation: Option<Mutation>, model: &Arc<Paid>) -> World {
        let world = World::with(Settings::default(), mutation, Some(Arc::clone(model) as Arc<dyn TextModel>));
        let mut request = json!({"content_topic": "Urban Beekeeping", "word_count": 300, "request_id": "r1"});
        if matches!(self, Self::InStages) {
            let site = json!({"articleStages": "staged", "refine": false, "imagesPerArticle": 0});
            world.set("website_settings", "default", &website_called("default", &site));
            request["sources"] =
                json!([{"title": "City hives", "text": "Roofs gave more.", "url": "https://city.example/"}]);
        }
        world.publish("ContentRequest", &request);
        world
    }
}

/// Counts what would have been paid.
#[derive(Debug, Default)]
struct Paid {
    model: OfflineTextModel,
    calls: AtomicU64,
}

#[async_trait]
impl TextModel for Paid {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn is_offline(&self) -> bool {
        true
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.model.complete(request, deadline).await
    }
}

/// What one run showed.
struct Run {
    trace: Vec<CallRecord>,
    findings: Vec<String>,
}

/// An article, killed where `crash` says, started again, and run until all is quiet.
fn run(written: Written, mutation: Option<Mutation>, crash: Option<(u64, Fault)>) -> Run {
    let paid = Arc::new(Paid::default());
    let mut world = written.asked(mutation, &paid);
    if let Some((k, fault)) = crash.clone() {
        world.plan.at(k, fault);
    }
    let mut findings = Vec::new();
    if run_until_crash(world.drain(), &world.plan) == Outcome::Crashed {
        findings.extend(published_but_not_committed(&world));
        world.restart();
        block_on(world.drain());
    }
    let trace = world.plan.trace();
    findings.extend(block_on(check(&world, 1)));
    let allowed = allowed_calls(written.calls(), &trace, crash.as_ref());
    let calls = paid.calls.load(Ordering::Relaxed);
    if calls > allowed {
        findings.push(format!("{calls} model calls, {allowed} allowed"));
    }
    Run { trace, findings }
}

/// An answer can be lost between the provider and the store; one that is stored is never bought again.
fn allowed_calls(calls: u64, trace: &[CallRecord], crash: Option<&(u64, Fault)>) -> u64 {
    let Some((k, fault)) = crash else { return calls };
    let call = trace.iter().find(|call| call.k == *k).expect("the crash is on record");
    let bought = call.port == "text_model" && *fault == Fault::CrashAfter;
    let not_stored = call.operation == "put" && call.detail.contains("answers/") && *fault == Fault::CrashBefore;
    if bought || not_stored { calls + 1 } else { calls }
}

/// At the moment of the crash, every event that an agent published is in a committed outbox.
fn published_but_not_committed(world: &World) -> Vec<String> {
    use mesh_core::ports::StateStore;
    let journal = block_on(world.store.journal().since(0, None, 10_000)).expect("a journal");
    let causes: Vec<uuid::Uuid> = journal.iter().filter_map(|entry| entry.event_id.as_deref()?.parse().ok()).collect();
    let committed = |agent: &str, id: &str| {
        causes.iter().any(|cause| {
            let entry = block_on(world.store.state().entry(agent, *cause)).expect("an entry");
            entry.is_some_and(|entry| {
                entry.outbox.iter().any(|out| out.message.attributes.get("ce-id").map(String::as_str) == Some(id))
            })
        })
    };
    let ours = journal.iter().filter_map(|entry| {
        let agent = entry.attributes.get("ce-source")?.strip_prefix("/mesh/")?;
        (agent != "test").then_some((agent, entry.event_id.as_deref()?))
    });
    ours.filter(|(agent, id)| !committed(agent, id))
        .map(|(agent, id)| format!("{agent} published {id} without having committed it"))
        .collect()
}

fn failures(written: Written, mutation: Option<Mutation>) -> (usize, Vec<String>) {
    let clean = run(written, mutation, None);
    assert_eq!(clean.findings, [""; 0], "without a crash even a broken rule does no harm");
    let mut points = 0;
    let mut failures = Vec::new();
    for (k, fault) in crash_points(&clean.trace) {
        let call = clean.trace.iter().find(|call| call.k == k).expect("a recorded call");
        if !written.concerns(call) {
            continue;
        }
        points += 1;
        let found = run(written, mutation, Some((k, fault.clone()))).findings;
        failures.extend(found.into_iter().map(|finding| format!("{fault:?} {call}: {finding}")));
        if mutation.is_some() && !failures.is_empty() {
            break;
        }
    }
    (points, failures)
}

#[test]
fn a_crash_at_any_point_loses_nothing_and_does_nothing_twice() {
    let (points, failures) = failures(Written::AtOnce, None);
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    assert!(points > 100, "only {points} points: is the whole mesh recorded?");
    println!("{points} crash points, all right");
}

#[test]
fn an_article_in_stages_pays_no_stage_twice_wherever_it_is_killed() {
    let (points, failures) = failures(Written::InStages, None);
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    assert!(points > 100, "only {points} points: is the whole mesh recorded?");
    println!("{points} crash points, all right");
}

#[test]
fn the_test_notices_a_stage_stored_after_use() {
    assert!(!failures(Written::InStages, Some(Mutation::AnswerStoredAfterUse)).1.is_empty());
}

#[test]
fn the_test_notices_marking_before_handling() {
    assert!(!failures(Written::AtOnce, Some(Mutation::MarkBeforeHandling)).1.is_empty());
}

#[test]
fn the_test_notices_publishing_before_the_commit() {
    assert!(!failures(Written::AtOnce, Some(Mutation::PublishBeforeCommit)).1.is_empty());
}

#[test]
fn the_test_notices_an_answer_stored_after_use() {
    assert!(!failures(Written::AtOnce, Some(Mutation::AnswerStoredAfterUse)).1.is_empty());
}
