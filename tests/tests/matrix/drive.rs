//! Agents at work until all is quiet, and what was seen of their deliveries.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    time::Duration,
};

use mesh_core::Fate;
use mesh_tests::{Seat, World};

/// How far time is moved when nothing can be done.
const STEP: Duration = Duration::from_secs(180);
/// More steps than this without work are quiet.
const QUIET_STEPS: usize = 1;
/// Quiet is reached within this many steps, or never.
const MOST_STEPS: usize = 1000;

/// What was seen of deliveries.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// How often a processing ended so.
    pub(crate) ended: RefCell<BTreeMap<String, u64>>,
    /// The most receives of one message.
    pub(crate) receives: Cell<u32>,
}

impl Watch {
    /// How many processings ended in a way whose name starts so.
    pub(crate) fn count(&self, ended: &str) -> u64 {
        self.ended.borrow().iter().filter(|(name, _)| name.starts_with(ended)).map(|(_, count)| count).sum()
    }
}

/// Receives, processes and settles what is there for one agent, then sweeps. Answers whether anything was done.
pub(crate) async fn round(seat: &Seat, watch: &Watch) -> bool {
    let Ok(deliveries) = seat.queue.receive(10, Duration::ZERO, None).await else { return false };
    let busy = !deliveries.is_empty();
    for delivery in deliveries {
        watch.receives.set(watch.receives.get().max(delivery.receive_count));
        let fate = seat.runner.process(&delivery, None).await;
        *watch.ended.borrow_mut().entry(format!("{:?}", fate.ended())).or_default() += 1;
        // What cannot be settled comes again.
        let _ = match fate {
            Fate::Ack(_) => seat.queue.ack(&[delivery.receipt]).await.map(drop),
            Fate::Retry { after, .. } => seat.queue.nack(&delivery.receipt, after).await,
        };
    }
    let swept = seat.runner.sweep().await.unwrap_or(0);
    busy || swept > 0
}

/// One round over all agents. Answers whether anything was done.
pub(crate) async fn rounds(seats: &[Seat], watch: &Watch) -> bool {
    let mut busy = false;
    for seat in seats {
        busy |= round(seat, watch).await;
    }
    busy
}

/// Runs until nothing is left to do, moving time on whenever everything waits. Panics when that never comes.
pub(crate) async fn drain(world: &World, seats: &[Seat], watch: &Watch) {
    let mut idle = 0;
    for _ in 0..MOST_STEPS {
        if rounds(seats, watch).await {
            idle = 0;
            continue;
        }
        idle = if world.queues_are_empty().await { idle + 1 } else { 0 };
        if idle > QUIET_STEPS {
            return;
        }
        world.clock.advance(STEP);
    }
    panic!("the mesh never became quiet");
}
