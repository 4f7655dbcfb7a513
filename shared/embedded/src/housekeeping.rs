//! Removing what has expired, in steps small enough that nobody waits for them.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use mesh_core::ports::PortError;

use crate::{
    db::{Scope, Step},
    error::Fault,
    queue::RETENTION,
    state,
    store::Core,
};

const PORT: &str = "store";
/// Rows looked at in one step.
const BATCH: usize = 500;
/// How long a replaced body stays: a reader that knows its name opens it within this time.
const GRACE: Duration = Duration::from_secs(3_600);

/// Where the walk through the ledger stands.
#[derive(Debug, Default)]
pub(crate) struct Cursor(AtomicI64);

/// What a purge removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Purged {
    /// Expired messages of queues.
    pub messages: usize,
    /// Entries of the journal.
    pub journal: usize,
    /// Expired documents.
    pub documents: usize,
    /// Expired ledger entries.
    pub ledger: usize,
    /// Replaced bodies.
    pub bodies: usize,
    /// Whether there may be more to remove at once.
    pub more: bool,
}

pub(crate) async fn purge(core: &Core) -> Result<Purged, PortError> {
    let (messages, journal) = core.db.write(PORT, |scope| messages(scope).map(Step::Keep)).await?;
    let documents = core.db.write(PORT, |scope| documents(scope).map(Step::Keep)).await?;
    let from = core.cursor.0.load(Ordering::Relaxed);
    let (ledger, next) = core.db.write(PORT, move |scope| state::purge(scope, from, BATCH).map(Step::Keep)).await?;
    core.cursor.0.store(next.unwrap_or(0), Ordering::Relaxed);
    let objects = std::sync::Arc::clone(&core.objects);
    let bodies = core.db.write(PORT, move |scope| objects.empty_trash(scope, GRACE, BATCH).map(Step::Keep)).await?;
    let more = [messages, journal, documents, bodies].contains(&BATCH) || next.is_some();
    Ok(Purged { messages, journal, documents, ledger, bodies, more })
}

/// Messages first: what they refer to in the journal must outlive them.
fn messages(scope: &Scope<'_>) -> Result<(usize, usize), Fault> {
    let params = (scope.now.minus(RETENTION).0, i64::try_from(BATCH).unwrap_or(i64::MAX));
    let messages = scope.sql(include_str!("../queries/queue/purge.sql"))?.execute(params)?;
    if messages == BATCH {
        return Ok((messages, 0));
    }
    let journal = scope.sql(include_str!("../queries/journal/purge.sql"))?.execute(params)?;
    Ok((messages, journal))
}

fn documents(scope: &Scope<'_>) -> Result<usize, Fault> {
    let params = (scope.now.0, i64::try_from(BATCH).unwrap_or(i64::MAX));
    Ok(scope.sql(include_str!("../queries/document/purge.sql"))?.execute(params)?)
}
