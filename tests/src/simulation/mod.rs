//! The whole mesh on one thread: processes that share a store and die, queues that deliver loosely, models that fail, all of
//! it as a seed says, and in simulated time. When the trouble is over the mesh runs until all is quiet, what waits in a
//! dead-letter queue is replayed, and the invariants (architecture, section 5) must hold.

mod course;
mod ends;
mod outside;
mod process;
mod stage;
mod till;
mod verdict;
mod watch;
mod witness;
mod writer;

use std::{collections::BTreeMap, time::Duration};

use mesh_testkit::simulator::Line;

use crate::{Finding, Mutation};

/// What one seed showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// What happened, in order.
    pub history: Vec<Line>,
    /// What must not be.
    pub findings: Vec<Finding>,
    /// How often what went wrong on purpose.
    pub faults: BTreeMap<&'static str, u64>,
    /// How many runs ended with which event.
    pub ends: BTreeMap<String, u64>,
    /// How long it took in simulated time.
    pub simulated: Duration,
}

/// Simulates a seed, with a rule broken if one is named.
#[must_use]
pub fn run(seed: u64, mutation: Option<Mutation>) -> Report {
    let mut stage = stage::Stage::new(seed, mutation);
    stage.play();
    verdict::judge(&mut stage);
    stage.report(seed)
}
