//! What the runner makes of agents that misbehave, and of messages that are none.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use mesh_contracts::events::Echoed;
use mesh_core::{
    Agent, AgentError, Context, Emit, Event, Fate, Manifest, Outcome, Policy, Ports, Runner, Settings, Timestamp,
    ports::{
        Clock, Delivery, DocKey, Entropy, LedgerState, Models, OutboundMessage, PortError, Publisher, Queue, Receipt,
        StateStore, Write,
    },
    runner::Ended,
    submit::{SubmitError, submit},
};
use mesh_embedded::{Store, host};
use mesh_models::OfflineTextModel;
use mesh_testkit::{block_on, block_on_advancing, clock::ManualClock, entropy::SeededEntropy};
use serde_json::{Value, json};
use uuid::Uuid;

/// How an agent behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Manner {
    Panics,
    NeverEnds,
    SaysWhatItMayNot,
    BreaksAContract,
    WritesWhatItMayNot,
    LosesARaceOnce,
    LosesEveryRace,
    EndsTwice,
    Behaves,
}

#[derive(Debug)]
struct Odd {
    manifest: Manifest,
    manner: Manner,
    calls: AtomicU32,
}

const MANIFEST: &str = r#"{
    "name": "odd", "description": "Misbehaves.",
    "subscribes": [{"channel": "/echo/requested", "types": ["EchoRequested"]}],
    "publishes": ["Echoed"], "failure": {"event": "EchoFailure"}, "writes": ["notes"],
    "memory_mb": 128, "timeout_seconds": 10, "concurrency": 1
}"#;

#[async_trait]
impl Agent for Odd {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn handle(&self, event: &Event, ctx: &Context<'_>) -> Result<Outcome, AgentError> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let answer = Emit::of(&Echoed { message: event.payload::<mesh_contracts::events::EchoRequested>()?.message })?;
        match self.manner {
            Manner::Panics => panic!("on purpose"),
            Manner::NeverEnds => std::future::pending().await,
            Manner::SaysWhatItMayNot => {
                Ok(Outcome::nothing().emit(Emit { event_type: "ContentReady", contract: "content-ready-v1", ..answer }))
            }
            Manner::BreaksAContract => Ok(Outcome::nothing().emit(Emit { data: json!({"message": ""}), ..answer })),
            Manner::WritesWhatItMayNot => Ok(Outcome::nothing().write(Write::create("content", "x", &json!({}))?)),
            Manner::LosesARaceOnce => {
                let note = ctx.get("notes", "n").await?;
                let write = match (&note, call) {
                    // The first time somebody else is faster, as a stale read looks.
                    (Some(note), 1) => {
                        let stale = mesh_core::ports::Document { version: note.version + 7, ..note.clone() };
                        Write::replace(&stale, &json!({"by": "stale"}))?
                    }
                    (Some(note), _) => Write::replace(note, &json!({"by": "fresh"}))?,
                    (None, _) => Write::create("notes", "n", &json!({}))?,
                };
                Ok(Outcome::nothing().write(write).emit(answer))
            }
            Manner::LosesEveryRace => {
                let note = ctx.get("notes", "n").await?.expect("a note");
                let stale = mesh_core::ports::Document { version: note.version + 7, ..note };
                Ok(Outcome::nothing().write(Write::replace(&stale, &json!({"by": "stale"}))?).emit(answer))
            }
            Manner::EndsTwice | Manner::Behaves => Ok(Outcome::nothing().emit(answer)),
        }
    }
}

struct Bench {
    clock: Arc<ManualClock>,
    store: Store,
    ports: Ports,
    runner: Runner,
    agent: Arc<Odd>,
}

