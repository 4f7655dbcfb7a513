//! Decorators: transparent without faults, exact with them, and a process that dies at every point.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use mesh_core::{
    message::Message,
    ports::{
        BeginRequest, Begun, Blobs, BlobsExt, Clock, Commit, CommitAnswer, Conclusion, DocKey, Document, ImageModel,
        ModelErrorKind, OutboundMessage, OutboxEntry, PortError, Publisher, PutCondition, Queue, StateStore, TextModel,
        Write, WriteMode,
    },
};
use mesh_testkit::{
    block_on,
    clock::{ManualClock, START},
    crash::{Outcome, crash_points, run_until_crash},
    faulty::{
        Fault, FaultPlan, FaultyBlobs, FaultyImageModel, FaultyPublisher, FaultyQueue, FaultyStateStore,
        FaultyTextModel,
    },
    model::{ScriptedImageModel, ScriptedTextModel, png},
    suite::{Harness, Notification, Time, blobs, image_model, queue, state_store, text_model::plain_request},
};
use serde_json::json;
use uuid::Uuid;

use crate::fakes::{MemoryBlobs, MemoryPublisher, MemoryQueue, MemoryStore};

#[test]
fn without_faults_a_decorator_is_the_port() {
    block_on(state_store::all(&Harness::new(|| {
        let clock = Arc::new(ManualClock::new());
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock), None));
        let faulty = FaultyStateStore::new(store, &FaultPlan::new());
        state_store::Fixture::new(Arc::new(faulty), Time::Manual(clock))
    })));
    block_on(queue::all(&Harness::new(|| {
        let clock = Arc::new(ManualClock::new());
        let dlq = MemoryQueue::new("dlq", &clock, None, None);
        let inner = MemoryQueue::new("queue", &clock, Some((Arc::clone(&dlq), 3)), None);
        let faulty = FaultyQueue::new(inner, &FaultPlan::new());
        queue::Fixture::new(Arc::new(faulty), dlq, Time::Manual(clock))
    })));
    block_on(blobs::all(&Harness::new(|| {
        blobs::Fixture::new(Arc::new(FaultyBlobs::new(Arc::new(MemoryBlobs::new(None)), &FaultPlan::new())))
    })));
}

/// A process that makes one widget per message, and what it stands on.
struct World {
    plan: FaultPlan,
    clock: Arc<ManualClock>,
    inbox: Arc<MemoryQueue>,
    made: Arc<MemoryQueue>,
    store: Arc<MemoryStore>,
}

fn world() -> World {
    let clock = Arc::new(ManualClock::new());
    let inbox = MemoryQueue::new("inbox", &clock, None, None);
    inbox.put(&OutboundMessage { body: "make one".to_owned(), ..OutboundMessage::default() });
    let made = MemoryQueue::new("made", &clock, None, None);
    let store = Arc::new(MemoryStore::new(Arc::clone(&clock), None));
    World { plan: FaultPlan::new(), clock, inbox, made, store }
}

const EVENT: Uuid = Uuid::from_u128(1);

impl World {
    fn publisher(&self) -> FaultyPublisher {
        let subscriptions = BTreeMap::from([("/made".to_owned(), vec![Arc::clone(&self.made)])]);
        FaultyPublisher::new(Arc::new(MemoryPublisher::new(&self.clock, subscriptions, None)), &self.plan)
    }

    /// One turn of a worker: receive, begin, commit, dispatch, ack.
    async fn turn(&self, token: u128) -> Result<(), PortError> {
        let queue = FaultyQueue::new(Arc::clone(&self.inbox) as Arc<dyn Queue>, &self.plan);
        let store = FaultyStateStore::new(Arc::clone(&self.store) as Arc<dyn StateStore>, &self.plan);
        let token = Uuid::from_u128(token);
        for delivery in queue.receive(1, Duration::ZERO, None).await? {
            let mut undispatched = match store.begin(&begin(token, &self.clock)).await? {
                Begun::Done { undispatched } => undispatched,
                Begun::Started { .. } => {
                    assert_eq!(store.commit(&commit(token)).await?, CommitAnswer::Committed);
                    commit(token).outbox
                }
                other => panic!("{other:?}"),
            };
            let messages: Vec<Message> = undispatched.drain(..).map(|entry| entry.message).collect();
            if !messages.is_empty() {
                assert_eq!(self.publisher().publish(&messages).await?, vec![]);
                store.dispatched("maker", EVENT, &[0, 1]).await?;
            }
            queue.ack(&[delivery.receipt]).await?;
        }
        Ok(())
    }

