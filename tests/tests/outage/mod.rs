//! Requests that arrive while the text model's provider is down, and what becomes of them.

#[path = "../matrix/drive.rs"]
pub(crate) mod drive;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use mesh_core::{
    Settings, Timestamp,
    ports::{ChatRequest, ChatResponse, ModelError, ModelErrorKind, TextModel},
};
use mesh_models::OfflineTextModel;
use mesh_testkit::{block_on, model::failure};
use mesh_tests::{World, check};
use serde_json::json;

use drive::{Watch, drain, rounds};

/// How far time is moved at once.
const TICK: Duration = Duration::from_secs(10);
/// Ticks of a minute.
const TICKS: u64 = 6;
/// Lists of a site name the latest articles only.
const LISTED: &str = "is missing in site/";
/// Work that takes longer than this after the outage is lost.
const PATIENCE: u64 = 24 * 60 * TICKS;

/// A model whose provider is overloaded or does not answer, by turns, while it is not well.
#[derive(Debug, Default)]
pub(crate) struct Moody {
    pub(crate) well: AtomicBool,
    pub(crate) calls: AtomicU32,
    /// While it is not well, one of so many calls is answered; 0: none.
    pub(crate) answers_every: u32,
    model: OfflineTextModel,
}

#[async_trait]
impl TextModel for Moody {
    fn name(&self) -> &str {
        "test/moody"
    }

    fn is_offline(&self) -> bool {
        true
    }

    async fn complete(&self, request: &ChatRequest, deadline: Timestamp) -> Result<ChatResponse, ModelError> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let lucky = self.answers_every > 0 && call.is_multiple_of(self.answers_every);
        if self.well.load(Ordering::Relaxed) || lucky {
            return self.model.complete(request, deadline).await;
        }
        Err(failure(if call.is_multiple_of(2) { ModelErrorKind::Timeout } else { ModelErrorKind::Overloaded }))
    }
}

/// An outage.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outage {
    /// How long it lasts.
    pub(crate) minutes: u64,
    /// How many requests arrive in each of them.
    pub(crate) requests_per_minute: u64,
    /// How many of those that arrive are no valid requests, in addition.
    pub(crate) invalid_per_minute: u64,
    /// As of [`Moody`].
    pub(crate) answers_every: u32,
}

/// What became of the requests.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) requests: usize,
    /// Calls of the text model while it was down.
    pub(crate) calls: u32,
    /// How often a message was received and not begun.
    pub(crate) not_begun: u64,
    /// How often an event was suspended.
    pub(crate) suspended: u64,
    /// Messages in dead-letter queues at the end, whoever moved them there.
    pub(crate) dead_letters: u64,
    /// The most receives of one message.
    pub(crate) receives: u32,
    /// From the end of the outage until no queue held a message.
    pub(crate) backlog_seconds: u64,
    pub(crate) published: usize,
    /// What else is wrong.
    pub(crate) findings: Vec<String>,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, calls, not_begun, suspended, dead_letters, receives, backlog_seconds, published, .. } =
            self;
        write!(
            f,
            "{published} of {requests} published; {calls} calls during the outage; {not_begun} receives not begun, at \
             most {receives} of one message; {suspended} suspended, {dead_letters} dead letters; backlog gone after \
             {backlog_seconds} s"
        )
    }
}

impl Outage {
    /// Lives through it.
    pub(crate) fn run(self) -> Figures {
        let model = Arc::new(Moody { answers_every: self.answers_every, ..Moody::default() });
        let world = World::with(Settings::default(), None, Some(Arc::clone(&model) as Arc<dyn TextModel>));
        let watch = Watch::default();
        let mut requests = 0;
        for tick in 0..self.minutes * TICKS {
            requests += self.arrive(&world, tick);
            while block_on(rounds(&world.seats, &watch)) {}
            world.clock.advance(TICK);
            if (tick + 1).is_multiple_of(10 * TICKS) {
                println!("minute {}: {requests} requests", (tick + 1) / TICKS);
            }
        }
        let calls = model.calls.load(Ordering::Relaxed);
        model.well.store(true, Ordering::Relaxed);
        let mut ticks = 0;
        while ticks < PATIENCE && !block_on(world.queues_are_empty()) {
            while block_on(rounds(&world.seats, &watch)) {}
            world.clock.advance(TICK);
            ticks += 1;
            if ticks.is_multiple_of(TICKS) {
                let published = world.events("ContentPublished").len();
                println!("minute {} after it: {published} of {requests} published", ticks / TICKS);
            }
        }
        block_on(drain(&world, &world.seats, &watch));
        let mut findings = block_on(check(&world, requests));
        findings.retain(|finding| !finding.contains(LISTED));
        Figures {
            requests,
            calls,
            not_begun: watch.count("NotBegun"),
            suspended: watch.count("Suspended"),
            dead_letters: block_on(world.dead_letters()),
            receives: watch.receives.get(),
            backlog_seconds: ticks * TICK.as_secs(),
            published: world.events("ContentPublished").len(),
            findings,
        }
    }

    /// The requests of one tick arrive. Answers how many of them were valid.
    fn arrive(self, world: &World, tick: u64) -> usize {
        let share = |per_minute: u64| (per_minute * tick / TICKS)..(per_minute * (tick + 1) / TICKS);
        for number in share(self.invalid_per_minute) {
            let request = json!({"content_topic": "Bees", "word_count": 5, "request_id": format!("invalid {number}")});
            world.publish("ContentRequest", &request);
        }
        let valid = share(self.requests_per_minute);
        for number in valid.clone() {
            let request =
                json!({"content_topic": topic(number), "word_count": 300, "request_id": format!("r{number}")});
            world.publish("ContentRequest", &request);
        }
        valid.count()
    }
}

fn topic(number: u64) -> String {
    const WHAT: [&str; 12] = [
        "Bees", "Tides", "Clocks", "Bridges", "Queues", "Maps", "Kites", "Wells", "Gardens", "Trams", "Archives",
        "Bread",
    ];
    const WHERE: [&str; 10] =
        ["towns", "harbours", "valleys", "schools", "deserts", "islands", "markets", "forests", "museums", "suburbs"];
    let pick = |words: &[&'static str], n: u64| words[usize::try_from(n).unwrap_or(0) % words.len()];
    format!("{} in {} of quarter {}", pick(&WHAT, number), pick(&WHERE, number / 12), number / 120)
}