fn bench(manner: Manner) -> Bench {
    let clock = Arc::new(ManualClock::at(Timestamp(1_790_000_000_000)));
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(3));
    let time: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
    let store = Store::in_memory(Arc::clone(&time), Arc::clone(&entropy)).expect("a store");
    let ports = host::ports(
        &store,
        time,
        entropy,
        Models::none().with_text(Arc::new(OfflineTextModel::new())),
        &Settings::default(),
    );
    let manifest = Manifest::parse(MANIFEST).expect("a manifest");
    let agent = Arc::new(Odd { manifest, manner, calls: AtomicU32::new(0) });
    let dynamic: Arc<dyn Agent> = Arc::clone(&agent) as Arc<dyn Agent>;
    block_on(host::declare(&store, &[Arc::clone(&dynamic)])).expect("queues");
    let runner = Runner::new(dynamic, ports.clone(), Arc::new(store.queue("odd-dlq")), Policy::default());
    Bench { clock, store, ports, runner, agent }
}

/// A direct CloudEvents delivery of an echo request; of a run of its own unless said otherwise.
fn delivery(id: u128, run: Option<u128>) -> Delivery {
    let id = Uuid::from_u128(id);
    let attribute = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let run = run.map_or(id, Uuid::from_u128).to_string();
    Delivery {
        message_id: format!("m-{id}"),
        receipt: Receipt("r".into()),
        body: json!({"message": "hello"}).to_string(),
        attributes: [
            attribute("ce-id", &id.to_string()),
            attribute("ce-type", "EchoRequested"),
            attribute("ce-source", "/mesh/test"),
            attribute("ce-correlationid", &run),
        ]
        .into(),
        receive_count: 1,
        sent_at: Timestamp(1_790_000_000_000),
    }
}

impl Bench {
    fn process(&self, delivery: &Delivery) -> Fate {
        block_on_advancing(self.runner.process(delivery, None), &self.clock)
    }

    fn events(&self, event_type: &str) -> Vec<Value> {
        let journal = block_on(self.store.journal().since(0, None, 1000)).expect("a journal");
        let of_type = journal.iter().filter(|entry| entry.event_type.as_deref() == Some(event_type));
        of_type.map(|entry| serde_json::from_str(&entry.body).expect("JSON")).collect()
    }

    fn dead_letters(&self) -> u64 {
        block_on(self.store.queue("odd-dlq").depth()).expect("a depth").total()
    }
}

/// Four set-backs with growing waits, then the dead-letter queue, announced with the code.
fn is_suspended_with(manner: Manner, code: &str) {
    let bench = bench(manner);
    let message = delivery(1, None);
    let mut waits = Vec::new();
    for _ in 0..4 {
        match bench.process(&message) {
            Fate::Retry { ended: Ended::SetBack(found), after } => {
                assert_eq!(found, code, "{manner:?}");
                waits.push(after);
            }
            other => panic!("{manner:?}: {other:?}"),
        }
    }
    assert!(waits.is_sorted(), "{waits:?}");
    assert!((Duration::from_secs(22)..=Duration::from_secs(30)).contains(&waits[0]), "{waits:?}");
    assert_eq!(bench.events("EchoFailure").len(), 0, "nothing is said before the last attempt");
    assert!(matches!(bench.process(&message), Fate::Ack(Ended::Suspended(found)) if found == code));
    let failure = &bench.events("EchoFailure")[0];
    assert_eq!(
        (&failure["code"], &failure["dead_lettered"], &failure["final"]),
        (&json!(code), &json!(true), &json!(false))
    );
    assert_eq!(bench.dead_letters(), 1);
}

#[test]
fn a_panic_is_an_attempt_like_any_other() {
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    is_suspended_with(Manner::Panics, "HANDLER_PANICKED");
    std::panic::set_hook(quiet);
}

#[test]
fn a_handler_that_never_ends_is_ended_at_its_deadline() {
    is_suspended_with(Manner::NeverEnds, "TIMEOUT");
}

#[test]
fn an_outcome_outside_manifest_or_contract_is_never_committed() {
    is_suspended_with(Manner::SaysWhatItMayNot, "NOT_DECLARED");
    is_suspended_with(Manner::BreaksAContract, "OUTCOME_INVALID");
    is_suspended_with(Manner::WritesWhatItMayNot, "NOT_DECLARED");
}

