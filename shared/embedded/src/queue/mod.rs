//! Queues: the model of SQS.

mod declare;
mod port;
mod receive;
mod send;
mod settle;

use std::{collections::BTreeMap, sync::OnceLock, time::Duration};

use mesh_core::{
    Timestamp,
    ports::{Entropy, PortError},
};
use rusqlite::OptionalExtension;

pub use self::declare::{EmbeddedQueues, QueueSpec, Redrive};
use crate::{Store, db::Scope, error::Fault};

const PORT: &str = "queue";

/// How long a queue keeps a message, counted from when it was first sent.
pub(crate) const RETENTION: Duration = Duration::from_secs(14 * 24 * 3_600);
const MAX_BATCH: usize = 10;
const MAX_WAIT: Duration = Duration::from_secs(20);
const MAX_DELAY: Duration = Duration::from_secs(900);
const MAX_VISIBILITY: Duration = Duration::from_secs(12 * 3_600);
const DEFAULT_VISIBILITY: Duration = Duration::from_secs(30);

/// One queue. What it does is in [`mesh_core::ports::Queue`].
#[derive(Debug, Clone)]
pub struct EmbeddedQueue {
    store: Store,
    name: String,
    /// Found when it is first used; queues are never removed.
    id: OnceLock<i64>,
}

/// A message as it lies in its queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peeked {
    /// The queue's id of it.
    pub message_id: String,
    /// The body.
    pub body: String,
    /// The queue's attributes.
    pub attributes: BTreeMap<String, String>,
    /// How often it was received.
    pub receive_count: u32,
    /// When it was first sent to a queue.
    pub sent_at: Timestamp,
    /// When it is, or was, ready to be received.
    pub visible_at: Timestamp,
    /// Whether somebody has received it and not settled it, and its visibility time-out still runs.
    pub in_flight: bool,
}

impl EmbeddedQueue {
    pub(crate) fn new(store: Store, name: &str) -> Self {
        Self { store, name: name.to_owned(), id: OnceLock::new() }
    }

    /// The oldest messages, without receiving them; something SQS cannot do.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach or the queue does not exist.
    pub async fn peek(&self, limit: usize) -> Result<Vec<Peeked>, PortError> {
        let name = self.name.clone();
        self.store.core.db.read(PORT, move |scope| peek(scope, &name, limit)).await
    }
}

/// A queue's settings.
struct Settings {
    id: i64,
    visibility: Duration,
    /// The dead-letter queue, and how often a message may be received before it goes there.
    redrive: Option<(i64, i64)>,
}

fn settings(scope: &Scope<'_>, name: &str) -> Result<Settings, Fault> {
    let mut statement = scope.sql(include_str!("../../queries/queue/find.sql"))?;
    let found = statement.query_row([name], |row| {
        let redrive = row.get::<_, Option<i64>>(2)?.zip(row.get(3)?);
        let visibility = Duration::from_millis(u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0));
        Ok(Settings { id: row.get(0)?, visibility, redrive })
    });
    let found = found.optional()?;
    found.ok_or_else(|| PortError::NotFound { port: PORT, what: format!("the queue {name}") }.into())
}

fn peek(scope: &Scope<'_>, name: &str, limit: usize) -> Result<Vec<Peeked>, Fault> {
    let queue = settings(scope, name)?;
    let mut statement = scope.sql(include_str!("../../queries/queue/peek.sql"))?;
    let mut rows = statement.query((queue.id, expired(scope.now), count(limit)))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let visible_at = Timestamp(row.get(3)?);
        found.push(Peeked {
            message_id: uuid::Uuid::from_bytes(row.get(0)?).to_string(),
            sent_at: Timestamp(row.get(1)?),
            receive_count: row.get(2)?,
            visible_at,
            in_flight: row.get::<_, bool>(4)? && visible_at > scope.now,
            body: row.get(5)?,
            attributes: attributes(row.get(6)?)?,
        });
    }
    Ok(found)
}

/// What was sent at this time or before has expired.
fn expired(now: Timestamp) -> i64 {
    now.minus(RETENTION).0
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn attributes(stored: Option<String>) -> Result<BTreeMap<String, String>, Fault> {
    let Some(json) = stored else { return Ok(BTreeMap::new()) };
    serde_json::from_str(&json).map_err(|error| Fault::corrupt("the attributes of a message", error.to_string()))
}

/// The stored form of attributes.
pub(crate) fn encode(attributes: &BTreeMap<String, String>) -> Result<Option<String>, PortError> {
    if attributes.is_empty() {
        return Ok(None);
    }
    let json = serde_json::to_string(attributes);
    json.map(Some).map_err(|error| PortError::unavailable(PORT, "the attributes cannot be encoded", error))
}

/// Puts a message into a queue.
pub(crate) struct Insert<'a> {
    pub(crate) queue: i64,
    pub(crate) message_id: [u8; 16],
    pub(crate) visible_at: Timestamp,
    pub(crate) sent_at: Timestamp,
    pub(crate) content: Content<'a>,
}

/// What a message in a queue consists of.
pub(crate) enum Content<'a> {
    /// The notification in this row of the journal.
    Journal(i64),
    /// A body of its own, and the stored form of attributes.
    Inline(&'a str, Option<&'a str>),
}

impl Insert<'_> {
    pub(crate) fn execute(&self, scope: &Scope<'_>) -> Result<(), Fault> {
        let (journal, body, attributes) = match self.content {
            Content::Journal(seq) => (Some(seq), None, None),
            Content::Inline(body, attributes) => (None, Some(body), attributes),
        };
        scope.sql(include_str!("../../queries/queue/insert.sql"))?.execute((
            self.queue,
            self.visible_at.0,
            self.sent_at.0,
            self.message_id,
            journal,
            body,
            attributes,
        ))?;
        scope.wake(self.queue);
        Ok(())
    }
}

/// A queue's id of a message.
pub(crate) fn message_id(entropy: &dyn Entropy) -> [u8; 16] {
    mesh_system::uuid(entropy).into_bytes()
}

fn limit(field: &str, value: impl Into<String>, limit: impl Into<String>) -> PortError {
    PortError::Limit { port: PORT, field: field.to_owned(), value: value.into(), limit: limit.into() }
}

fn at_most(field: &str, value: Duration, most: Duration) -> Result<(), PortError> {
    if value <= most {
        return Ok(());
    }
    Err(limit(field, format!("{} s", value.as_secs_f64()), format!("{} s", most.as_secs())))
}
