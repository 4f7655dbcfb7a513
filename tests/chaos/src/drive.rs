//! One run: publishes what is asked for while workers are killed, until everything is published and all is quiet.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use fastrand::Rng;
use mesh_core::{
    Timestamp,
    message::Message,
    ports::{Clock, OutboundMessage, Publisher, Queue, StateStore, Write},
};
use mesh_embedded::{Store, SystemClock, host};

use crate::{
    bar::Bar,
    fleet::Fleet,
    look::{DLQ, Look, Standing},
    plan::{self, Plan},
    report::Driven,
    worker,
};

/// How often progress is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const LOOK_AT_LEAST: Duration = Duration::from_millis(20);
/// Messages of one publish.
const BATCH: usize = 100;
/// One burst is at most this share of all requests, so that there are always many.
const BURSTS: usize = 12;
const LARGEST_BURST: usize = 200;
/// Longest pause between two bursts, in milliseconds.
const LONGEST_PAUSE: u64 = 1000;
/// One kill in so many takes all workers at once.
const ALL_AT_ONCE: usize = 10;
/// Events published between two kills at least: on a machine so slow that nobody gets anything done, nothing is tested.
const EVENTS_BETWEEN_KILLS: u64 = 20;
/// Attribute of a dead letter: why it was given up.
const CODE: &str = "mesh-code";

/// How a run is disturbed.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Disturbance {
    /// Worker processes on the store
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) workers: u8,
    /// Shortest time between two kills, in milliseconds
    #[arg(long, default_value_t = 500)]
    pub(crate) least_ms: u64,
    /// Longest time between two kills, in milliseconds
    #[arg(long, default_value_t = 2000)]
    pub(crate) most_ms: u64,
    /// One request in so many is sent twice in one breath; 0: none
    #[arg(long, default_value_t = 40)]
    pub(crate) twins: usize,
    /// One request in so many is sent again some bursts later; 0: none
    #[arg(long, default_value_t = 40)]
    pub(crate) repeats: usize,
    /// Milliseconds a model takes for an answer
    #[arg(long, default_value_t = 10)]
    pub(crate) model_ms: u64,
    /// Give up when nothing moved for so many seconds: longer than any lease
    #[arg(long, default_value_t = 240)]
    pub(crate) patience_s: u64,
}

struct Run<'a> {
    plan: Plan,
    how: Disturbance,
    store: Store,
    clock: Arc<dyn Clock>,
    look: Look,
    fleet: RefCell<Fleet>,
    /// Set when every run has ended, or nothing moves any more.
    over: Cell<bool>,
    extra: Cell<usize>,
    /// Dead letters that were moved back: agent and cause -> how many.
    letters: RefCell<BTreeMap<String, usize>>,
    bar: &'a Bar,
}

/// Runs the plan in this folder.
pub(crate) async fn drive(directory: &Path, plan: Plan, how: Disturbance) -> anyhow::Result<Driven> {
    plan.write(directory)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let store = worker::open(directory, &clock)?;
    host::declare(&store, &worker::agents()?).await?;
    let site = Write::create("website_settings", plan::ILLUSTRATED, &plan::illustrated_site())?;
    store.state().put(&site).await?;
    let fleet = Fleet::start(directory, how.workers.into(), how.model_ms)?;
    let bar = Bar::new(plan.requests);
    let run = Run {
        plan,
        how,
        store,
        clock,
        look: Look::open(directory)?,
        fleet: RefCell::new(fleet),
        over: Cell::new(false),
        extra: Cell::new(0),
        letters: RefCell::default(),
        bar: &bar,
    };
    let began = run.clock.now();
    let (published, killed, ended) = tokio::join!(run.publish(), run.kill(), run.await_ends());
    published?;
    killed?;
    let all_published = ended?;
    run.repeat(plan.requests.div_ceil(100)).await?;
    let quiet = run.await_quiet().await?;
    bar.finish();
    let (mut fleet, letters) = (run.fleet.into_inner(), run.letters.into_inner());
    fleet.stop().await?;
    Ok(Driven {
        letters,
        kills: fleet.killed.len(),
        killed: std::mem::take(&mut fleet.killed),
        processes: fleet.started,
        sent_again: run.extra.get(),
        seconds: began.until(all_published).as_secs_f64(),
        seconds_until_quiet: all_published.until(quiet).as_secs_f64(),
    })
}

