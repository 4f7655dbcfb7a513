//! Not asking too fast: the limit of the settings, and what the provider's headers say is left.

use std::{
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use governor::{
    DefaultDirectRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use mesh_core::ports::ModelErrorKind;
use tokio::time::Instant;

use super::Failure;

/// When a model may be asked next, for all calls of one model value.
#[derive(Debug)]
pub struct Pace {
    bucket: Option<DefaultDirectRateLimiter>,
    clock: DefaultClock,
    /// Until then the provider has nothing left for us.
    closed_until: Mutex<Option<Instant>>,
}

impl Pace {
    /// At most so many requests a minute; `None`: as many as the provider takes.
    #[must_use]
    pub fn new(requests_per_minute: Option<NonZeroU32>) -> Self {
        let bucket = requests_per_minute.map(|most| RateLimiter::direct(Quota::per_minute(most)));
        Self { bucket, clock: DefaultClock::default(), closed_until: Mutex::new(None) }
    }

    /// Nothing is left for so long.
    pub fn close(&self, time: Duration) {
        let until = Instant::now().checked_add(time);
        let mut closed = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed = until.max(*closed);
    }

    /// Waits until the model may be asked; fails at once when that is not before `deadline`.
    ///
    /// # Errors
    /// Rate-limited, with the time to wait.
    pub async fn wait(&self, deadline: Instant) -> Result<(), Failure> {
        while let Some(time) = self.closed_for() {
            pause(time, deadline, "the provider's limit is used up").await?;
        }
        while let Some(time) = self.over_limit() {
            pause(time, deadline, "the limit of requests per minute is reached").await?;
        }
        Ok(())
    }

    fn closed_for(&self) -> Option<Duration> {
        let closed = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        closed.map(|until| until.saturating_duration_since(Instant::now())).filter(|time| !time.is_zero())
    }

    /// How long until the bucket holds another request; takes one when it does.
    fn over_limit(&self) -> Option<Duration> {
        let early = self.bucket.as_ref()?.check().err()?;
        Some(early.wait_time_from(self.clock.now()))
    }
}

async fn pause(time: Duration, deadline: Instant, why: &str) -> Result<(), Failure> {
    if time >= deadline.saturating_duration_since(Instant::now()) {
        let failure = Failure::new(ModelErrorKind::RateLimited, why);
        return Err(Failure { retry_after: Some(time), should_retry: Some(false), ..failure });
    }
    tokio::time::sleep(time).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon(millis: u64) -> Instant {
        Instant::now() + Duration::from_millis(millis)
    }

    #[tokio::test]
    async fn the_limit_is_a_bucket_that_fills_again() {
        // 600 a minute: one every 100 ms, and 600 at once.
        let pace = Pace::new(NonZeroU32::new(600));
        for _ in 0..600 {
            pace.wait(soon(1_000)).await.unwrap();
        }
        let late = pace.wait(soon(5)).await.unwrap_err();
        assert_eq!(late.kind, ModelErrorKind::RateLimited);
        assert!(late.retry_after.is_some_and(|time| time <= Duration::from_millis(100)), "{late:?}");
        assert!(!late.may_heal());
        pace.wait(soon(1_000)).await.unwrap();
    }

    #[tokio::test]
    async fn what_the_provider_closed_opens_again() {
        let pace = Pace::new(None);
        pace.wait(soon(1)).await.unwrap();
        pace.close(Duration::from_millis(60));
        pace.close(Duration::from_millis(1));
        let late = pace.wait(soon(20)).await.unwrap_err();
        assert!(late.retry_after.is_some_and(|time| time > Duration::from_millis(20)), "{late:?}");
        let before = Instant::now();
        pace.wait(soon(5_000)).await.unwrap();
        assert!(before.elapsed() >= Duration::from_millis(30), "{:?}", before.elapsed());
    }
}
