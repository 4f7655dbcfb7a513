//! What a case of this suite works on, and the steps cases are made of.

use std::{any::Any, collections::BTreeMap, fmt, sync::Arc, time::Duration};

use mesh_core::ports::{Delivery, OutboundMessage, Queue, Receipt};

use crate::suite::{Said, Settling, Time, Verdict, ensure, ensure_eq};

/// An empty queue whose redrive policy moves messages to an empty dead-letter queue, and what is particular to it.
pub struct Fixture {
    /// The queue under test.
    pub queue: Arc<dyn Queue>,
    /// Its dead-letter queue.
    pub dlq: Arc<dyn Queue>,
    /// Its time.
    pub time: Time,
    /// The queue's own visibility time-out; at least 2 units of `time`, and 5 where time is real and each look takes one.
    pub visibility: Duration,
    /// How often a message is received before it is moved; at least 3.
    pub max_receive_count: u32,
    /// How long the queue keeps a message; `None` when that is not to be tested.
    pub retention: Option<Duration>,
    /// How long depths take to become right.
    pub settling: Settling,
    /// Whether a receipt that is no longer valid is without effect for certain (SQS promises it for the most recent only).
    pub stale_receipts_are_dead: bool,
    /// Whatever must live as long as the queues, such as a directory.
    pub keep: Option<Box<dyn Any + Send + Sync>>,
}

impl Fixture {
    /// A strict queue: exact depths, stale receipts without effect. `visibility` is 30 s and `max_receive_count` 3.
    pub fn new(queue: Arc<dyn Queue>, dlq: Arc<dyn Queue>, time: Time) -> Self {
        Self {
            queue,
            dlq,
            time,
            visibility: Duration::from_secs(30),
            max_receive_count: 3,
            retention: None,
            settling: Settling::AtOnce,
            stale_receipts_are_dead: true,
            keep: None,
        }
    }

    pub(super) async fn send(&self, bodies: &[&str]) -> Verdict {
        let batch: Vec<_> = bodies.iter().map(|body| message(body)).collect();
        self.send_all(&batch).await
    }

    pub(super) async fn send_all(&self, batch: &[OutboundMessage]) -> Verdict {
        ensure_eq("entries that send did not take", &self.queue.send(batch).await.said("send")?, &vec![])
    }

    /// Receives up to `max` once, or a few times when nothing comes and the service may take its time.
    pub(super) async fn receive(&self, max: usize, visibility: Option<Duration>) -> Result<Vec<Delivery>, String> {
        receive_from(self.queue.as_ref(), &self.time, max, visibility).await
    }

    /// Receives the one message that must be there.
    pub(super) async fn one(&self, visibility: Option<Duration>) -> Result<Delivery, String> {
        let mut got = gather(self.queue.as_ref(), &self.time, 1, visibility).await?;
        ensure!(got.len() == 1, "{} messages were received instead of the one that is visible", got.len());
        Ok(got.remove(0))
    }

    /// Insists that nothing can be received.
    pub(super) async fn nothing(&self, when: &str) -> Verdict {
        let got = self.queue.receive(10, self.time.patience(), None).await.said("receive")?;
        ensure_eq(&format!("bodies received {when}"), &bodies(&got), &vec![])
    }

    pub(super) async fn ack(&self, receipts: &[Receipt]) -> Verdict {
        ensure_eq("receipts that ack did not take", &self.queue.ack(receipts).await.said("ack")?, &vec![])
    }

    /// Insists on what the depth says, as visible, in flight, delayed.
    pub(super) async fn depth(&self, when: &str, expected: (u64, u64, u64)) -> Verdict {
        let judge = |depth: &Result<mesh_core::ports::Depth, mesh_core::ports::PortError>| match depth {
            Ok(depth) => {
                let seen = (depth.visible, depth.in_flight, depth.delayed);
                ensure_eq(&format!("visible, in flight and delayed {when}"), &seen, &expected)
            }
            Err(error) => Err(format!("depth failed: {error}")),
        };
        self.settling.until(|| self.queue.depth(), judge).await
    }
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fixture({:?})", self.queue)
    }
}

pub(super) fn message(body: &str) -> OutboundMessage {
    OutboundMessage { body: body.to_owned(), attributes: BTreeMap::new(), delay: Duration::ZERO }
}

/// The bodies, sorted: queues keep no order.
pub(super) fn bodies(deliveries: &[Delivery]) -> Vec<String> {
    let mut bodies: Vec<String> = deliveries.iter().map(|delivery| delivery.body.clone()).collect();
    bodies.sort_unstable();
    bodies
}

async fn receive_from(
    queue: &dyn Queue,
    time: &Time,
    max: usize,
    visibility: Option<Duration>,
) -> Result<Vec<Delivery>, String> {
    let got = queue.receive(max, time.patience(), visibility).await.said("receive")?;
    ensure!(got.len() <= max, "{} messages were received where {max} were asked for", got.len());
    Ok(got)
}

/// Receives until `count` messages came or three receives in a row brought none.
pub(crate) async fn gather(
    queue: &dyn Queue,
    time: &Time,
    count: usize,
    visibility: Option<Duration>,
) -> Result<Vec<Delivery>, String> {
    let mut got = Vec::new();
    let mut in_vain = 0;
    while got.len() < count && in_vain < 3 {
        let some = receive_from(queue, time, (count - got.len()).min(10), visibility).await?;
        in_vain = if some.is_empty() { in_vain + 1 } else { 0 };
        got.extend(some);
    }
    Ok(got)
}
