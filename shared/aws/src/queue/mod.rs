//! Queues on Amazon SQS.

mod receive;
mod send;
mod settle;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::{Client, types::QueueAttributeName};
use mesh_core::ports::{Delivery, Depth, FailedEntry, OutboundMessage, PortError, Queue, Receipt};

use crate::error::port_error;

const PORT: &str = "queue";
const MAX_WAIT: Duration = Duration::from_secs(20);
const MAX_DELAY: Duration = Duration::from_secs(900);
const MAX_VISIBILITY: Duration = Duration::from_secs(12 * 3_600);

/// A queue, or a dead-letter queue. What it does is in [`Queue`].
///
/// SQS counts whole seconds: every duration is rounded up, so that nothing comes back sooner than it was asked to.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Client,
    url: String,
    name: String,
}

impl SqsQueue {
    /// The queue at `url`, called `name`.
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>, name: impl Into<String>) -> Self {
        Self { client, url: url.into(), name: name.into() }
    }

    /// The queue called `name`, of this account and region.
    ///
    /// # Errors
    /// [`PortError::NotFound`] when there is no such queue.
    pub async fn named(client: Client, name: impl Into<String>) -> Result<Self, PortError> {
        let name = name.into();
        let answer = client.get_queue_url().queue_name(&name).send().await;
        let answer = answer.map_err(|error| port_error(PORT, &format!("find the queue {name}"), error))?;
        let url = answer.queue_url.unwrap_or_default();
        Ok(Self { client, url, name })
    }

    /// Where the queue is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    async fn count(&self) -> Result<Depth, PortError> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let request = self.client.get_queue_attributes().queue_url(&self.url);
        let answer = request.set_attribute_names(Some(names.to_vec())).send().await;
        let answer = answer.map_err(|error| port_error(PORT, &format!("count what is in {}", self.name), error))?;
        let attributes = answer.attributes.unwrap_or_default();
        let [visible, in_flight, delayed] = names.map(|name| {
            attributes.get(&name).and_then(|count| count.parse().ok()).ok_or_else(|| PortError::Corrupt {
                port: PORT,
                what: format!("the depth of {}", self.name),
                message: format!("it has no {name}"),
            })
        });
        Ok(Depth { visible: visible?, in_flight: in_flight?, delayed: delayed? })
    }
}

#[async_trait]
impl Queue for SqsQueue {
    fn name(&self) -> &str {
        &self.name
    }

    async fn receive(
        &self,
        max: usize,
        wait: Duration,
        visibility: Option<Duration>,
    ) -> Result<Vec<Delivery>, PortError> {
        receive::receive(self, max, wait, visibility).await
    }

    async fn send(&self, batch: &[OutboundMessage]) -> Result<Vec<FailedEntry>, PortError> {
        send::send(self, batch).await
    }

    async fn ack(&self, receipts: &[Receipt]) -> Result<Vec<FailedEntry>, PortError> {
        settle::ack(self, receipts).await
    }

    async fn nack(&self, receipt: &Receipt, delay: Duration) -> Result<(), PortError> {
        settle::nack(self, receipt, delay).await
    }

    async fn depth(&self) -> Result<Depth, PortError> {
        self.count().await
    }
}

fn limit(field: &str, value: impl Into<String>, limit: impl Into<String>) -> PortError {
    PortError::Limit { port: PORT, field: field.to_owned(), value: value.into(), limit: limit.into() }
}

/// The duration in whole seconds, rounded up; refused beyond `most`, never cut short.
fn seconds(field: &str, value: Duration, most: Duration) -> Result<i32, PortError> {
    let whole = value.as_secs() + u64::from(value.subsec_nanos() > 0);
    let fitting = if value <= most { i32::try_from(whole).ok() } else { None };
    fitting.ok_or_else(|| limit(field, format!("{} s", value.as_secs_f64()), format!("{} s", most.as_secs())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_rounded_up_and_never_cut_short() {
        assert_eq!(seconds("delay", Duration::ZERO, MAX_DELAY).unwrap(), 0);
        assert_eq!(seconds("delay", Duration::from_millis(1), MAX_DELAY).unwrap(), 1);
        assert_eq!(seconds("delay", MAX_DELAY, MAX_DELAY).unwrap(), 900);
        let refused = seconds("delay", MAX_DELAY + Duration::from_millis(500), MAX_DELAY).unwrap_err();
        assert_eq!(refused.to_string(), "queue: delay is 900.5 s, the limit is 900 s");
    }
}
