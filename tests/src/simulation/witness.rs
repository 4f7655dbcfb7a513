//! Who watches: what agents were told and did, what is stored, what is owed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard},
    task::{Poll, Waker},
    time::Duration,
};

use mesh_core::{
    Timestamp,
    envelope::attribute,
    ports::{Clock, OutboxEntry, StateStore},
};
use mesh_embedded::Store;
use mesh_testkit::{block_on, clock::ManualClock, simulator::History};
use uuid::Uuid;

use crate::Conclusions;

/// What is undispatched for longer than this is the sweeper's.
const SWEEP_AGE: Duration = Duration::from_secs(30);

/// An event that a task has in hand.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) agent: String,
    pub(super) event_id: Uuid,
    pub(super) token: Uuid,
}

/// What was seen so far.
pub(super) struct Witness {
    pub(super) history: Arc<History>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) store: Store,
    pub(super) conclusions: Conclusions,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    findings: BTreeSet<String>,
    /// By task.
    held: BTreeMap<Arc<str>, Held>,
    /// Events that the product was told are committed.
    committed: BTreeSet<String>,
    /// Events of commits whose reply is not known, by token.
    attempted: BTreeMap<Uuid, Vec<String>>,
    /// When answers were stored, as the product was told; moments are lines of the history.
    stored: BTreeMap<String, usize>,
    /// When a task last looked for an answer.
    looked: BTreeMap<(Arc<str>, String), usize>,
    /// What is committed and not marked as published, and from when on the sweeper sends it.
    owed: BTreeMap<(String, Uuid), BTreeMap<u32, Timestamp>>,
    sweepers: Vec<Waker>,
}

pub(super) fn ids(outbox: &[OutboxEntry]) -> Vec<String> {
    outbox.iter().filter_map(|entry| entry.message.attributes.get(attribute::ID).cloned()).collect()
}

impl Witness {
    pub(super) fn new(history: &Arc<History>, clock: &Arc<ManualClock>, store: &Store) -> Arc<Self> {
        let (history, clock, store) = (Arc::clone(history), Arc::clone(clock), store.clone());
        Arc::new(Self { history, clock, store, conclusions: Conclusions::default(), seen: Mutex::default() })
    }

    /// Takes down something that must not be.
    pub(super) fn finding(&self, text: String) {
        if self.seen().findings.insert(text.clone()) {
            self.history.tell(format!("## {text}"));
        }
    }

    pub(super) fn findings(&self) -> Vec<String> {
        self.seen().findings.iter().cloned().collect()
    }

    pub(super) fn holds(&self, held: Held) {
        let task = self.history.task();
        self.seen().held.insert(task, held);
    }

    /// What the task that acts has in hand.
    pub(super) fn held(&self) -> Option<Held> {
        let task = self.history.task();
        self.seen().held.get(&task).cloned()
    }

    pub(super) fn attempts(&self, token: Uuid, events: Vec<String>) {
        self.seen().attempted.insert(token, events);
    }

    /// The product was told that this holder concluded.
    pub(super) fn concluded(&self, token: Uuid) {
        let mut seen = self.seen();
        let events = seen.attempted.get(&token).cloned().unwrap_or_default();
        seen.committed.extend(events);
    }

    pub(super) fn committed(&self, outbox: &[OutboxEntry]) {
        self.seen().committed.extend(ids(outbox));
    }

    pub(super) fn is_committed(&self, event: &str) -> bool {
        self.seen().committed.contains(event)
    }

    pub(super) fn stores(&self, key: &str) {
        let moment = self.history.len();
        self.seen().stored.entry(key.to_owned()).or_insert(moment);
    }

    pub(super) fn looks(&self, key: &str) {
        let (task, moment) = (self.history.task(), self.history.len());
        self.seen().looked.insert((task, key.to_owned()), moment);
    }

    /// Whether the task that acts could know that an answer is stored: it was, when the task last looked.
    pub(super) fn could_know(&self, key: &str) -> bool {
        let task = self.history.task();
        let seen = self.seen();
        let looked = seen.looked.get(&(task, key.to_owned()));
        seen.stored.get(key).is_some_and(|stored| looked.is_none_or(|looked| looked > stored))
    }

    /// Whether the ledger says that this holder still has the event.
    pub(super) fn has_lease(&self, held: &Held) -> bool {
        use mesh_core::ports::LedgerState::InProgress;
        let entry = block_on(self.store.state().entry(&held.agent, held.event_id)).expect("a read");
        let now = self.clock.now();
        matches!(entry.map(|entry| entry.state), Some(InProgress { token, until }) if token == held.token && until > now)
    }

    /// The store took these into an outbox.
    pub(super) fn owes(&self, agent: &str, event_id: Uuid, outbox: &[OutboxEntry]) {
        if outbox.is_empty() {
            return;
        }
        let now = self.clock.now();
        let from = |entry: &OutboxEntry| (entry.index, entry.due.unwrap_or(now.plus(SWEEP_AGE)));
        let mut seen = self.seen();
        seen.owed.entry((agent.to_owned(), event_id)).or_default().extend(outbox.iter().map(from));
        let sweepers = std::mem::take(&mut seen.sweepers);
        drop(seen);
        sweepers.into_iter().for_each(Waker::wake);
    }

    /// The store was told that these are published.
    pub(super) fn paid(&self, agent: &str, event_id: Uuid, indices: &[u32]) {
        let mut seen = self.seen();
        let key = (agent.to_owned(), event_id);
        if let Some(owed) = seen.owed.get_mut(&key) {
            owed.retain(|index, _| !indices.contains(index));
            if owed.is_empty() {
                seen.owed.remove(&key);
            }
        }
    }

    /// Waits until something is owed, and answers from when on the first of it is the sweeper's.
    pub(super) async fn debt(&self) -> Timestamp {
        poll_fn(|context| {
            let mut seen = self.seen();
            match seen.owed.values().flat_map(BTreeMap::values).min() {
                Some(at) => Poll::Ready(*at),
                None => {
                    seen.sweepers.push(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Whether an agent owes something that is the sweeper's by now.
    pub(super) fn is_due(&self, agent: &str) -> bool {
        let now = self.clock.now();
        self.seen().owed.iter().any(|((name, _), owed)| name == agent && owed.values().any(|at| *at <= now))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("one thread")
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witness")
    }
}