#[test]
fn a_lost_race_is_run_again_on_fresh_state_within_the_attempt() {
    let bench = bench(Manner::LosesARaceOnce);
    let (ports, note) = (&bench.ports, Write::create("notes", "n", &json!({"by": "other"})).expect("a write"));
    block_on(submit(ports, "test", "note", Outcome::nothing().write(note))).expect("a note");
    assert_eq!(bench.process(&delivery(1, None)), Fate::Ack(Ended::Completed));
    assert_eq!(bench.agent.calls.load(Ordering::Relaxed), 2);
    let note = block_on(bench.store.state().get(&DocKey::new("notes", "n"))).expect("a read").expect("a note");
    assert_eq!(note.body, json!({"by": "fresh"}));
    assert_eq!(bench.events("Echoed").len(), 1);
}

#[test]
fn races_that_are_always_lost_end_in_the_dead_letters_by_their_name() {
    let bench = bench(Manner::LosesEveryRace);
    let (ports, note) = (&bench.ports, Write::create("notes", "n", &json!({"by": "other"})).expect("a write"));
    block_on(submit(ports, "test", "note", Outcome::nothing().write(note))).expect("a note");
    let mut receives = 0;
    let suspended = loop {
        receives += 1;
        match bench.process(&Delivery { receive_count: receives, ..delivery(1, None) }) {
            Fate::Retry { ended: Ended::SetBack("CONFLICT"), .. } => assert!(receives < 20, "the queue would move it"),
            other => break other,
        }
    };
    assert!(matches!(suspended, Fate::Ack(Ended::Suspended("CONFLICT"))), "{suspended:?}");
    assert_eq!(receives, 14, "nine that cost nothing, and five attempts");
    let failure = &bench.events("EchoFailure")[0];
    assert_eq!((&failure["code"], &failure["dead_lettered"]), (&json!("CONFLICT"), &json!(true)));
    assert_eq!(bench.dead_letters(), 1);
}

#[test]
fn the_second_end_of_a_run_is_dropped_as_superseded() {
    let bench = bench(Manner::EndsTwice);
    assert_eq!(bench.process(&delivery(1, Some(1))), Fate::Ack(Ended::Completed));
    assert_eq!(bench.process(&delivery(2, Some(1))), Fate::Ack(Ended::Superseded));
    assert_eq!(bench.events("Echoed").len(), 1);
    let entry = block_on(bench.store.state().entry("odd", Uuid::from_u128(2))).expect("a read").expect("an entry");
    let superseded = mesh_core::ports::Conclusion::Superseded;
    assert!(matches!(entry.state, LedgerState::Done { conclusion, .. } if conclusion == superseded));
}

#[test]
fn a_delivery_too_late_for_its_host_is_not_begun() {
    let bench = bench(Manner::Behaves);
    let soon = bench.clock.now().plus(Duration::from_secs(4));
    let fate = block_on(bench.runner.process(&delivery(1, None), Some(soon)));
    assert!(matches!(fate, Fate::Retry { ended: Ended::NotBegun, .. }));
    assert!(block_on(bench.store.state().entry("odd", Uuid::from_u128(1))).expect("a read").is_none());
}

#[test]
fn a_delivery_again_while_somebody_works_is_held_and_not_counted() {
    let bench = bench(Manner::Behaves);
    let begin = mesh_core::ports::BeginRequest {
        agent: "odd".into(),
        event_id: Uuid::from_u128(1),
        fingerprint: mesh_core::envelope::decode(&delivery(1, None), bench.agent.manifest()).fingerprint,
        correlation_id: Uuid::from_u128(1),
        event_type: "EchoRequested".into(),
        token: Uuid::from_u128(99),
        lease_until: bench.clock.now().plus(Duration::from_secs(5)),
        afresh: false,
    };
    block_on(bench.store.state().begin(&begin)).expect("begun");
    assert!(matches!(bench.process(&delivery(1, None)), Fate::Retry { ended: Ended::Held, .. }));
    bench.clock.advance(Duration::from_secs(6));
    assert_eq!(bench.process(&delivery(1, None)), Fate::Ack(Ended::Completed));
    assert_eq!(bench.process(&delivery(1, None)), Fate::Ack(Ended::AlreadyDone));
    assert_eq!(bench.events("Echoed").len(), 1);
}

