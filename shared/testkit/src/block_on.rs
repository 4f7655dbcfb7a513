//! Running futures in plain `#[test]`s, without a runtime.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use crate::clock::ManualClock;

/// Runs a future to its end on this thread, parking between wake-ups.
pub fn block_on<F: Future>(future: F) -> F::Output {
    drive(future, || false)
}

/// Runs a future to its end; whenever everything waits, `clock` jumps to the next sleeper's time.
///
/// Deterministic for futures that do their work inline. Work on other threads looks like idleness from here: such
/// adapters want [`block_on`] and explicit [`ManualClock::advance`].
pub fn block_on_advancing<F: Future>(future: F, clock: &ManualClock) -> F::Output {
    drive(future, || clock.advance_to_next())
}

fn drive<F: Future>(future: F, mut idle: impl FnMut() -> bool) -> F::Output {
    let mut future = pin!(future);
    let signal = Arc::new(Signal { thread: thread::current(), woken: AtomicBool::new(false) });
    let waker = Waker::from(Arc::clone(&signal));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        while !signal.woken.swap(false, Ordering::AcqRel) {
            if !idle() {
                thread::park();
            }
        }
    }
}

struct Signal {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, task::Poll, time::Duration};

    use futures_util::future;
    use mesh_core::ports::Clock;

    use super::{block_on, block_on_advancing};
    use crate::clock::ManualClock;

    #[test]
    fn wakes_up_for_another_thread() {
        let mut thread = None;
        let seven = future::poll_fn(|context| {
            let waker = context.waker().clone();
            match thread.take() {
                None => {
                    thread = Some(std::thread::spawn(move || waker.wake()));
                    Poll::Pending
                }
                Some(thread) => Poll::Ready(thread.join().map(|()| 7)),
            }
        });
        assert_eq!(block_on(seven).unwrap(), 7);
    }

    #[test]
    fn time_jumps_from_sleeper_to_sleeper() {
        let clock = Arc::new(ManualClock::new());
        let start = clock.now();
        let first = clock.sleep_until(start.plus(Duration::from_secs(5)));
        let second = clock.sleep_until(start.plus(Duration::from_secs(60)));
        block_on_advancing(future::join(first, second), &clock);
        assert_eq!(clock.now(), start.plus(Duration::from_secs(60)));
    }
}
