//! The queues of agents, and looking at what lies in those for dead letters.

use std::{collections::BTreeMap, fmt, sync::Arc};

use mesh_core::{
    Manifest, Timestamp,
    ports::{Delivery, Queue},
};
use serde::Serialize;

use super::{Mesh, Place};

/// Which of an agent's queues for dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// What the agent, or its queue, gave up.
    Dlq,
    /// What the topics could not deliver to its queue.
    #[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "embedded topics always deliver"))]
    Undelivered,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dlq => "dlq",
            Self::Undelivered => "undelivered",
        })
    }
}

/// A message in a queue for dead letters: the parts of it that both a look and a receive show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dead {
    /// The queue it lies in.
    pub(crate) source: Source,
    /// The queue's id of it.
    pub(crate) message_id: String,
    /// The body.
    pub(crate) body: String,
    /// The queue's attributes.
    pub(crate) attributes: BTreeMap<String, String>,
    /// How often it was received.
    pub(crate) receive_count: u32,
    /// When it was first sent to a queue.
    pub(crate) sent_at: Timestamp,
}

impl Dead {
    /// A message as it was received.
    pub(crate) fn received(source: Source, delivery: Delivery) -> Self {
        let Delivery { message_id, body, attributes, receive_count, sent_at, .. } = delivery;
        Self { source, message_id, body, attributes, receive_count, sent_at }
    }
}

impl Mesh {
    /// The queue of an agent.
    pub(crate) async fn queue(&self, manifest: &Manifest) -> anyhow::Result<Arc<dyn Queue>> {
        match &self.place {
            Place::Folder(store) => Ok(Arc::new(store.queue(&manifest.name))),
            #[cfg(feature = "aws")]
            Place::Aws(deployment) => deployment.queue(&deployment.names.queue(&manifest.name)).await,
        }
    }

    /// One of an agent's queues for dead letters, where there is such a one.
    pub(crate) async fn dead(&self, manifest: &Manifest, source: Source) -> anyhow::Result<Option<Arc<dyn Queue>>> {
        match &self.place {
            // The embedded topics deliver in the transaction that publishes.
            Place::Folder(store) => {
                let queue = || -> Arc<dyn Queue> { Arc::new(store.queue(&manifest.dlq())) };
                Ok((source == Source::Dlq).then(queue))
            }
            #[cfg(feature = "aws")]
            Place::Aws(deployment) => deployment.dead(manifest, source).await,
        }
    }

    /// The kinds of queues for dead letters that each agent has here.
    pub(crate) fn sources(&self) -> &'static [Source] {
        match &self.place {
            Place::Folder(_) => &[Source::Dlq],
            #[cfg(feature = "aws")]
            Place::Aws(_) => &[Source::Dlq, Source::Undelivered],
        }
    }

    /// Whether a look at a queue counts as a receive, and hides for a moment what it shows.
    pub(crate) fn looks_are_receives(&self) -> bool {
        !matches!(self.place, Place::Folder(_))
    }

    /// Up to `limit` messages of a queue for dead letters, which stay where they are.
    pub(crate) async fn look(&self, manifest: &Manifest, source: Source, limit: usize) -> anyhow::Result<Vec<Dead>> {
        match &self.place {
            Place::Folder(store) => {
                let found = store.queue(&manifest.dlq()).peek(limit).await?;
                let dead = found.into_iter().map(|peeked| Dead {
                    source,
                    message_id: peeked.message_id,
                    body: peeked.body,
                    attributes: peeked.attributes,
                    receive_count: peeked.receive_count,
                    sent_at: peeked.sent_at,
                });
                Ok(dead.collect())
            }
            #[cfg(feature = "aws")]
            Place::Aws(deployment) => match deployment.dead(manifest, source).await? {
                Some(queue) => crate::aws::look(&*queue, source, limit).await,
                None => Ok(Vec::new()),
            },
        }
    }
}