    /// What came out: versions of the widget, and the numbers of the messages that arrived.
    fn outcome(&self) -> (Option<u64>, Vec<String>) {
        let widget = block_on(self.store.get(&DocKey::new("widget", "w"))).unwrap();
        let arrived = block_on(self.made.receive(10, Duration::ZERO, None)).unwrap();
        let mut bodies: Vec<_> = arrived.iter().map(|got| Notification::parse(&got.body).unwrap().message).collect();
        bodies.sort();
        bodies.dedup();
        (widget.map(|widget| widget.version), bodies)
    }
}

fn begin(token: Uuid, clock: &ManualClock) -> BeginRequest {
    BeginRequest {
        agent: "maker".to_owned(),
        event_id: EVENT,
        fingerprint: "f".to_owned(),
        correlation_id: EVENT,
        event_type: "WidgetOrdered".to_owned(),
        token,
        lease_until: clock.now().plus(Duration::from_secs(20)),
        afresh: false,
    }
}

fn commit(token: Uuid) -> Commit {
    let key = DocKey::new("widget", "w");
    let document =
        Document { key, version: 0, owner: None, index: None, sort: None, expires_at: None, body: json!({}) };
    Commit {
        agent: "maker".to_owned(),
        event_id: EVENT,
        token,
        writes: vec![Write { mode: WriteMode::Create, document }],
        outbox: (0..2).map(|index| OutboxEntry { index, message: made(index), due: None, dispatched: false }).collect(),
        conclusion: Conclusion::Completed,
    }
}

fn made(index: u32) -> Message {
    Message {
        channel: "/made".to_owned(),
        subject: "WidgetMade".to_owned(),
        attributes: BTreeMap::from([("ce-id".to_owned(), format!("made-{index}"))]),
        body: format!("widget {index}"),
    }
}

#[test]
fn a_process_may_die_at_every_point() {
    let calm = world();
    assert!(matches!(run_until_crash(calm.turn(1), &calm.plan), Outcome::Finished(Ok(()))));
    let trace = calm.plan.trace();
    let operations: Vec<&str> = trace.iter().map(|call| call.operation).collect();
    assert_eq!(operations, ["receive", "begin", "commit", "publish", "dispatched", "ack"]);
    assert_eq!(trace[3].to_string(), "4 publisher.publish WidgetMade (made-0), WidgetMade (made-1)");
    let partway = [(4, Fault::CrashPartway(1))];
    for (k, fault) in crash_points(&trace).chain(partway) {
        let world = world();
        world.plan.at(k, fault.clone());
        assert!(matches!(run_until_crash(world.turn(1), &world.plan), Outcome::Crashed), "{fault:?} at {k}");
        assert!(matches!(run_until_crash(world.turn(1), &world.plan), Outcome::Crashed), "the dead do not run");
        assert_eq!(world.plan.calls(), k);
        world.plan.restart();
        world.clock.advance(Duration::from_secs(60));
        assert!(matches!(run_until_crash(world.turn(2), &world.plan), Outcome::Finished(Ok(()))), "{fault:?} at {k}");
        let expected = (Some(1), vec!["widget 0".to_owned(), "widget 1".to_owned()]);
        assert_eq!(world.outcome(), expected, "{fault:?} at {k}");
        assert_eq!(block_on(world.inbox.depth()).unwrap().total(), 0, "{fault:?} at {k}");
    }
}

#[test]
fn a_failed_call_did_or_did_not_happen() {
    for (fault, widget) in [(Fault::FailBefore, None), (Fault::FailAfter, Some(1))] {
        let world = world();
        world.plan.on("state_store", "commit", 1, fault);
        let error = block_on(world.turn(1)).unwrap_err();
        assert!(matches!(error, PortError::Unavailable { port: "state_store", .. }), "{error}");
        assert_eq!(world.outcome(), (widget, vec![]));
    }
    let world = world();
    world.plan.always("queue", "receive", Fault::Throttle);
    for _ in 0..2 {
        assert!(matches!(block_on(world.turn(1)), Err(PortError::Throttled { port: "queue", .. })));
    }
    world.plan.heal();
    block_on(world.turn(1)).unwrap();
}

