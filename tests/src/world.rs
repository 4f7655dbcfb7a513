//! A whole mesh in memory.

use std::{sync::Arc, time::Duration};

use mesh_core::{
    Agent, Fate, Policy, Ports, Runner, Settings, Timestamp,
    envelope::{Outgoing, encode},
    ids,
    message::Message,
    ports::{Clock, Entropy, ImageModel, Models, Publisher, Queue, StateStore, TextModel, Write},
};
use mesh_embedded::{Store, host};
use mesh_models::OfflineTextModel;
use mesh_testkit::{
    clock::ManualClock,
    entropy::SeededEntropy,
    faulty::{
        FaultPlan, FaultyBlobs, FaultyImageModel, FaultyPublisher, FaultyQueue, FaultyStateStore, FaultyTextModel,
    },
    model::{ScriptedImageModel, picture, png},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    hooks::Hooked,
    host::AGENTS,
    mutation::{self, Mutation},
    recorder::Conclusions,
};

/// When every world begins.
const START: Timestamp = Timestamp(1_790_000_000_000);
/// How far time is moved when nothing can be done.
const STEP: Duration = Duration::from_secs(30);
/// So many steps without work are quiet: longer than any due event waits.
const QUIET_STEPS: usize = 6;
/// Quiet is reached within this many steps, or never.
const MOST_STEPS: usize = 3000;

/// An agent at work.
#[derive(Debug)]
pub struct Seat {
    /// What carries its messages.
    pub runner: Runner,
    /// Where they come from.
    pub queue: Arc<dyn Queue>,
    /// Where they end.
    pub dlq: Arc<dyn Queue>,
}

/// A whole mesh in memory.
#[derive(Debug)]
pub struct World {
    /// The time.
    pub clock: Arc<ManualClock>,
    /// The store behind all ports.
    pub store: Store,
    /// What goes wrong.
    pub plan: FaultPlan,
    /// The settings.
    pub settings: Settings,
    /// The agents.
    pub seats: Vec<Seat>,
    /// Who concluded which event.
    pub conclusions: Arc<Conclusions>,
    entropy: Arc<dyn Entropy>,
    mutation: Option<Mutation>,
    model: Arc<dyn TextModel>,
    images: Arc<dyn ImageModel>,
}

