//! Running a process until it dies, as a [`FaultPlan`] says.

use std::{future::poll_fn, pin::pin, task::Poll};

use crate::{
    block_on, block_on_advancing,
    clock::ManualClock,
    faulty::{CallRecord, Fault, FaultPlan},
};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It came to its end.
    Finished(T),
    /// The process died on the way.
    Crashed,
}

impl<T> Outcome<T> {
    /// What a finished run returned.
    pub fn finished(self) -> Option<T> {
        match self {
            Self::Finished(value) => Some(value),
            Self::Crashed => None,
        }
    }
}

/// Runs `future` until it ends or the plan crashes; then it is dropped where it stands, as a killed process would be.
pub async fn until_crash<F: Future>(future: F, plan: &FaultPlan) -> Outcome<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| {
        if plan.crashed() {
            return Poll::Ready(Outcome::Crashed);
        }
        let poll = future.as_mut().poll(context);
        if plan.crashed() { Poll::Ready(Outcome::Crashed) } else { poll.map(Outcome::Finished) }
    })
    .await
}

/// [`until_crash`] for a plain `#[test]`.
pub fn run_until_crash<F: Future>(future: F, plan: &FaultPlan) -> Outcome<F::Output> {
    block_on(until_crash(future, plan))
}

/// [`run_until_crash`] with time that jumps to the next sleeper whenever everything waits.
pub fn run_until_crash_advancing<F: Future>(future: F, plan: &FaultPlan, clock: &ManualClock) -> Outcome<F::Output> {
    block_on_advancing(until_crash(future, plan), clock)
}

/// Every point of a recorded run at which a process can die: before each call and after each.
pub fn crash_points(trace: &[CallRecord]) -> impl Iterator<Item = (u64, Fault)> {
    trace.iter().flat_map(|call| [(call.k, Fault::CrashBefore), (call.k, Fault::CrashAfter)])
}
