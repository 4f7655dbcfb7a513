//! What goes wrong, and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use futures_util::future;
use mesh_core::ports::{FailedEntry, PortError};

use super::fault::{CallRecord, Fault, failed, lost, throttled};
use crate::simulator::{Turns, turn};

type Rule = Box<dyn FnMut(&CallRecord) -> Option<Fault> + Send>;

/// Decides about every call of the decorators that share it. Clones are the same plan.
#[derive(Clone, Default)]
pub struct FaultPlan {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    at: BTreeMap<u64, Fault>,
    rules: Vec<Rule>,
    trace: Vec<CallRecord>,
    crashed: bool,
    /// The call to stand still before.
    stall_at: Option<u64>,
    stalled: bool,
    /// Of a simulation: whose turn it is, and what is told of every call.
    turns: Option<Arc<Turns>>,
}

impl FaultPlan {
    /// A plan without faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The fault of call number `k`. Outranks rules.
    pub fn at(&self, k: u64, fault: Fault) -> &Self {
        self.lock().at.insert(k, fault);
        self
    }

    /// The fault of the `nth` call of an operation, from 1, counted from now on.
    pub fn on(&self, port: &'static str, operation: &'static str, nth: u64, fault: Fault) -> &Self {
        let mut seen = 0;
        self.rule(move |call| {
            let ours = call.port == port && call.operation == operation;
            seen += u64::from(ours);
            (ours && seen == nth).then(|| fault.clone())
        })
    }

    /// The fault of every call of an operation, until [`FaultPlan::heal`].
    pub fn always(&self, port: &'static str, operation: &'static str, fault: Fault) -> &Self {
        self.rule(move |call| (call.port == port && call.operation == operation).then(|| fault.clone()))
    }

    /// A rule of the test's own; of several the first that answers counts. It must not use the plan.
    pub fn rule(&self, rule: impl FnMut(&CallRecord) -> Option<Fault> + Send + 'static) -> &Self {
        self.lock().rules.push(Box::new(rule));
        self
    }

    /// Forgets all faults and rules to come.
    pub fn heal(&self) -> &Self {
        let mut state = self.lock();
        state.at.clear();
        state.rules.clear();
        drop(state);
        self
    }

    /// Every call so far.
    #[must_use]
    pub fn trace(&self) -> Vec<CallRecord> {
        self.lock().trace.clone()
    }

