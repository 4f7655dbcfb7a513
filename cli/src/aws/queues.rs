//! Queues of a deployment by their names, and looking into them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::Context;
use mesh_aws::SqsQueue;
use mesh_core::{
    Manifest,
    ports::{Queue, Receipt},
};

use super::{Deployment, sdk};
use crate::mesh::{Dead, Source};

/// Messages received at once.
const BATCH: usize = 10;
/// How long a look hides what it shows, should it not come to its end.
const HIDDEN: Duration = Duration::from_secs(30);
/// How much longer for each message, so that none is received a second time before the last one was seen.
const HIDDEN_EACH: Duration = Duration::from_millis(50);
/// How long a receive waits: one that does not wait asks only some of the queue's servers.
const WAIT: Duration = Duration::from_secs(1);

impl Deployment {
    /// The address of a queue; `None`: there is none of this name.
    pub(crate) async fn queue_url(&self, name: &str) -> anyhow::Result<Option<String>> {
        match self.sqs.get_queue_url().queue_name(name).send().await {
            Ok(answer) => Ok(answer.queue_url),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_queue_does_not_exist()) => Ok(None),
            Err(error) => Err(sdk(error)).with_context(|| format!("cannot find the queue {name}")),
        }
    }

    /// A queue that must be there.
    pub(crate) async fn queue(&self, name: &str) -> anyhow::Result<Arc<dyn Queue>> {
        let url = self.queue_url(name).await?.with_context(|| {
            format!("the queue {name} does not exist; `mesh doctor --target aws` says what else is missing")
        })?;
        Ok(Arc::new(SqsQueue::new(self.sqs.clone(), url, name.to_owned())))
    }

    /// One of an agent's queues for dead letters. Where there is none for what topics cannot deliver, there is none.
    pub(crate) async fn dead(&self, manifest: &Manifest, source: Source) -> anyhow::Result<Option<Arc<dyn Queue>>> {
        match source {
            Source::Dlq => Ok(Some(self.queue(&self.names.dlq(&manifest.name)).await?)),
            Source::Undelivered => {
                let name = self.names.undelivered(&manifest.name);
                let queue =
                    |url: String| -> Arc<dyn Queue> { Arc::new(SqsQueue::new(self.sqs.clone(), url, name.clone())) };
                Ok(self.queue_url(&name).await?.map(queue))
            }
        }
    }
}

/// Up to `limit` messages, received for a moment and given back: SQS cannot show without receiving.
pub(crate) async fn look(queue: &dyn Queue, source: Source, limit: usize) -> anyhow::Result<Vec<Dead>> {
    let mut found: BTreeMap<String, Dead> = BTreeMap::new();
    let mut receipts: BTreeMap<String, Receipt> = BTreeMap::new();
    let hidden = HIDDEN + HIDDEN_EACH * u32::try_from(limit).unwrap_or(u32::MAX);
    let done = async {
        while found.len() < limit {
            let received = queue.receive(BATCH.min(limit - found.len()), WAIT, Some(hidden)).await?;
            let before = found.len();
            for delivery in received {
                receipts.insert(delivery.message_id.clone(), delivery.receipt.clone());
                found.insert(delivery.message_id.clone(), Dead::received(source, delivery));
            }
            // Nothing came, or only what came before and was hidden for too short a time.
            if found.len() == before {
                break;
            }
        }
        anyhow::Ok(())
    };
    let done = done.await;
    for receipt in receipts.values() {
        if let Err(error) = queue.nack(receipt, Duration::ZERO).await {
            tracing::warn!(queue = queue.name(), %error, "A message that was looked at stays hidden for some seconds.");
        }
    }
    done?;
    let mut found: Vec<Dead> = found.into_values().collect();
    found.sort_by_key(|dead| dead.sent_at);
    Ok(found)
}