#[test]
fn a_throttled_commit_says_so() {
    let world = world();
    let store = FaultyStateStore::new(Arc::clone(&world.store) as Arc<dyn StateStore>, &world.plan);
    world.plan.on("state_store", "commit", 1, Fault::Throttle);
    let token = Uuid::from_u128(1);
    block_on(store.begin(&begin(token, &world.clock))).unwrap();
    assert_eq!(block_on(store.commit(&commit(token))).unwrap(), CommitAnswer::Throttled);
    assert_eq!(block_on(store.commit(&commit(token))).unwrap(), CommitAnswer::Committed);
}

#[test]
fn failed_entries_are_those_planned() {
    let world = world();
    world.plan.at(1, Fault::FailEntries([0, 2, 9].into()));
    let batch: Vec<Message> = (0..4).map(made).collect();
    let failed = block_on(world.publisher().publish(&batch)).unwrap();
    assert_eq!(failed.iter().map(|entry| entry.index).collect::<Vec<_>>(), [0, 2]);
    assert_eq!(world.outcome().1, ["widget 1", "widget 3"]);
}

#[test]
fn entries_that_fail_by_themselves_keep_their_index() {
    let world = world();
    world.plan.at(1, Fault::FailEntries([0].into()));
    let stray = Message { channel: "/unknown".to_owned(), ..made(2) };
    let failed = block_on(world.publisher().publish(&[made(0), made(1), stray])).unwrap();
    assert_eq!(failed.iter().map(|entry| entry.index).collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn blobs_and_models_fail_as_planned() {
    let plan = FaultPlan::new();
    let store = FaultyBlobs::new(Arc::new(MemoryBlobs::new(None)), &plan);
    let put = || block_on(store.put_bytes("k", "x".into(), "text/plain", PutCondition::IfAbsent));
    plan.at(1, Fault::FailBefore).at(2, Fault::FailAfter);
    assert!(put().is_err());
    assert!(put().is_err());
    assert!(block_on(store.head("k")).unwrap().is_some());
    let scripted = Arc::new(ScriptedTextModel::new().answering("lost").answering("kept"));
    let model = FaultyTextModel::new(Arc::clone(&scripted) as Arc<dyn TextModel>, &plan);
    plan.on("text_model", "complete", 1, Fault::Throttle).on("text_model", "complete", 2, Fault::FailAfter);
    let ask = || block_on(model.complete(&plain_request(), START));
    assert_eq!(ask().unwrap_err().kind, ModelErrorKind::RateLimited);
    assert_eq!(ask().unwrap_err().kind, ModelErrorKind::Transport);
    assert_eq!(ask().unwrap().text, "kept");
    assert_eq!(scripted.paid_calls(), 2);
}

#[test]
fn images_and_puts_fail_as_planned() {
    let plan = FaultPlan::new();
    let scripted = Arc::new(ScriptedImageModel::new().drawing(1, 1).drawing(2, 1).priced(7));
    let model = FaultyImageModel::new(Arc::clone(&scripted) as Arc<dyn ImageModel>, &plan);
    plan.on("image_model", "render", 1, Fault::Throttle).on("image_model", "render", 2, Fault::FailAfter);
    let request = image_model::plain_request();
    let draw = || block_on(model.render(&request, START));
    assert_eq!(model.quote(&request), Some(7));
    assert_eq!(draw().unwrap_err().kind, ModelErrorKind::RateLimited);
    assert_eq!(draw().unwrap_err().kind, ModelErrorKind::Transport);
    assert_eq!(draw().unwrap().image, png(2, 1));
    assert_eq!(
        (scripted.paid_calls(), plan.trace()[0].to_string()),
        (2, "1 image_model.render 16:9 seed 1".to_owned())
    );
    let world = world();
    let store = FaultyStateStore::new(Arc::clone(&world.store) as Arc<dyn StateStore>, &world.plan);
    world.plan.at(1, Fault::Throttle).at(2, Fault::FailAfter);
    let write = commit(Uuid::nil()).writes.remove(0);
    assert!(matches!(block_on(store.put(&write)), Err(PortError::Throttled { port: "state_store", .. })));
    assert!(matches!(block_on(store.put(&write)), Err(PortError::Unavailable { .. })));
    assert_eq!(world.outcome().0, Some(1), "it happened");
    assert!(!block_on(store.put(&write)).unwrap());
}
