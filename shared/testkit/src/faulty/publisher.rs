//! A publisher that fails as planned.

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{
    message::Message,
    ports::{FailedEntry, PortError, Publisher},
};

use super::FaultPlan;

/// A [`Publisher`] whose calls go through a [`FaultPlan`] as `publisher`.
#[derive(Debug)]
pub struct FaultyPublisher {
    inner: Arc<dyn Publisher>,
    plan: FaultPlan,
}

impl FaultyPublisher {
    /// Decorates a publisher.
    pub fn new(inner: Arc<dyn Publisher>, plan: &FaultPlan) -> Self {
        Self { inner, plan: plan.clone() }
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Publisher for FaultyPublisher {
    async fn publish(&self, batch: &[Message]) -> Result<Vec<FailedEntry>, PortError> {
        let publish = |entries: Vec<Message>| async move { self.inner.publish(&entries).await };
        let detail: Vec<String> = batch.iter().map(name).collect();
        self.plan.batch("publisher", "publish", detail.join(", "), batch, publish).await
    }
}

/// The message's subject and id, for the trace.
fn name(message: &Message) -> String {
    let id = message.attributes.get("ce-id").map_or("without id", String::as_str);
    format!("{} ({id})", message.subject)
}