impl World {
    /// A mesh of all agents with the offline model.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Settings::default(), None, None)
    }

    /// A mesh that breaks one of the rules.
    #[must_use]
    pub fn mutated(mutation: Mutation) -> Self {
        Self::with(Settings::default(), Some(mutation), None)
    }

    /// A mesh with these settings and this model.
    #[must_use]
    pub fn with(settings: Settings, mutation: Option<Mutation>, model: Option<Arc<dyn TextModel>>) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
        let store = Store::in_memory(Arc::clone(&clock) as Arc<dyn Clock>, Arc::clone(&entropy)).expect("a store");
        let model = model.unwrap_or_else(|| Arc::new(OfflineTextModel::new()));
        let plan = FaultPlan::new();
        let mut world = Self {
            clock,
            store,
            plan,
            settings,
            seats: Vec::new(),
            conclusions: Arc::default(),
            entropy,
            mutation,
            model,
            images: Arc::new(ScriptedImageModel::new().otherwise(|_| picture(png(640, 360)))),
        };
        mesh_testkit::block_on(host::declare(&world.store, &world.agents())).expect("queues");
        world.restart();
        world
    }

    /// The agents, as their crates build them.
    #[must_use]
    pub fn agents(&self) -> Vec<Arc<dyn Agent>> {
        agents(&self.settings)
    }

    /// Another model for the images, from now on.
    pub fn draw_with(&mut self, images: Arc<dyn ImageModel>) {
        self.images = images;
        self.restart();
    }

    /// Stores a document as its own writer would.
    pub fn set(&self, kind: &str, id: &str, body: &Value) {
        let write = Write::create(kind, id, body).expect("a document");
        assert!(mesh_testkit::block_on(self.store.state().put(&write)).expect("stored"), "{kind} {id} is new");
    }

    /// Starts all agents afresh, as after a crash: nothing is left but the store.
    pub fn restart(&mut self) {
        self.plan.restart();
        self.seats = self.new_seats();
    }

    /// Another set of all agents over the same store: a second process.
    #[must_use]
    pub fn new_seats(&self) -> Vec<Seat> {
        let ports = self.ports();
        let policy = Policy { attempts: self.settings.attempts, backoff_scale: self.settings.backoff_scale };
        let seat = |agent: Arc<dyn Agent>| {
            let queue = |name: &str| -> Arc<dyn Queue> {
                let queue = FaultyQueue::new(Arc::new(self.store.queue(name)), &self.plan);
                mutation::mutate_queue(self.mutation, Arc::new(queue))
            };
            let (queue, dlq) = (queue(&agent.manifest().name), queue(&agent.manifest().dlq()));
            Seat { runner: Runner::new(agent, ports.clone(), Arc::clone(&dlq), policy), queue, dlq }
        };
        self.agents().into_iter().map(seat).collect()
    }

    /// The ports of its agents, faults and all.
    #[must_use]
    pub fn ports(&self) -> Ports {
        let models = Models::none().with_text(Arc::clone(&self.model)).with_image(Arc::clone(&self.images));
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let ports = host::ports(&self.store, clock, Arc::clone(&self.entropy), models, &self.settings);
        let ports = mutation::mutate(self.mutation, faulty(ports, &self.plan));
        Ports { state: Hooked::new(ports.state, Arc::clone(&self.conclusions)), ..ports }
    }

    /// Publishes an event from outside, without faults, and answers its id.
    pub fn publish(&self, event_type: &str, data: &Value) -> Uuid {
        let id = match data.get("request_id").and_then(Value::as_str) {
            Some(request) => ids::of_request(data.get("website_id").and_then(Value::as_str).unwrap_or(""), request),
            None => Uuid::from_u128(self.entropy.bits()),
        };
        let spec = mesh_contracts::find_type(event_type).expect("a known type");
        self.send(encode(&Outgoing {
            spec,
            id,
            emitter: "test",
            subject: None,
            time: self.clock.now(),
            correlation_id: id,
            parent: None,
            origin: None,
            data,
        }));
        id
    }

    /// Publishes a message from outside, without faults.
    pub fn send(&self, message: Message) {
        let failed = mesh_testkit::block_on(self.store.topics().publish(&[message])).expect("published");
        assert_eq!(failed, [], "the topic takes it");
    }

    /// Runs until nothing is left to do, moving time on whenever everything waits. Panics when that never comes.
    pub async fn drain(&self) {
        self.drain_by(&self.seats).await;
    }

    /// The same, the work done by these agents.
    pub async fn drain_by(&self, seats: &[Seat]) {
        let mut idle = 0;
        for _ in 0..MOST_STEPS {
            if round(seats).await {
                idle = 0;
                continue;
            }
            idle = if self.queues_are_empty().await { idle + 1 } else { 0 };
            if idle > QUIET_STEPS {
                return;
            }
            self.clock.advance(STEP);
        }
        panic!("the mesh never became quiet");
    }

    /// Whether no queue holds a message.
    pub async fn queues_are_empty(&self) -> bool {
        for seat in &self.seats {
            let name = &seat.runner.agent().manifest().name;
            if self.store.queue(name).depth().await.expect("a depth").total() > 0 {
                return false;
            }
        }
        true
    }

    /// How many messages are in dead-letter queues.
    pub async fn dead_letters(&self) -> u64 {
        let mut total = 0;
        for seat in &self.seats {
            total += self.store.queue(&seat.runner.agent().manifest().dlq()).depth().await.expect("a depth").total();
        }
        total
    }
}

/// One round over all agents: up to ten messages each, then a sweep. Answers whether anything was done.
async fn round(seats: &[Seat]) -> bool {
    let mut busy = false;
    for seat in seats {
        busy |= seat.round().await;
    }
    busy
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl Seat {
    /// Receives, processes and settles what is there, then sweeps. Answers whether anything was done.
    pub async fn round(&self) -> bool {
        let Ok(deliveries) = self.queue.receive(10, Duration::ZERO, None).await else { return false };
        let busy = !deliveries.is_empty();
        for delivery in deliveries {
            // What cannot be settled comes again.
            let _ = match self.runner.process(&delivery, None).await {
                Fate::Ack(_) => self.queue.ack(&[delivery.receipt]).await.map(drop),
                Fate::Retry { after, .. } => self.queue.nack(&delivery.receipt, after).await,
            };
        }
        let swept = self.runner.sweep().await.unwrap_or(0);
        busy || swept > 0
    }
}

/// The agents, as their crates build them.
pub(crate) fn agents(settings: &Settings) -> Vec<Arc<dyn Agent>> {
    AGENTS.iter().map(|agent| agent(settings).expect("an agent")).collect()
}

/// The ports, every call of theirs through the plan.
pub(crate) fn faulty(ports: Ports, plan: &FaultPlan) -> Ports {
    let text = ports.models.text.map(|text| -> Arc<dyn TextModel> { Arc::new(FaultyTextModel::new(text, plan)) });
    let image = ports.models.image.map(|image| -> Arc<dyn ImageModel> { Arc::new(FaultyImageModel::new(image, plan)) });
    Ports {
        state: Arc::new(FaultyStateStore::new(ports.state, plan)),
        blobs: Arc::new(FaultyBlobs::new(ports.blobs, plan)),
        publisher: Arc::new(FaultyPublisher::new(ports.publisher, plan)),
        models: Models { text, image, catalog: None },
        ..ports
    }
}