    /// How many calls there were so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.lock().trace.len() as u64
    }

    /// Whether the process died.
    #[must_use]
    pub fn crashed(&self) -> bool {
        self.lock().crashed
    }

    /// Lets the process stand still before call number `k` until [`FaultPlan::resume`], as a paused machine does.
    pub fn stall_at(&self, k: u64) -> &Self {
        self.lock().stall_at = Some(k);
        self
    }

    /// Whether a process stands still.
    #[must_use]
    pub fn stalled(&self) -> bool {
        self.lock().stalled
    }

    /// Lets it go on.
    pub fn resume(&self) -> &Self {
        self.lock().stalled = false;
        self
    }

    /// Makes every call a scheduling point of a simulation, which hears of it and may let it wait.
    pub fn simulate(&self, turns: &Arc<Turns>) -> &Self {
        self.lock().turns = Some(Arc::clone(turns));
        self
    }

    /// Starts the process again: calls go through once more. Numbers go on.
    pub fn restart(&self) -> &Self {
        self.lock().crashed = false;
        self
    }

    /// Numbers and records a call and decides about it; never returns when the process is dead or dies before it.
    pub(super) async fn enter(&self, port: &'static str, operation: &'static str, detail: String) -> Option<Fault> {
        if self.crashed() {
            return future::pending().await;
        }
        let turns = self.lock().turns.clone();
        if turns.is_some() {
            turn().await;
        }
        let (record, fault) = self.lock().decide(port, operation, detail);
        if let Some(turns) = turns {
            turns.call(&record, fault.as_ref()).await;
        }
        self.stand_still().await;
        if fault == Some(Fault::CrashBefore) {
            return self.crash().await;
        }
        fault
    }

    /// Waits when the call just recorded is the one to stand still before.
    async fn stand_still(&self) {
        {
            let mut state = self.lock();
            if state.stall_at != Some(state.trace.len() as u64) {
                return;
            }
            state.stall_at = None;
            state.stalled = true;
        }
        future::poll_fn(|_| if self.stalled() { Poll::Pending } else { Poll::Ready(()) }).await;
    }

    /// Kills the process; never returns.
    pub(super) async fn crash<T>(&self) -> T {
        self.lock().crashed = true;
        future::pending().await
    }

    /// A call that has no batch.
    pub(super) async fn call<T>(
        &self,
        port: &'static str,
        operation: &'static str,
        detail: String,
        call: impl Future<Output = Result<T, PortError>>,
    ) -> Result<T, PortError> {
        match self.enter(port, operation, detail).await {
            None => call.await,
            Some(Fault::FailBefore | Fault::FailEntries(_)) => Err(failed(port)),
            Some(Fault::FailAfter) => Err(call.await.err().unwrap_or_else(|| lost(port))),
            Some(Fault::Throttle) => Err(throttled(port)),
            Some(Fault::CrashBefore | Fault::CrashPartway(_)) => self.crash().await,
            Some(Fault::CrashAfter) => {
                let _reply_nobody_reads = call.await;
                self.crash().await
            }
        }
    }

    /// A call that has a batch and names the entries that failed; `call` gets the entries that are to go through.
    pub(super) async fn batch<E: Clone + Sync, F: Future<Output = Result<Vec<FailedEntry>, PortError>> + Send>(
        &self,
        port: &'static str,
        operation: &'static str,
        detail: String,
        entries: &[E],
        call: impl Fn(Vec<E>) -> F,
    ) -> Result<Vec<FailedEntry>, PortError> {
        match self.enter(port, operation, detail).await {
            None => call(entries.to_vec()).await,
            Some(Fault::FailBefore) => Err(failed(port)),
            Some(Fault::FailAfter) => Err(call(entries.to_vec()).await.err().unwrap_or_else(|| lost(port))),
            Some(Fault::Throttle) => Err(throttled(port)),
            Some(Fault::FailEntries(bad)) => without(entries, &bad, call).await,
            Some(Fault::CrashBefore) => self.crash().await,
            Some(Fault::CrashAfter) => {
                let _reply_nobody_reads = call(entries.to_vec()).await;
                self.crash().await
            }
            Some(Fault::CrashPartway(taken)) => {
                let _reply_nobody_reads = call(entries.iter().take(taken).cloned().collect()).await;
                self.crash().await
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn decide(&mut self, port: &'static str, operation: &'static str, detail: String) -> (CallRecord, Option<Fault>) {
        let record = CallRecord { k: self.trace.len() as u64 + 1, port, operation, detail };
        // Every rule sees every call, so that those that count do not lose count.
        let ruled = self.rules.iter_mut().filter_map(|rule| rule(&record)).collect::<Vec<_>>().into_iter().next();
        let fault = self.at.get(&record.k).cloned().or(ruled);
        self.trace.push(record.clone());
        (record, fault)
    }
}

impl fmt::Debug for FaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        write!(f, "FaultPlan({} calls, crashed: {}, faults: {:?})", state.trace.len(), state.crashed, state.at)
    }
}

/// Lets the good entries through and reports failures by their index in the whole batch.
async fn without<E: Clone + Sync, F: Future<Output = Result<Vec<FailedEntry>, PortError>> + Send>(
    entries: &[E],
    bad: &BTreeSet<usize>,
    call: impl Fn(Vec<E>) -> F,
) -> Result<Vec<FailedEntry>, PortError> {
    let good: Vec<usize> = (0..entries.len()).filter(|index| !bad.contains(index)).collect();
    let inner = match good.len() {
        0 => Vec::new(),
        _ => call(good.iter().map(|index| entries[*index].clone()).collect()).await?,
    };
    let named = inner.into_iter().map(|entry| FailedEntry { index: good[entry.index], ..entry });
    let planned = bad.iter().filter(|index| **index < entries.len()).map(|index| FailedEntry {
        index: *index,
        code: "InternalError".to_owned(),
        message: "failed as planned".to_owned(),
    });
    let mut failed: Vec<FailedEntry> = named.chain(planned).collect();
    failed.sort_by_key(|entry| entry.index);
    Ok(failed)
}
