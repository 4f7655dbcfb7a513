//! Every call of a port is a turn: others may go first, and it may take long.

use std::{
    fmt,
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use mesh_core::ports::Clock;

use super::{Dice, History, dice::Pause};
use crate::{
    clock::ManualClock,
    faulty::{CallRecord, Fault},
};

/// Lets whoever is chosen go first.
pub async fn turn() {
    let mut offered = false;
    poll_fn(|context| {
        if offered {
            return Poll::Ready(());
        }
        offered = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// What the calls of all processes of a simulation share.
pub struct Turns {
    clock: Arc<ManualClock>,
    history: Arc<History>,
    dice: Arc<Dice>,
    /// The task whose call was last is to stand still for this long.
    freeze: Mutex<Option<Duration>>,
}

impl Turns {
    /// Turns that are told to `history` and take as long as `dice` say.
    #[must_use]
    pub fn new(clock: &Arc<ManualClock>, history: &Arc<History>, dice: &Arc<Dice>) -> Self {
        let (clock, history, dice) = (Arc::clone(clock), Arc::clone(history), Arc::clone(dice));
        Self { clock, history, dice, freeze: Mutex::new(None) }
    }

    /// Whether, and for how long, the task that ran last is to stand still: not even its time-outs are noticed.
    pub fn freeze(&self) -> Option<Duration> {
        self.freeze.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Tells of a call, and lets it wait.
    pub(crate) async fn call(&self, call: &CallRecord, fault: Option<&Fault>) {
        self.history.call(call, fault);
        match self.dice.pause() {
            Pause::None => {}
            Pause::Slow(time) => self.clock.sleep_until(self.clock.now().plus(time)).await,
            Pause::Freeze(time) => {
                self.history.fault("task stands still", format!("!! stands still for {} s", time.as_secs()));
                *self.freeze.lock().unwrap_or_else(PoisonError::into_inner) = Some(time);
                turn().await;
            }
        }
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turns")
    }
}
