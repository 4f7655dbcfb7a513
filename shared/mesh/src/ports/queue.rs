//! Queues with visibility time-outs.

use std::{collections::BTreeMap, fmt::Debug, time::Duration};

use async_trait::async_trait;

use super::{FailedEntry, PortError};
use crate::time::Timestamp;

/// What acknowledges one receipt of one message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Receipt(pub String);

/// One message as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The queue's own id of the message. Never an idempotency key: a redrive changes it.
    pub message_id: String,
    /// The receipt of this delivery.
    pub receipt: Receipt,
    /// The body as it was sent.
    pub body: String,
    /// The queue's message attributes (those of a raw or direct send).
    pub attributes: BTreeMap<String, String>,
    /// How often the queue believes it has handed the message out; approximate.
    pub receive_count: u32,
    /// When it was first sent to a queue.
    pub sent_at: Timestamp,
}

/// One message to send.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboundMessage {
    /// The body.
    pub body: String,
    /// At most ten.
    pub attributes: BTreeMap<String, String>,
    /// Hidden for this long first, at most 900 s.
    pub delay: Duration,
}

/// How full a queue is; approximate on SQS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Ready to be received.
    pub visible: u64,
    /// Received and not settled.
    pub in_flight: u64,
    /// Sent with a delay that still runs.
    pub delayed: u64,
}

impl Depth {
    /// All of them.
    #[must_use]
    pub fn total(self) -> u64 {
        self.visible + self.in_flight + self.delayed
    }
}

/// A queue (Amazon SQS, standard). A dead-letter queue is a `Queue` as well.
///
/// Implementations
/// * MUST hide a received message for the visibility time-out and hand it out again afterwards unless it is acked;
/// * MUST keep a message until an ack with a receipt of it, or until its retention is over;
/// * MUST ignore an ack with a receipt that is no longer valid rather than remove a message another holder has;
/// * MUST move a message received more often than the redrive policy allows to the dead-letter queue;
/// * MAY deliver a message more than once, and in any order.
#[async_trait]
pub trait Queue: Debug + Send + Sync {
    /// The queue's name.
    fn name(&self) -> &str;

    /// Receives up to `max` (at most 10) messages, waiting up to `wait` (at most 20 s) for the first.
    /// `visibility` replaces the queue's own time-out for these receipts.
    ///
    /// # Errors
    /// [`PortError`] when the queue is out of reach.
    async fn receive(
        &self,
        max: usize,
        wait: Duration,
        visibility: Option<Duration>,
    ) -> Result<Vec<Delivery>, PortError>;

    /// Sends messages; names those not taken.
    ///
    /// # Errors
    /// [`PortError::Limit`] when a message breaks a limit; nothing was sent then.
    async fn send(&self, batch: &[OutboundMessage]) -> Result<Vec<FailedEntry>, PortError>;

    /// Removes received messages; names those not removed.
    ///
    /// # Errors
    /// [`PortError`] when the queue is out of reach.
    async fn ack(&self, receipts: &[Receipt]) -> Result<Vec<FailedEntry>, PortError>;

    /// Makes a received message visible again after `delay` (at most 12 h).
    ///
    /// # Errors
    /// [`PortError`] when the queue is out of reach.
    async fn nack(&self, receipt: &Receipt, delay: Duration) -> Result<(), PortError>;

    /// How full it is.
    ///
    /// # Errors
    /// [`PortError`] when the queue is out of reach.
    async fn depth(&self) -> Result<Depth, PortError>;
}