impl Run<'_> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn pause(&self, pause: Duration) {
        self.clock.sleep_until(self.now().plus(pause)).await;
    }

    /// All requests in bursts, some of them twice.
    async fn publish(&self) -> anyhow::Result<()> {
        let mut rng = Rng::with_seed(self.plan.seed);
        let largest = (self.plan.requests / BURSTS).clamp(1, LARGEST_BURST);
        let mut next = 0;
        while next < self.plan.requests && !self.over.get() {
            let end = (next + rng.usize(1..=largest)).min(self.plan.requests);
            let twins = (next..end).filter(|n| hits(*n, self.how.twins));
            let earlier = next.saturating_sub(3 * largest)..next.saturating_sub(2 * largest);
            let repeats = earlier.filter(|n| hits(n + 1, self.how.repeats));
            let extra: Vec<usize> = twins.chain(repeats).collect();
            self.extra.set(self.extra.get() + extra.len());
            let mut burst: Vec<usize> = (next..end).chain(extra).collect();
            rng.shuffle(&mut burst);
            self.send(&burst).await?;
            next = end;
            self.pause(Duration::from_millis(rng.u64(0..LONGEST_PAUSE))).await;
        }
        Ok(())
    }

    /// Some requests once more, when all is done.
    async fn repeat(&self, count: usize) -> anyhow::Result<()> {
        let mut rng = Rng::with_seed(self.plan.seed ^ 1);
        let again: Vec<usize> = (0..count).map(|_| rng.usize(0..self.plan.requests)).collect();
        self.extra.set(self.extra.get() + again.len());
        self.send(&again).await
    }

    async fn send(&self, requests: &[usize]) -> anyhow::Result<()> {
        for batch in requests.chunks(BATCH) {
            let messages: Vec<Message> = batch.iter().map(|n| self.plan.message(*n)).collect();
            let failed = self.store.topics().publish(&messages).await?;
            if let Some(entry) = failed.first() {
                bail!("a request was not taken: {}", entry.message);
            }
        }
        Ok(())
    }

    /// Kills workers until the last run has ended.
    async fn kill(&self) -> anyhow::Result<()> {
        let mut rng = Rng::with_seed(self.plan.seed ^ 2);
        let places = self.fleet.borrow().len();
        loop {
            let next = self.now().plus(Duration::from_millis(rng.u64(self.how.least_ms..=self.how.most_ms)));
            let enough = self.store.journal().last_seq().await? + EVENTS_BETWEEN_KILLS;
            while !self.over.get() && (self.now() < next || self.store.journal().last_seq().await? < enough) {
                self.pause(self.now().until(next).clamp(LOOK_AT_LEAST, LOOK_EVERY)).await;
            }
            let all = rng.usize(0..ALL_AT_ONCE) == 0;
            let one = rng.usize(0..places);
            if self.over.get() {
                return Ok(());
            }
            let chosen: Vec<usize> = if all { (0..places).collect() } else { vec![one] };
            self.fleet.borrow_mut().kill(&chosen)?;
        }
    }

    /// When the last run ended, or nothing moved for so long that none will.
    async fn await_ends(&self) -> anyhow::Result<Timestamp> {
        let ended = self.until(|standing| standing.ended >= self.plan.requests).await;
        self.over.set(true);
        ended
    }

    /// When every queue and outbox is empty, and each site lists what it has.
    async fn await_quiet(&self) -> anyhow::Result<Timestamp> {
        let wanted = [plan::PLAIN, plan::ILLUSTRATED].map(|site| (site, self.plan.articles_of(site)));
        self.until(|standing| {
            let listed = wanted.iter().all(|(site, articles)| {
                *articles == 0 || standing.listed.get(*site).is_some_and(|listed| listed == articles)
            });
            standing.waiting == 0 && standing.undispatched == 0 && standing.dead.is_empty() && listed
        })
        .await
    }

    async fn until(&self, reached: impl Fn(&Standing) -> bool) -> anyhow::Result<Timestamp> {
        let patience = Duration::from_secs(self.how.patience_s);
        let (mut last, mut moved) = (Standing::default(), self.now());
        loop {
            let standing = self.look.standing().context("the store cannot be looked at")?;
            self.fleet.borrow_mut().look()?;
            let kills = self.fleet.borrow().killed.len();
            self.bar.reach(standing.ended, &format!("{kills} kills, {} messages waiting", standing.waiting));
            self.move_letters_back(&standing).await?;
            if reached(&standing) {
                return Ok(self.now());
            }
            if standing != last {
                (last, moved) = (standing, self.now());
            } else if moved.until(self.now()) > patience {
                // What did not come is for the audit to name.
                return Ok(self.now());
            }
            self.pause(LOOK_EVERY).await;
        }
    }
}

impl Run<'_> {
    /// Moves dead letters back as an operator does: receive, send, confirm, remove. A handling that died five times is
    /// given up; where only kills were to blame, it goes well in the end.
    async fn move_letters_back(&self, standing: &Standing) -> anyhow::Result<()> {
        for (dlq, queue) in standing.dead.iter().filter_map(|dlq| Some((dlq, dlq.strip_suffix(DLQ)?))) {
            for letter in self.store.queue(dlq).receive(10, Duration::ZERO, None).await? {
                let code = letter.attributes.get(CODE).map_or("no cause", String::as_str);
                *self.letters.borrow_mut().entry(format!("{queue} {code}")).or_default() += 1;
                let message = OutboundMessage { body: letter.body.clone(), ..OutboundMessage::default() };
                ensure!(self.store.queue(queue).send(&[message]).await?.is_empty(), "a letter could not be moved back");
                self.store.queue(dlq).ack(&[letter.receipt]).await?;
            }
        }
        Ok(())
    }
}

fn hits(n: usize, one_in: usize) -> bool {
    one_in > 0 && n.is_multiple_of(one_in)
}
