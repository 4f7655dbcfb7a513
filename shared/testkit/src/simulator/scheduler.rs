//! Tasks of which a seed chooses the next.

use std::{
    collections::BTreeMap,
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use mesh_core::{Timestamp, ports::Clock};

use super::History;
use crate::{clock::ManualClock, entropy::SeededEntropy};

/// Runs tasks of several processes on this thread, one poll at a time.
pub struct Scheduler {
    tasks: BTreeMap<u64, Task>,
    next: u64,
    choice: SeededEntropy,
    clock: Arc<ManualClock>,
    history: Arc<History>,
}

struct Task {
    process: usize,
    name: Arc<str>,
    future: Pin<Box<dyn Future<Output = ()> + Send>>,
    woken: Arc<Woken>,
    frozen_until: Timestamp,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Scheduler {
    /// No tasks yet; `seed` will choose among them.
    #[must_use]
    pub fn new(seed: u64, clock: &Arc<ManualClock>, history: &Arc<History>) -> Self {
        let (clock, history) = (Arc::clone(clock), Arc::clone(history));
        Self { tasks: BTreeMap::new(), next: 0, choice: SeededEntropy::new(seed), clock, history }
    }

    /// Adds a task of a process.
    pub fn spawn(
        &mut self,
        process: usize,
        name: impl Into<Arc<str>>,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let task =
            Task { process, name: name.into(), future: Box::pin(task), woken, frozen_until: Timestamp(i64::MIN) };
        self.tasks.insert(self.next, task);
        self.next += 1;
    }

    /// Drops all tasks of a process where they stand.
    pub fn kill(&mut self, process: usize) {
        self.tasks.retain(|_, task| task.process != process);
    }

    /// Polls one of the tasks that can go on, and answers which one and of which process; `None` when there is none.
    pub fn step(&mut self) -> Option<(usize, u64)> {
        let now = self.clock.now();
        let ready = |task: &Task| task.frozen_until <= now && task.woken.0.load(Ordering::Relaxed);
        let ready: Vec<u64> = self.tasks.iter().filter(|(_, task)| ready(task)).map(|(id, _)| *id).collect();
        if ready.is_empty() {
            return None;
        }
        let id = ready[usize::try_from(self.choice.below(ready.len() as u64)).unwrap_or(0)];
        let task = self.tasks.get_mut(&id)?;
        let process = task.process;
        self.history.enter(&task.name);
        task.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&task.woken));
        if task.future.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Ready(()) {
            self.tasks.remove(&id);
        }
        Some((process, id))
    }

    /// Lets a task stand still until then, whatever wakes it.
    pub fn freeze(&mut self, id: u64, until: Timestamp) {
        if let Some(task) = self.tasks.get_mut(&id) {
            task.frozen_until = until;
        }
    }

    /// When the next task that stands still goes on.
    #[must_use]
    pub fn next_thaw(&self) -> Option<Timestamp> {
        let now = self.clock.now();
        self.tasks.values().map(|task| task.frozen_until).filter(|until| *until > now).min()
    }
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scheduler({} tasks)", self.tasks.len())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use mesh_core::ports::Clock;

    use super::Scheduler;
    use crate::{
        clock::{ManualClock, START},
        simulator::{History, turn},
    };

    fn order(seed: u64) -> Vec<&'static str> {
        let clock = Arc::new(ManualClock::new());
        let history = Arc::new(History::new(&clock));
        let mut scheduler = Scheduler::new(seed, &clock, &history);
        let said = Arc::new(Mutex::new(Vec::new()));
        for name in ["a", "b", "c"] {
            let said = Arc::clone(&said);
            scheduler.spawn(0, name, async move {
                for _ in 0..4 {
                    turn().await;
                    said.lock().unwrap().push(name);
                }
            });
        }
        while scheduler.step().is_some() {}
        said.lock().unwrap().clone()
    }

    #[test]
    fn a_seed_chooses_the_order_and_repeats_it() {
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        assert_eq!(order(3).len(), 12);
    }

    #[test]
    fn who_stands_still_is_not_polled_and_who_is_dead_never_again() {
        let clock = Arc::new(ManualClock::new());
        let history = Arc::new(History::new(&clock));
        let mut scheduler = Scheduler::new(1, &clock, &history);
        scheduler.spawn(0, "still", turn());
        scheduler.spawn(1, "dead", turn());
        scheduler.freeze(0, START.plus(std::time::Duration::from_secs(9)));
        scheduler.kill(1);
        assert_eq!(scheduler.step(), None);
        clock.advance_to(scheduler.next_thaw().expect("somebody stands still"));
        assert_eq!(scheduler.step(), Some((0, 0)));
        assert_eq!((scheduler.step(), scheduler.step()), (Some((0, 0)), None));
        assert_eq!(clock.now().0 - START.0, 9_000);
    }
}
