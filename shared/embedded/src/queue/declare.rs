//! Declaring queues and their subscriptions.

use std::time::Duration;

use mesh_core::ports::PortError;

use super::{DEFAULT_VISIBILITY, MAX_VISIBILITY, PORT, at_most, limit, settings};
use crate::{
    Store,
    db::{Scope, Step},
    error::Fault,
    topics,
};

/// The most receives SQS takes in a redrive policy.
const MAX_RECEIVES: u32 = 1_000;

/// A redrive policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// The dead-letter queue's name.
    pub dlq: String,
    /// A message received this often and not acked goes there at the next receive.
    pub max_receive_count: u32,
}

/// What a queue is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSpec {
    /// Its name: letters, digits, `-` and `_`, at most 80.
    pub name: String,
    /// Its visibility time-out.
    pub visibility: Duration,
    /// Its redrive policy.
    pub redrive: Option<Redrive>,
    /// The channels it subscribes to.
    pub channels: Vec<String>,
    /// Whether its subscriptions deliver raw messages instead of SNS notifications.
    pub raw: bool,
}

impl QueueSpec {
    /// A queue with a visibility time-out of 30 s, no redrive and no subscriptions.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), visibility: DEFAULT_VISIBILITY, redrive: None, channels: Vec::new(), raw: false }
    }

    fn check(&self) -> Result<(), PortError> {
        check_name(&self.name)?;
        at_most("visibility", self.visibility, MAX_VISIBILITY)?;
        let Some(redrive) = &self.redrive else { return Ok(()) };
        check_name(&redrive.dlq)?;
        if redrive.dlq == self.name {
            return Err(limit("dlq", redrive.dlq.as_str(), "another queue"));
        }
        if !(1..=MAX_RECEIVES).contains(&redrive.max_receive_count) {
            let value = redrive.max_receive_count.to_string();
            return Err(limit("max_receive_count", value, format!("1 to {MAX_RECEIVES}")));
        }
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), PortError> {
    let valid = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if (1..=80).contains(&name.len()) && name.bytes().all(valid) {
        return Ok(());
    }
    Err(limit("name", format!("{name:?}"), "1 to 80 letters, digits, - and _"))
}

/// The queues of a store.
#[derive(Debug, Clone)]
pub struct EmbeddedQueues {
    store: Store,
}

impl EmbeddedQueues {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// Makes the queues what they are declared to be: missing queues, dead-letter queues and topics are made,
    /// subscriptions of these queues that are no longer declared are removed. Other queues stay as they are.
    ///
    /// # Errors
    /// [`PortError::Limit`] when SQS would refuse a declaration; nothing is done then.
    pub async fn ensure(&self, specs: &[QueueSpec]) -> Result<(), PortError> {
        specs.iter().try_for_each(QueueSpec::check)?;
        let specs = specs.to_vec();
        self.store.core.db.write(PORT, move |scope| ensure(scope, &specs).map(Step::Keep)).await
    }

    /// All queues, by name.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn list(&self) -> Result<Vec<QueueSpec>, PortError> {
        self.store.core.db.read(PORT, list).await
    }
}

fn ensure(scope: &Scope<'_>, specs: &[QueueSpec]) -> Result<(), Fault> {
    // First the queues, so that any of them may be another's dead-letter queue.
    for spec in specs {
        let visibility = i64::try_from(spec.visibility.as_millis()).unwrap_or(i64::MAX);
        let mut upsert = scope.sql(include_str!("../../queries/queue/upsert.sql"))?;
        upsert.query_row((&spec.name, visibility), |row| row.get::<_, i64>(0))?;
    }
    for spec in specs {
        let queue = settings(scope, &spec.name)?.id;
        redrive(scope, queue, spec.redrive.as_ref())?;
        topics::subscribe(scope, queue, &spec.channels, spec.raw)?;
    }
    Ok(())
}

fn redrive(scope: &Scope<'_>, queue: i64, policy: Option<&Redrive>) -> Result<(), Fault> {
    let dlq = match policy {
        None => None,
        Some(policy) => {
            let visibility = i64::try_from(DEFAULT_VISIBILITY.as_millis()).unwrap_or(i64::MAX);
            scope.sql(include_str!("../../queries/queue/create.sql"))?.execute((&policy.dlq, visibility))?;
            Some(settings(scope, &policy.dlq)?.id)
        }
    };
    let most = policy.map(|policy| policy.max_receive_count);
    scope.sql(include_str!("../../queries/queue/set_redrive.sql"))?.execute((queue, dlq, most))?;
    Ok(())
}

fn list(scope: &Scope<'_>) -> Result<Vec<QueueSpec>, Fault> {
    let mut statement = scope.sql(include_str!("../../queries/queue/list.sql"))?;
    let mut rows = statement.query([])?;
    let mut specs = Vec::new();
    while let Some(row) = rows.next()? {
        let visibility = Duration::from_millis(u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0));
        let redrive = row.get(3).and_then(|dlq: Option<String>| Ok(dlq.zip(row.get(4)?)))?;
        let redrive = redrive.map(|(dlq, max_receive_count)| Redrive { dlq, max_receive_count });
        let (channels, raw) = topics::of_queue(scope, row.get(0)?)?;
        specs.push(QueueSpec { name: row.get(1)?, visibility, redrive, channels, raw });
    }
    Ok(specs)
}
