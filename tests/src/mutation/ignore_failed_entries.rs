//! Entries of a batch that were not taken are taken for sent.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mesh_core::{
    Ports,
    message::Message,
    ports::{Delivery, Depth, FailedEntry, OutboundMessage, PortError, Publisher, Queue, Receipt},
};

/// A port that names no failed entry.
#[derive(Debug)]
struct Deaf<P: ?Sized>(Arc<P>);

pub(super) fn mutate(ports: Ports) -> Ports {
    Ports { publisher: Arc::new(Deaf(ports.publisher)), ..ports }
}

pub(super) fn deaf_queue(queue: Arc<dyn Queue>) -> Arc<dyn Queue> {
    Arc::new(Deaf(queue))
}

#[async_trait]
impl Publisher for Deaf<dyn Publisher> {
    async fn publish(&self, batch: &[Message]) -> Result<Vec<FailedEntry>, PortError> {
        self.0.publish(batch).await.map(|_| Vec::new())
    }
}

#[async_trait]
impl Queue for Deaf<dyn Queue> {
    fn name(&self) -> &str {
        self.0.name()
    }

    async fn receive(&self, max: usize, wait: Duration, hide: Option<Duration>) -> Result<Vec<Delivery>, PortError> {
        self.0.receive(max, wait, hide).await
    }

    async fn send(&self, batch: &[OutboundMessage]) -> Result<Vec<FailedEntry>, PortError> {
        self.0.send(batch).await.map(|_| Vec::new())
    }

    async fn ack(&self, receipts: &[Receipt]) -> Result<Vec<FailedEntry>, PortError> {
        self.0.ack(receipts).await.map(|_| Vec::new())
    }

    async fn nack(&self, receipt: &Receipt, delay: Duration) -> Result<(), PortError> {
        self.0.nack(receipt, delay).await
    }

    async fn depth(&self) -> Result<Depth, PortError> {
        self.0.depth().await
    }
}
