//! A queue that fails as planned.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mesh_core::ports::{Delivery, Depth, FailedEntry, OutboundMessage, PortError, Queue, Receipt};

use super::FaultPlan;

/// A [`Queue`] whose calls go through a [`FaultPlan`] as `queue`.
#[derive(Debug)]
pub struct FaultyQueue {
    inner: Arc<dyn Queue>,
    plan: FaultPlan,
}

impl FaultyQueue {
    /// Decorates a queue.
    pub fn new(inner: Arc<dyn Queue>, plan: &FaultPlan) -> Self {
        Self { inner, plan: plan.clone() }
    }

    fn batched(&self, entries: usize) -> String {
        format!("{} {entries} entries", self.inner.name())
    }

    async fn through<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, PortError>>,
    ) -> Result<T, PortError> {
        self.plan.call("queue", operation, self.inner.name().to_owned(), call).await
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Queue for FaultyQueue {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn receive(
        &self,
        max: usize,
        wait: Duration,
        visibility: Option<Duration>,
    ) -> Result<Vec<Delivery>, PortError> {
        self.through("receive", self.inner.receive(max, wait, visibility)).await
    }

    async fn send(&self, batch: &[OutboundMessage]) -> Result<Vec<FailedEntry>, PortError> {
        let send = |entries: Vec<OutboundMessage>| async move { self.inner.send(&entries).await };
        self.plan.batch("queue", "send", self.batched(batch.len()), batch, send).await
    }

    async fn ack(&self, receipts: &[Receipt]) -> Result<Vec<FailedEntry>, PortError> {
        let ack = |entries: Vec<Receipt>| async move { self.inner.ack(&entries).await };
        self.plan.batch("queue", "ack", self.batched(receipts.len()), receipts, ack).await
    }

    async fn nack(&self, receipt: &Receipt, delay: Duration) -> Result<(), PortError> {
        self.through("nack", self.inner.nack(receipt, delay)).await
    }

    async fn depth(&self) -> Result<Depth, PortError> {
        self.through("depth", self.inner.depth()).await
    }
}
