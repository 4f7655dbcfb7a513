//! A clock that moves only when a test says so.

use std::{
    collections::BTreeMap,
    fmt,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use async_trait::async_trait;
use mesh_core::{Timestamp, ports::Clock};

/// 2026-01-05T09:00:00Z, a Monday: where [`ManualClock::new`] starts.
pub const START: Timestamp = Timestamp(1_767_603_600_000);

/// A [`Clock`] that stands still until [`ManualClock::advance`] moves it and wakes whoever slept long enough.
pub struct ManualClock {
    state: Mutex<State>,
}

struct State {
    now: Timestamp,
    next_sleeper: u64,
    sleepers: BTreeMap<(Timestamp, u64), Waker>,
}

impl ManualClock {
    /// A clock that stands at [`START`].
    #[must_use]
    pub fn new() -> Self {
        Self::at(START)
    }

    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { state: Mutex::new(State { now, next_sleeper: 0, sleepers: BTreeMap::new() }) }
    }

    /// Moves time on.
    pub fn advance(&self, by: Duration) {
        let target = self.now().plus(by);
        self.advance_to(target);
    }

    /// Moves time on to `target`; does nothing when it has passed (a clock never goes backwards).
    pub fn advance_to(&self, target: Timestamp) {
        let woken = {
            let mut state = self.lock();
            state.now = state.now.max(target);
            let after = (state.now.plus(Duration::from_millis(1)), 0);
            let later = state.sleepers.split_off(&after);
            std::mem::replace(&mut state.sleepers, later)
        };
        for waker in woken.into_values() {
            waker.wake();
        }
    }

    /// When the first sleeper wants to be woken.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.lock().sleepers.keys().next().map(|(at, _)| *at)
    }

    /// Jumps to [`ManualClock::next_wake`]; false when nobody sleeps.
    pub fn advance_to_next(&self) -> bool {
        let next = self.next_wake();
        if let Some(at) = next {
            self.advance_to(at);
        }
        next.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ManualClock({})", self.now())
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    async fn sleep_until(&self, at: Timestamp) {
        Sleep { clock: self, at, id: None }.await;
    }
}

struct Sleep<'a> {
    clock: &'a ManualClock,
    at: Timestamp,
    id: Option<u64>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.lock();
        if state.now >= self.at {
            return Poll::Ready(());
        }
        let id = self.id.unwrap_or(state.next_sleeper);
        state.next_sleeper = state.next_sleeper.max(id + 1);
        state.sleepers.insert((self.at, id), context.waker().clone());
        drop(state);
        self.id = Some(id);
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.clock.lock().sleepers.remove(&(self.at, id));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::{FutureExt, future};
    use mesh_core::{Timestamp, ports::Clock};

    use super::{ManualClock, START};
    use crate::block_on;

    #[test]
    fn starts_where_it_says() {
        assert_eq!(Timestamp::parse("2026-01-05T09:00:00Z"), Some(START));
    }

    #[test]
    fn sleepers_wake_when_their_time_has_come_and_not_before() {
        let clock = ManualClock::new();
        let mut sleep = clock.sleep_until(START.plus(Duration::from_secs(2)));
        assert_eq!((&mut sleep).now_or_never(), None);
        clock.advance(Duration::from_millis(1_999));
        assert_eq!((&mut sleep).now_or_never(), None);
        let waker = async { clock.advance(Duration::from_millis(1)) };
        block_on(future::join(sleep, waker));
        assert_eq!(clock.next_wake(), None);
    }

    #[test]
    fn a_past_time_is_no_wait_and_a_dropped_sleep_leaves_nothing() {
        let clock = ManualClock::new();
        assert_eq!(clock.sleep_until(START).now_or_never(), Some(()));
        assert_eq!(clock.sleep_until(START.plus(Duration::from_secs(1))).now_or_never(), None);
        assert_eq!(clock.next_wake(), None);
        clock.advance_to(START.minus(Duration::from_secs(9)));
        assert_eq!(clock.now(), START);
    }
}
