//! How long to wait before the next try. The only place that knows the `backoff` crate.
//!
//! `backoff` is unmaintained (RUSTSEC-2025-0012) and pulls in `instant` (RUSTSEC-2024-0384). It stays because the project
//! asks for it; nothing of it shows outside this file, so that another crate, or forty lines, can take its place.

use std::time::Duration;

use backoff::{ExponentialBackoff, ExponentialBackoffBuilder, backoff::Backoff};

/// Calls for one answer, the first included; what is left to do after them is the queue's.
const TRIES: u32 = 3;
const BASE: Duration = Duration::from_millis(500);
const CAP: Duration = Duration::from_secs(8);
/// A provider that asks for more is not waited for: the message is better off in its queue.
const LONGEST_ASKED: Duration = Duration::from_secs(120);

/// The tries of one request.
#[derive(Debug)]
pub(crate) struct Tries {
    left: u32,
    delays: ExponentialBackoff,
}

impl Tries {
    /// All tries, the first of which is being made.
    pub(crate) fn new() -> Self {
        let delays = ExponentialBackoffBuilder::new()
            .with_initial_interval(BASE)
            .with_multiplier(2.0)
            .with_max_interval(CAP)
            .with_randomization_factor(0.25)
            // The caller's deadline ends the tries; the crate's own stopwatch has no say.
            .with_max_elapsed_time(None)
            .build();
        Self { left: TRIES - 1, delays }
    }

    /// How long to wait before the next try; `None` when there is to be none.
    ///
    /// `asked` is what the provider wants, `remaining` the time until the deadline, which no wait may use up.
    pub(crate) fn wait(&mut self, asked: Option<Duration>, remaining: Duration) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let own = self.delays.next_backoff()?.min(CAP);
        // Asked for or not, callers that failed together should not come back together; and never earlier than asked.
        let wait = match asked {
            Some(asked) if asked > LONGEST_ASKED => return None,
            Some(asked) => asked + own.min(asked) / 8,
            None => own,
        };
        (wait < remaining).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn waits_grow_and_end_after_the_third_try() {
        let mut tries = Tries::new();
        let first = tries.wait(None, HOUR).unwrap();
        let second = tries.wait(None, HOUR).unwrap();
        assert!((375..=626).contains(&first.as_millis()), "{first:?}");
        assert!((750..=1251).contains(&second.as_millis()), "{second:?}");
        assert_eq!(tries.wait(None, HOUR), None);
    }

    #[test]
    fn what_the_provider_asks_is_honoured_within_bounds() {
        let ask = |millis, remaining| Tries::new().wait(Some(Duration::from_millis(millis)), remaining);
        assert!(ask(2000, HOUR).is_some_and(|wait| (2000..=2250).contains(&wait.as_millis())));
        assert!(ask(0, HOUR).is_some_and(|wait| wait.is_zero()));
        assert_eq!(ask(121_000, HOUR), None);
        assert_eq!(ask(2000, Duration::from_millis(1900)), None);
    }
}
