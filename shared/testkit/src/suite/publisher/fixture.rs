//! What a case of this suite works on, and the steps cases are made of.

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use mesh_core::{
    message::Message,
    ports::{FailedEntry, Publisher, Queue},
};

use crate::suite::{Notification, Said, Time, Verdict, ensure, ensure_eq, queue::gather};

/// Topics with empty queues behind them, and what is particular to them.
pub struct Fixture {
    /// The publisher under test.
    pub publisher: Arc<dyn Publisher>,
    /// The address of a channel with two queues.
    pub channel: String,
    /// The two queues of `channel`; non-raw delivery.
    pub queues: [Arc<dyn Queue>; 2],
    /// The address of a channel with one queue.
    pub other_channel: String,
    /// The queue of `other_channel`; non-raw delivery.
    pub other_queue: Arc<dyn Queue>,
    /// The address of a channel that takes nothing, such as one without a topic; `None` when there can be none.
    pub failing_channel: Option<String>,
    /// The time of the queues.
    pub time: Time,
    /// Whatever must live as long as the publisher, such as a directory.
    pub keep: Option<Box<dyn Any + Send + Sync>>,
}

impl Fixture {
    pub(super) async fn publish(&self, batch: &[Message]) -> Result<Vec<FailedEntry>, String> {
        self.publisher.publish(batch).await.said("publish")
    }

    /// Publishes, and insists that all were taken.
    pub(super) async fn published(&self, batch: &[Message]) -> Verdict {
        ensure_eq("entries that publish did not take", &self.publish(batch).await?, &vec![])
    }

    /// A message to `channel` whose body begins with its number.
    pub(super) fn message(&self, n: usize) -> Message {
        self.message_to(&self.channel, n)
    }

    pub(super) fn message_to(&self, channel: &str, n: usize) -> Message {
        Message {
            channel: channel.to_owned(),
            subject: format!("WidgetMade {n}"),
            attributes: BTreeMap::from([("ce-id".to_owned(), format!("id-{n}"))]),
            body: format!("{n:03} {{}}"),
        }
    }

    /// Insists that each queue of `channel` holds exactly these numbers, repetitions aside.
    pub(super) async fn arrived(&self, expected: &[usize]) -> Verdict {
        for queue in &self.queues {
            numbers(queue.as_ref(), &self.time, expected).await?;
        }
        Ok(())
    }

    /// The same for the queue of `other_channel`.
    pub(super) async fn arrived_elsewhere(&self, expected: &[usize]) -> Verdict {
        numbers(self.other_queue.as_ref(), &self.time, expected).await
    }
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fixture({:?})", self.publisher)
    }
}

/// Everything in a queue, unwrapped.
pub(super) async fn notifications(
    queue: &dyn Queue,
    time: &Time,
    at_least: usize,
) -> Result<Vec<Notification>, String> {
    let mut got = gather(queue, time, at_least, None).await?;
    got.extend(gather(queue, time, 10, None).await?);
    got.iter().map(|delivery| Notification::parse(&delivery.body)).collect()
}

async fn numbers(queue: &dyn Queue, time: &Time, expected: &[usize]) -> Verdict {
    let found = notifications(queue, time, expected.len()).await?;
    let mut numbers = BTreeSet::new();
    for notification in &found {
        let number: Option<usize> = notification.message.get(..3).and_then(|digits| digits.parse().ok());
        ensure!(number.is_some(), "a stranger is in {}: {}", queue.name(), notification.message);
        numbers.extend(number);
    }
    ensure_eq(&format!("the messages in {}", queue.name()), &numbers, &expected.iter().copied().collect())
}
