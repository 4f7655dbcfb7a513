//! Topics that hand messages to queues in memory.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    message::{Message, check_limits},
    ports::{Clock, FailedEntry, OutboundMessage, PortError, Publisher},
};
use mesh_testkit::clock::ManualClock;
use serde_json::json;

use super::MemoryQueue;

/// What a publisher may do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PublisherFlaw {
    DropsFailedEntries,
    NamesByChunk,
    FirstQueueOnly,
    EveryQueue,
    Raw,
    IdPerCopy,
    KnowsNoLimits,
    SendsBeforeTheLimit,
    TakesTenOnly,
    FailsEmpty,
}

#[derive(Debug)]
pub(crate) struct MemoryPublisher {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) subscriptions: BTreeMap<String, Vec<Arc<MemoryQueue>>>,
    pub(crate) flaw: Option<PublisherFlaw>,
    next: AtomicU64,
}

impl MemoryPublisher {
    pub(crate) fn new(
        clock: &Arc<ManualClock>,
        subscriptions: BTreeMap<String, Vec<Arc<MemoryQueue>>>,
        flaw: Option<PublisherFlaw>,
    ) -> Self {
        Self { clock: Arc::clone(clock), subscriptions, flaw, next: AtomicU64::new(0) }
    }

    fn has(&self, flaw: PublisherFlaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn queues(&self, channel: &str) -> Option<Vec<&Arc<MemoryQueue>>> {
        let subscribed = self.subscriptions.get(channel)?;
        Some(match self.flaw {
            Some(PublisherFlaw::FirstQueueOnly) => subscribed.iter().take(1).collect(),
            Some(PublisherFlaw::EveryQueue) => self.subscriptions.values().flatten().collect(),
            _ => subscribed.iter().collect(),
        })
    }

    fn deliver(&self, message: &Message, queues: &[&Arc<MemoryQueue>]) {
        let mut id = self.next.fetch_add(1, Ordering::Relaxed);
        for queue in queues {
            if self.has(PublisherFlaw::IdPerCopy) {
                id = self.next.fetch_add(1, Ordering::Relaxed);
            }
            let body = match self.flaw {
                Some(PublisherFlaw::Raw) => message.body.clone(),
                _ => notification(message, id, self.clock.now()),
            };
            queue.put(&OutboundMessage { body, ..OutboundMessage::default() });
        }
    }
}

fn notification(message: &Message, id: u64, now: Timestamp) -> String {
    let attributes: serde_json::Map<_, _> = message
        .attributes
        .iter()
        .map(|(name, value)| (name.clone(), json!({ "Type": "String", "Value": value })))
        .collect();
    json!({
        "Type": "Notification", "MessageId": format!("sns-{id}"), "TopicArn": message.channel,
        "Subject": message.subject, "Message": message.body, "Timestamp": now.rfc3339(),
        "MessageAttributes": attributes,
    })
    .to_string()
}

#[async_trait]
impl Publisher for MemoryPublisher {
    async fn publish(&self, batch: &[Message]) -> Result<Vec<FailedEntry>, PortError> {
        let check = |message: &Message| match self.flaw {
            Some(PublisherFlaw::KnowsNoLimits) => Ok(()),
            _ => check_limits("publisher", &message.body, &message.attributes),
        };
        if !self.has(PublisherFlaw::SendsBeforeTheLimit) {
            batch.iter().try_for_each(check)?;
        }
        if batch.is_empty() && self.has(PublisherFlaw::FailsEmpty) {
            return Err(PortError::NotFound { port: "publisher", what: "a message".to_owned() });
        }
        let most = if self.has(PublisherFlaw::TakesTenOnly) { 10 } else { usize::MAX };
        let mut failed = Vec::new();
        for (index, message) in batch.iter().take(most).enumerate() {
            check(message)?;
            let index = if self.has(PublisherFlaw::NamesByChunk) { index % 10 } else { index };
            match self.queues(&message.channel) {
                Some(queues) => self.deliver(message, &queues),
                None => failed.push(FailedEntry { index, code: "NotFound".into(), message: "no such topic".into() }),
            }
        }
        Ok(if self.has(PublisherFlaw::DropsFailedEntries) { Vec::new() } else { failed })
    }
}
