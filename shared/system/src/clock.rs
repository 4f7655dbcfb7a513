//! The system's clock.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use mesh_core::{Timestamp, ports::Clock};

/// Sleeps are cut into pieces this long, so that a machine that was suspended notices how late it is.
const PIECE: Duration = Duration::from_secs(30);

/// The system's clock; sleeping needs a tokio runtime with time.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest: AtomicI64,
}

impl SystemClock {
    /// The clock.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place where the mesh reads the system's clock")]
    fn now(&self) -> Timestamp {
        let read = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let read = i64::try_from(read.as_millis()).unwrap_or(i64::MAX);
        // The system's clock may be set back; ours stands still until it has caught up.
        Timestamp(self.latest.fetch_max(read, Ordering::AcqRel).max(read))
    }

    async fn sleep_until(&self, at: Timestamp) {
        loop {
            let left = self.now().until(at);
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(PIECE)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mesh_core::{Timestamp, ports::Clock};

    use super::SystemClock;

    #[tokio::test]
    async fn sleeps_until_the_time_has_come() {
        let clock = SystemClock::new();
        clock.sleep_until(Timestamp(0)).await;
        let at = clock.now().plus(Duration::from_millis(20));
        clock.sleep_until(at).await;
        assert!(clock.now() >= at);
    }

    #[test]
    fn never_goes_backwards() {
        let clock = SystemClock::new();
        let ahead = clock.now().plus(Duration::from_secs(3_600));
        clock.latest.store(ahead.0, std::sync::atomic::Ordering::Release);
        assert_eq!(clock.now(), ahead);
    }
}
