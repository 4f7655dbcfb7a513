//! A cell of the matrix: a flow that is interrupted at one call, and what it came to.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

use mesh_core::ports::{IdRange, StateStore};
use mesh_testkit::{
    block_on,
    crash::{Outcome, run_until_crash},
    faulty::{CallRecord, Fault},
};
use mesh_tests::{Mutation, check};
use serde::Serialize;
use uuid::Uuid;

use super::{
    drive::{Watch, drain},
    flow::{Flow, Stage},
};

/// Where the process is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// The call does not happen.
    Before,
    /// The call happens, and nobody hears of it.
    After,
}

/// How the message in hand comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    /// The process dies; a new one receives the message when its visibility time-out has run out.
    VisibilityExpired,
    /// The process stands still; a second one is given the message at once, while the lease runs, and does the work when
    /// it has run out. Then the first goes on where it stood.
    TakenOver,
    /// The process dies; every message in a queue is delivered once more at once, and comes back as well.
    DeliveredTwice,
}

pub(crate) const WAYS: [Way; 3] = [Way::VisibilityExpired, Way::TakenOver, Way::DeliveredTwice];

/// An interruption.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    /// Number of the call.
    pub(crate) k: u64,
    pub(crate) side: Side,
    pub(crate) way: Way,
}

/// What a run came to.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) trace: Vec<CallRecord>,
    /// Types of events by their ids.
    pub(crate) types: BTreeMap<String, String>,
    /// What is wrong, ids left out.
    pub(crate) findings: Vec<String>,
    /// How many different events of each type there were.
    pub(crate) events: BTreeMap<String, usize>,
    /// How many of them ended a run.
    pub(crate) finals: BTreeMap<String, usize>,
    /// Where everything stands.
    pub(crate) states: Vec<String>,
    pub(crate) dead: u64,
    pub(crate) texts: usize,
    pub(crate) images: usize,
    /// How often a message was held back because somebody else had it.
    pub(crate) held: u64,
}

/// Runs a flow to its end, interrupted or not. A panic is a finding.
pub(crate) fn run(flow: &Flow, mutation: Option<Mutation>, cell: Option<Cell>) -> Shown {
    catch_unwind(AssertUnwindSafe(|| play(flow, mutation, cell))).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Shown { findings: vec![format!("panic: {}", said.unwrap_or_default())], ..Shown::default() }
    })
}

fn play(flow: &Flow, mutation: Option<Mutation>, cell: Option<Cell>) -> Shown {
    let mut stage = flow.stage(mutation);
    match cell {
        Some(Cell { k, side, way: Way::TakenOver }) => stage.world.plan.stall_at(k + u64::from(side == Side::After)),
        Some(Cell { k, side: Side::Before, .. }) => stage.world.plan.at(k, Fault::CrashBefore),
        Some(Cell { k, side: Side::After, .. }) => stage.world.plan.at(k, Fault::CrashAfter),
        None => &stage.world.plan,
    };
    let watch = Watch::default();
    for step in flow.steps {
        stage.take(*step);
        work(&mut stage, &watch, cell.map(|cell| cell.way));
    }
    let mut shown = look(&stage, flow.articles);
    shown.held = watch.count("Held");
    shown
}

/// Works until all is quiet, whatever happens to the process on the way.
fn work(stage: &mut Stage, watch: &Watch, way: Option<Way>) {
    if way == Some(Way::TakenOver) {
        return stand_still(stage, watch);
    }
    if run_until_crash(drain(&stage.world, &stage.world.seats, watch), &stage.world.plan) == Outcome::Crashed {
        if way == Some(Way::DeliveredTwice) {
            stage.deliver_twice();
        }
        stage.world.restart();
        block_on(drain(&stage.world, &stage.world.seats, watch));
    }
}

fn stand_still(stage: &Stage, watch: &Watch) {
    let world = &stage.world;
    let mut first = Box::pin(drain(world, &world.seats, watch));
    let stalled = block_on(poll_fn(|context| match first.as_mut().poll(context) {
        Poll::Pending if world.plan.stalled() => Poll::Ready(true),
        Poll::Pending => Poll::Pending,
        Poll::Ready(()) => Poll::Ready(false),
    }));
    if stalled {
        stage.deliver_twice();
        block_on(drain(world, &world.new_seats(), watch));
        world.plan.resume();
        block_on(first);
    }
}

/// What there is when all is quiet.
fn look(stage: &Stage, articles: usize) -> Shown {
    let world = &stage.world;
    let mut shown = Shown {
        trace: world.plan.trace(),
        findings: block_on(check(world, articles)).iter().map(|finding| without_ids(finding)).collect(),
        dead: block_on(world.dead_letters()),
        texts: stage.texts.paid(),
        images: stage.images.paid(),
        ..Shown::default()
    };
    shown.findings.sort();
    for entry in world.journal() {
        let (Some(id), Some(event_type)) = (entry.event_id, entry.event_type) else { continue };
        if shown.types.insert(id, event_type.clone()).is_none() {
            let spec = mesh_contracts::find_type(&event_type);
            let payload = serde_json::from_str(&entry.body).unwrap_or_default();
            *shown.finals.entry(event_type.clone()).or_default() +=
                usize::from(spec.is_some_and(|spec| spec.is_final(&payload)));
            *shown.events.entry(event_type).or_default() += 1;
        }
    }
    shown.finals.retain(|_, count| *count > 0);
    shown.states = states(stage);
    shown
}

/// The state of every run, article, join and set of images, and what was spent.
fn states(stage: &Stage) -> Vec<String> {
    let fields = [
        ("generation", "status"),
        ("content", "status"),
        ("join", "state"),
        ("publication", "path"),
        ("image_set", "of"),
        ("budgets", "spent_micro_usd"),
        ("budgets", "reserved"),
    ];
    let store = stage.world.store.state();
    let mut states = Vec::new();
    for (kind, field) in fields {
        for document in block_on(store.list(kind, &IdRange::default(), 100)).expect("a list") {
            states.push(format!("{kind} {field} {}", document.body[field]));
        }
    }
    states
}

/// A finding without what differs from run to run.
fn without_ids(finding: &str) -> String {
    let known = |word: &&str| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).parse::<Uuid>().is_err();
    finding.split(' ').filter(known).collect::<Vec<_>>().join(" ")
}
