//! A process: a full set of agents, each at its queue, and a sweeper.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use mesh_core::{
    Agent, Fate, Policy, Ports, Runner, Settings,
    ports::{Clock, Queue, Receipt},
};
use mesh_embedded::Store;
use mesh_testkit::{
    clock::ManualClock,
    faulty::{FaultPlan, FaultyQueue},
    simulator::{Post, Scheduler},
};

use super::{outside::Posts, watch::Watch, witness::Witness};
use crate::{Mutation, mutation, world};

/// Pause after a failed receive.
const PAUSE: Duration = Duration::from_millis(500);
/// Longest time between two looks of the sweeper.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// Most messages that an agent without models receives at once.
const BATCH: usize = 3;

/// What a process is started with.
pub(super) struct Start<'a> {
    pub(super) index: usize,
    pub(super) settings: &'a Settings,
    pub(super) slots: usize,
    pub(super) mutation: Option<Mutation>,
    pub(super) plan: &'a FaultPlan,
    pub(super) store: &'a Store,
    pub(super) ports: Ports,
    pub(super) posts: &'a Posts,
    pub(super) witness: &'a Arc<Witness>,
}

/// One agent of a process.
struct Desk {
    runner: Arc<Runner>,
    queue: Arc<dyn Queue>,
    post: Arc<Post>,
    clock: Arc<ManualClock>,
    batch: usize,
}

impl Start<'_> {
    /// Starts all tasks of the process.
    pub(super) fn start(self, scheduler: &mut Scheduler) {
        let name = char::from(b'a' + u8::try_from(self.index).expect("few processes"));
        let ports = mutation::mutate(self.mutation, world::faulty(self.ports.clone(), self.plan));
        let mut runners = Vec::new();
        for agent in world::agents(self.settings) {
            let manifest = agent.manifest();
            let Some(post) = self.posts.by_agent.get(&manifest.name) else { continue };
            let asks = manifest.subscribes.iter().any(|subscription| !subscription.asks.is_empty());
            let agent_name = manifest.name.clone();
            let runner = Arc::new(self.runner(agent, &ports));
            for slot in 1..=self.slots {
                let desk = Desk {
                    runner: Arc::clone(&runner),
                    queue: self.queue(Arc::clone(post) as Arc<dyn Queue>),
                    post: Arc::clone(post),
                    clock: Arc::clone(&self.witness.clock),
                    batch: if asks { 1 } else { BATCH },
                };
                scheduler.spawn(self.index, format!("{name}/{agent_name}/{slot}"), work(desk));
            }
            runners.push(runner);
        }
        scheduler.spawn(self.index, format!("{name}/sweeper"), sweep(runners, Arc::clone(self.witness)));
    }

    fn runner(&self, agent: Arc<dyn Agent>, ports: &Ports) -> Runner {
        let policy = Policy { attempts: self.settings.attempts, backoff_scale: self.settings.backoff_scale };
        let dlq = self.queue(Arc::new(self.store.queue(&agent.manifest().dlq())));
        let watch = Watch::new(agent, self.witness);
        let ports = watch.ports(ports.clone());
        Runner::new(watch, ports, dlq, policy)
    }

    fn queue(&self, queue: Arc<dyn Queue>) -> Arc<dyn Queue> {
        mutation::mutate_queue(self.mutation, Arc::new(FaultyQueue::new(queue, self.plan)))
    }
}

/// Receives, processes and settles, as hosts do.
async fn work(desk: Desk) {
    loop {
        desk.post.work().await;
        let Ok(deliveries) = desk.queue.receive(desk.batch, Duration::ZERO, None).await else {
            desk.clock.sleep_until(desk.clock.now().plus(PAUSE)).await;
            continue;
        };
        let fates = join_all(deliveries.iter().map(|delivery| desk.runner.process(delivery, None))).await;
        let mut done: Vec<Receipt> = Vec::new();
        for (delivery, fate) in deliveries.into_iter().zip(fates) {
            match fate {
                Fate::Ack(_) => done.push(delivery.receipt),
                // What cannot be settled comes again.
                Fate::Retry { after, .. } => drop(desk.queue.nack(&delivery.receipt, after).await),
            }
        }
        if !done.is_empty() {
            drop(desk.queue.ack(&done).await);
        }
    }
}

/// Sends what was left undispatched and what has come due. It sleeps while nothing is owed, which changes nothing but the
/// time a simulation takes.
async fn sweep(runners: Vec<Arc<Runner>>, witness: Arc<Witness>) {
    loop {
        let due = witness.debt().await;
        let now = witness.clock.now();
        if due > now {
            witness.clock.sleep_until(due.min(now.plus(SWEEP_EVERY))).await;
            continue;
        }
        for runner in &runners {
            if witness.is_due(&runner.agent().manifest().name) {
                // The next sweep goes on.
                drop(runner.sweep().await);
            }
        }
        witness.clock.sleep_until(witness.clock.now().plus(SWEEP_EVERY / 2)).await;
    }
}
