//! How long a message stays hidden after a failed attempt.

use std::time::Duration;

/// Seconds after the first, second, ... failed attempt.
const STEPS: [u64; 4] = [30, 120, 600, 3600];
/// SQS hides a message for at most twelve hours.
const LONGEST: Duration = Duration::from_secs(12 * 3600);

/// The back-off after the `attempt`-th failure: a step, with up to a quarter taken off at random, times `scale`.
/// A wait the provider asked for is kept in full.
pub(super) fn after(attempt: u32, asked: Option<Duration>, scale: f64, random: u128) -> Duration {
    let step = STEPS[usize::try_from(attempt.saturating_sub(1)).unwrap_or(0).min(STEPS.len() - 1)];
    let own = jittered(Duration::from_secs(step).mul_f64(scale), random);
    own.max(asked.unwrap_or_default()).min(LONGEST)
}

/// A short wait: 1 to 3 seconds, times `scale`.
pub(super) fn soon(scale: f64, random: u128) -> Duration {
    jittered(Duration::from_secs(3).mul_f64(scale), random).max(Duration::from_millis(20))
}

fn jittered(full: Duration, random: u128) -> Duration {
    let share = u32::try_from(random % 1000).unwrap_or(0);
    full.mul_f64(1.0 - f64::from(share) / 4000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_to_an_hour_and_stay_there() {
        let seconds = |attempt| after(attempt, None, 1.0, 0).as_secs();
        assert_eq!([1, 2, 3, 4, 5, 9].map(seconds), [30, 120, 600, 3600, 3600, 3600]);
    }

    #[test]
    fn jitter_takes_at_most_a_quarter_and_a_retry_after_is_kept() {
        for random in 0..2000 {
            let wait = after(1, None, 1.0, random).as_secs_f64();
            assert!((22.5..=30.0).contains(&wait), "{wait}");
        }
        assert_eq!(after(1, Some(Duration::from_secs(90)), 0.001, 7), Duration::from_secs(90));
    }
}
