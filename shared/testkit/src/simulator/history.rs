//! What happened, in order.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mesh_core::{Timestamp, ports::Clock};

use crate::{
    clock::ManualClock,
    faulty::{CallRecord, Fault},
};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How long after the beginning, in simulated time.
    pub at: Duration,
    /// The task: `<process>/<what it does>`.
    pub task: Arc<str>,
    /// What.
    pub text: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.at.as_secs(), self.at.subsec_millis());
        write!(f, "{seconds:>7}.{millis:03}  {:<18}  {}", self.task, self.text)
    }
}

/// The record of one simulation.
pub struct History {
    clock: Arc<ManualClock>,
    start: Timestamp,
    state: Mutex<State>,
}

struct State {
    task: Arc<str>,
    lines: Vec<Line>,
    faults: BTreeMap<&'static str, u64>,
}

impl History {
    /// An empty record that begins now.
    #[must_use]
    pub fn new(clock: &Arc<ManualClock>) -> Self {
        let state = State { task: Arc::from("-"), lines: Vec::new(), faults: BTreeMap::new() };
        Self { clock: Arc::clone(clock), start: clock.now(), state: Mutex::new(state) }
    }

    /// From here on this task acts.
    pub fn enter(&self, task: &Arc<str>) {
        self.lock().task = Arc::clone(task);
    }

    /// The task that acts.
    #[must_use]
    pub fn task(&self) -> Arc<str> {
        Arc::clone(&self.lock().task)
    }

    /// The task that acts does this.
    pub fn tell(&self, text: impl Into<String>) {
        let at = self.start.until(self.clock.now());
        let mut state = self.lock();
        let task = Arc::clone(&state.task);
        state.lines.push(Line { at, task, text: text.into() });
    }

    /// Something went wrong on purpose.
    pub fn fault(&self, kind: &'static str, text: impl Into<String>) {
        *self.lock().faults.entry(kind).or_default() += 1;
        self.tell(text);
    }

    pub(super) fn call(&self, call: &CallRecord, fault: Option<&Fault>) {
        let CallRecord { port, operation, detail, .. } = call;
        match fault {
            None => self.tell(format!("{port}.{operation} {detail}")),
            Some(fault) => self.fault(kind(fault), format!("{port}.{operation} {detail} !! {fault:?}")),
        }
    }

    /// So many things happened so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().lines.len()
    }

    /// Whether nothing happened yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everything that happened.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        self.lock().lines.clone()
    }

    /// How often what went wrong on purpose.
    #[must_use]
    pub fn faults(&self) -> BTreeMap<&'static str, u64> {
        self.lock().faults.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "History({} lines)", self.len())
    }
}

fn kind(fault: &Fault) -> &'static str {
    match fault {
        Fault::FailBefore => "call failed",
        Fault::FailAfter => "reply lost",
        Fault::Throttle => "throttled",
        Fault::FailEntries(_) => "batch entries failed",
        Fault::CrashBefore => "crash before a call",
        Fault::CrashAfter => "crash after a call",
        Fault::CrashPartway(_) => "crash partway through a batch",
    }
}
