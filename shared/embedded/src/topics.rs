//! Topics: the model of SNS.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mesh_core::{
    message::{Message, check_limits},
    ports::{Entropy, FailedEntry, PortError, Publisher},
};
use rusqlite::OptionalExtension;

use crate::{
    Store,
    db::{Scope, Step},
    error::Fault,
    notification::{self, Notification},
    queue::{Content, Insert, encode, message_id},
};

const PORT: &str = "publisher";

/// Topics that fan out to the queues subscribed to them, and to the journal. What they do is in [`Publisher`].
#[derive(Debug, Clone)]
pub struct EmbeddedTopics {
    store: Store,
}

impl EmbeddedTopics {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// Makes the topics of these channels, unless they exist.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn ensure(&self, channels: &[String]) -> Result<(), PortError> {
        let channels = channels.to_vec();
        let work = move |scope: &Scope<'_>| {
            for channel in &channels {
                create(scope, channel)?;
            }
            Ok(Step::Keep(()))
        };
        self.store.core.db.write(PORT, work).await
    }

    /// The channels that have a topic.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn list(&self) -> Result<Vec<String>, PortError> {
        let work = |scope: &Scope<'_>| {
            let mut statement = scope.sql(include_str!("../queries/topic/list.sql"))?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.store.core.db.read(PORT, work).await
    }
}

#[async_trait]
impl Publisher for EmbeddedTopics {
    async fn publish(&self, batch: &[Message]) -> Result<Vec<FailedEntry>, PortError> {
        for message in batch {
            check_limits(PORT, &message.body, &message.attributes)?;
        }
        let core = &self.store.core;
        let now = core.clock.now();
        let prepared = batch.iter().map(|message| Prepared::new(message, now, &*core.entropy));
        let prepared = prepared.collect::<Result<Vec<_>, PortError>>()?;
        let entropy = std::sync::Arc::clone(&core.entropy);
        core.db.write(PORT, move |scope| publish(scope, &prepared, &*entropy).map(Step::Keep)).await
    }
}

/// A message in its stored form.
struct Prepared {
    channel: String,
    event_id: Option<String>,
    event_type: Option<String>,
    correlation_id: Option<String>,
    about: Option<String>,
    notification: String,
}

impl Prepared {
    fn new(message: &Message, now: mesh_core::Timestamp, entropy: &dyn Entropy) -> Result<Self, PortError> {
        let id = mesh_system::uuid(entropy);
        let attribute = |name: &str| message.attributes.get(name).cloned();
        Ok(Self {
            channel: message.channel.clone(),
            event_id: attribute("ce-id"),
            event_type: attribute("ce-type"),
            correlation_id: attribute("ce-correlationid"),
            about: attribute("ce-subject"),
            notification: notification::encode(message, id, now)
                .map_err(|error| PortError::unavailable(PORT, "the notification cannot be encoded", error))?,
        })
    }
}

fn publish(scope: &Scope<'_>, batch: &[Prepared], entropy: &dyn Entropy) -> Result<Vec<FailedEntry>, Fault> {
    let mut failed = Vec::new();
    for (index, message) in batch.iter().enumerate() {
        let Some(topic) = find(scope, &message.channel)? else {
            let message = format!("the topic of {} does not exist", message.channel);
            failed.push(FailedEntry { index, code: "NotFound".to_owned(), message });
            continue;
        };
        let seq = record(scope, message)?;
        fan_out(scope, topic, seq, message, entropy)?;
    }
    Ok(failed)
}

fn find(scope: &Scope<'_>, channel: &str) -> Result<Option<i64>, Fault> {
    let mut statement = scope.sql(include_str!("../queries/topic/find.sql"))?;
    Ok(statement.query_row([channel], |row| row.get(0)).optional()?)
}

fn record(scope: &Scope<'_>, message: &Prepared) -> Result<i64, Fault> {
    scope.sql(include_str!("../queries/journal/insert.sql"))?.execute((
        scope.now.0,
        &message.channel,
        &message.event_id,
        &message.event_type,
        &message.correlation_id,
        &message.about,
        &message.notification,
    ))?;
    Ok(scope.conn.last_insert_rowid())
}

fn fan_out(scope: &Scope<'_>, topic: i64, seq: i64, message: &Prepared, entropy: &dyn Entropy) -> Result<(), Fault> {
    let mut statement = scope.sql(include_str!("../queries/topic/subscribers.sql"))?;
    let rows = statement.query_map([topic], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let subscribers = rows.collect::<rusqlite::Result<Vec<(i64, bool)>>>()?;
    let raw =
        subscribers.iter().any(|(_, raw)| *raw).then(|| Notification::decode(&message.notification)).transpose()?;
    let raw = raw.map(|raw| Ok::<_, Fault>((raw.message.clone(), encode(&raw.attributes())?))).transpose()?;
    for (queue, is_raw) in subscribers {
        let content = match &raw {
            Some((body, attributes)) if is_raw => Content::Inline(body, attributes.as_deref()),
            _ => Content::Journal(seq),
        };
        let message_id = message_id(entropy);
        Insert { queue, message_id, visible_at: scope.now, sent_at: scope.now, content }.execute(scope)?;
    }
    Ok(())
}

fn create(scope: &Scope<'_>, channel: &str) -> Result<(), Fault> {
    scope.sql(include_str!("../queries/topic/create.sql"))?.execute([channel])?;
    Ok(())
}

/// Makes these the subscriptions of the queue, and no others.
pub(crate) fn subscribe(scope: &Scope<'_>, queue: i64, channels: &[String], raw: bool) -> Result<(), Fault> {
    scope.sql(include_str!("../queries/topic/unsubscribe_all.sql"))?.execute([queue])?;
    let distinct: std::collections::BTreeSet<&String> = channels.iter().collect();
    for channel in distinct {
        create(scope, channel)?;
        scope.sql(include_str!("../queries/topic/subscribe.sql"))?.execute((channel, queue, raw))?;
    }
    Ok(())
}

/// The channels a queue is subscribed to, and whether it gets them raw.
pub(crate) fn of_queue(scope: &Scope<'_>, queue: i64) -> Result<(Vec<String>, bool), Fault> {
    let mut statement = scope.sql(include_str!("../queries/topic/of_queue.sql"))?;
    let rows = statement.query_map([queue], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found = rows.collect::<rusqlite::Result<BTreeMap<String, bool>>>()?;
    let raw = found.values().any(|raw| *raw);
    Ok((found.into_keys().collect(), raw))
}
