//! Time.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::time::Timestamp;

/// The time, and waiting for it. The only source of both.
///
/// Implementations MUST never go backwards within one process, and `sleep_until` MUST return at once for a past time.
#[async_trait]
pub trait Clock: Debug + Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Returns when `at` has come.
    async fn sleep_until(&self, at: Timestamp);
}
