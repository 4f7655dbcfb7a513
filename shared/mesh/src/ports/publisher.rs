//! Publishing to topics.

use std::fmt::Debug;

use async_trait::async_trait;

use super::PortError;
use crate::message::Message;

/// An entry of a batch that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedEntry {
    /// Its position in the batch handed over.
    pub index: usize,
    /// The service's code, such as `Throttling`.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// Topics that fan out to queues (Amazon SNS).
///
/// Implementations
/// * MUST name every entry that was not taken, and MUST NOT report an entry as taken when it was not;
/// * MUST chunk by the service's limits of count and bytes (attributes included);
/// * MUST refuse a message that breaks a limit of the service (256 KiB, ten attributes) before sending any of the batch;
/// * MAY deliver a message more than once, and in any order.
#[async_trait]
pub trait Publisher: Debug + Send + Sync {
    /// Publishes each message to its channel; an empty answer means that all were taken.
    ///
    /// # Errors
    /// [`PortError`] when nothing is known of any entry; the caller repeats the batch.
    async fn publish(&self, batch: &[Message]) -> Result<Vec<FailedEntry>, PortError>;
}