#[test]
fn what_cannot_be_identified_is_rejected_and_kept() {
    let bench = bench(Manner::Behaves);
    let nameless = Delivery { attributes: Default::default(), ..delivery(1, None) };
    assert_eq!(bench.process(&nameless), Fate::Ack(Ended::Rejected("MISSING_EVENT_ID")));
    assert_eq!(bench.process(&nameless), Fate::Ack(Ended::AlreadyDone), "once");
    let rejection = &bench.events("ValidationError")[0];
    assert_eq!(rejection["details"][0]["field"], "ce-id");
    assert!(rejection["request"]["uri"].as_str().expect("a pointer").contains("quarantine/odd/"));
}

#[test]
fn eleven_attributes_and_300_kb_are_refused_at_the_door() {
    let bench = bench(Manner::Behaves);
    let message = |body: String, attributes: usize| mesh_core::message::Message {
        channel: "/echo/requested".into(),
        subject: "test".into(),
        attributes: (0..attributes).map(|n| (format!("a{n}"), "x".to_owned())).collect(),
        body,
    };
    let topics = bench.store.topics();
    for (bad, field, value, limit) in [
        (message("{}".into(), 11), "attributes", "11 attributes", "10 attributes"),
        (message("x".repeat(300 * 1024), 0), "message", "307200 bytes", "262144 bytes"),
    ] {
        match block_on(topics.publish(std::slice::from_ref(&bad))) {
            Err(PortError::Limit { field: f, value: v, limit: l, .. }) => {
                assert_eq!((&*f, &*v, &*l), (field, value, limit))
            }
            other => panic!("{other:?}"),
        }
        let direct = OutboundMessage { body: bad.body, attributes: bad.attributes, ..OutboundMessage::default() };
        assert!(matches!(block_on(bench.store.queue("odd").send(&[direct])), Err(PortError::Limit { .. })));
    }
}

#[test]
fn eleven_attributes_that_arrive_all_the_same_are_rejected() {
    let bench = bench(Manner::Behaves);
    let mut crowded = delivery(1, None);
    crowded.attributes.extend((0..7).map(|n| (format!("x{n}"), "y".to_owned())));
    assert_eq!(bench.process(&crowded), Fate::Ack(Ended::Rejected("TOO_MANY_ATTRIBUTES")));
    let detail = &bench.events("ValidationError")[0]["details"][0];
    assert_eq!(*detail, json!({"field": "attributes", "value": "11", "limit": "at most 10"}));
}

#[test]
fn a_submission_happens_once_a_key() {
    let bench = bench(Manner::Behaves);
    let outcome = |text: &str| {
        let data = json!({"message": text});
        let (event_type, contract) = ("EchoRequested", "echo-requested-v1");
        let request = Emit { event_type, contract, subject: None, due: None, data };
        Outcome::nothing()
            .emit(request)
            .write(Write::create("notes", "from-outside", &json!({"n": 1})).expect("a write"))
    };
    let first = block_on(submit(&bench.ports, "gateway", "key-1", outcome("hello"))).expect("taken");
    let again = block_on(submit(&bench.ports, "gateway", "key-1", outcome("hello"))).expect("taken");
    assert_eq!((first.repeated, again.repeated), (false, true));
    assert_eq!(first.event_ids, again.event_ids);
    assert_eq!(bench.events("EchoRequested").len(), 1);
    let other = block_on(submit(&bench.ports, "gateway", "key-1", outcome("something else")));
    assert!(matches!(other, Err(SubmitError::Reused)));
    let invalid = block_on(submit(&bench.ports, "gateway", "key-2", outcome("")));
    assert!(matches!(invalid, Err(SubmitError::Invalid { .. })));
}
