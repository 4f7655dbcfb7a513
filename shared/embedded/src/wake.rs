//! Who waits for messages, and how they are woken.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

/// The bells of the queues somebody has waited for.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    bells: Mutex<BTreeMap<i64, Arc<Notify>>>,
    waiting: AtomicUsize,
}

impl Waiters {
    /// The bell of a queue.
    pub(crate) fn bell(&self, queue: i64) -> Arc<Notify> {
        Arc::clone(self.lock().entry(queue).or_default())
    }

    /// Counts one more who waits, until the answer is dropped; true when it is the first.
    pub(crate) fn enter(&self) -> (Waiting<'_>, bool) {
        let before = self.waiting.fetch_add(1, Ordering::AcqRel);
        (Waiting(self), before == 0)
    }

    pub(crate) fn any(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > 0
    }

    pub(crate) fn wake(&self, queues: &[i64]) {
        if queues.is_empty() || !self.any() {
            return;
        }
        let bells = self.lock();
        for bell in queues.iter().filter_map(|queue| bells.get(queue)) {
            bell.notify_waiters();
        }
    }

    pub(crate) fn wake_all(&self) {
        for bell in self.lock().values() {
            bell.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, Arc<Notify>>> {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who waits.
#[derive(Debug)]
pub(crate) struct Waiting<'a>(&'a Waiters);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}
