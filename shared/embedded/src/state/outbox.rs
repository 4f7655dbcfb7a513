//! The outbox: what is to be sent, when, and what was.

use std::time::Duration;

use mesh_core::{
    Timestamp,
    message::Message,
    ports::{OutboxEntry, PortError},
};
use rusqlite::{OptionalExtension, Row};
use uuid::Uuid;

use super::{PORT, count};
use crate::{db::Scope, error::Fault};

/// An outbox entry in its stored form.
pub(super) struct PreparedEntry {
    pub(super) index: u32,
    due: Option<Timestamp>,
    dispatched: bool,
    channel: String,
    subject: String,
    attributes: String,
    body: String,
}

/// Encodes.
pub(super) fn prepare(entries: &[OutboxEntry]) -> Result<Vec<PreparedEntry>, PortError> {
    let prepare = |entry: &OutboxEntry| {
        let message = &entry.message;
        Ok(PreparedEntry {
            index: entry.index,
            due: entry.due,
            dispatched: entry.dispatched,
            channel: message.channel.clone(),
            subject: message.subject.clone(),
            attributes: serde_json::to_string(&message.attributes)
                .map_err(|error| PortError::unavailable(PORT, "the attributes cannot be encoded", error))?,
            body: message.body.clone(),
        })
    };
    entries.iter().map(prepare).collect()
}

/// Adds entries to the outbox of a ledger entry. An earlier suspension's notice that is not dispatched yet stays.
pub(super) fn append(
    scope: &Scope<'_>,
    agent: &str,
    entry: i64,
    suspensions: u32,
    entries: &[PreparedEntry],
) -> Result<(), Fault> {
    // Only a suspension leaves an outbox behind that another commit adds to.
    if suspensions > 0 {
        make_room(scope, entry, entries)?;
    }
    for added in entries {
        scope.sql(include_str!("../../queries/outbox/insert.sql"))?.execute((
            entry,
            added.index,
            agent,
            added.due.unwrap_or(scope.now).0,
            added.due.map(|due| due.0),
            added.dispatched,
            &added.channel,
            &added.subject,
            &added.attributes,
            &added.body,
        ))?;
    }
    Ok(())
}

/// Removes what was dispatched, and gives what was not other indices where the new ones are the same.
fn make_room(scope: &Scope<'_>, entry: i64, added: &[PreparedEntry]) -> Result<(), Fault> {
    scope.sql(include_str!("../../queries/outbox/clear_dispatched.sql"))?.execute([entry])?;
    let mut statement = scope.sql(include_str!("../../queries/outbox/indices.sql"))?;
    let old = statement.query_map([entry], |row| row.get(0))?.collect::<rusqlite::Result<Vec<u32>>>()?;
    if added.iter().any(|added| old.contains(&added.index)) {
        let highest = old.iter().copied().chain(added.iter().map(|added| added.index)).max().unwrap_or(0);
        if highest >= u32::MAX / 2 {
            return Err(Fault::corrupt("an outbox", "there is no room for further indices"));
        }
        scope.sql(include_str!("../../queries/outbox/shift.sql"))?.execute((entry, i64::from(highest) + 1))?;
    }
    Ok(())
}

/// Marks messages as published; that touches the ledger entry.
pub(super) fn mark(scope: &Scope<'_>, agent: &str, event_id: Uuid, indices: &[u32]) -> Result<(), Fault> {
    let mut statement = scope.sql(include_str!("../../queries/ledger/touch.sql"))?;
    let entry = statement.query_row((agent, event_id.as_bytes(), scope.now.0), |row| row.get::<_, i64>(0));
    let Some(entry) = entry.optional()? else { return Ok(()) };
    let mut statement = scope.sql(include_str!("../../queries/outbox/mark.sql"))?;
    for index in indices {
        statement.execute((entry, index))?;
    }
    Ok(())
}

pub(super) fn is_pending(scope: &Scope<'_>, entry: i64) -> Result<bool, Fault> {
    let mut statement = scope.sql(include_str!("../../queries/outbox/pending.sql"))?;
    Ok(statement.query_row([entry], |row| row.get(0))?)
}

/// The whole outbox.
pub(super) fn of_entry(scope: &Scope<'_>, entry: i64) -> Result<Vec<OutboxEntry>, Fault> {
    let mut statement = scope.sql(include_str!("../../queries/outbox/of_entry.sql"))?;
    let mut rows = statement.query([entry])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(read(row)?);
    }
    Ok(entries)
}

/// What is undispatched and was committed by then, or is due by now.
pub(super) fn ready_of_entry(scope: &Scope<'_>, entry: i64, committed: Timestamp) -> Result<Vec<OutboxEntry>, Fault> {
    let mut statement = scope.sql(include_str!("../../queries/outbox/ready_of_entry.sql"))?;
    let mut rows = statement.query((entry, committed.0, scope.now.0))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(read(row)?);
    }
    Ok(entries)
}

pub(super) fn due(
    scope: &Scope<'_>,
    agent: &str,
    older_than: Duration,
    limit: usize,
) -> Result<Vec<(Uuid, Vec<OutboxEntry>)>, Fault> {
    let committed = scope.now.minus(older_than);
    let mut statement = scope.sql(include_str!("../../queries/outbox/due.sql"))?;
    let rows = statement.query_map((agent, committed.0, scope.now.0, count(limit)), |row| row.get(0))?;
    let ready = rows.collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut events = Vec::with_capacity(ready.len());
    for entry in ready {
        let mut statement = scope.sql(include_str!("../../queries/ledger/event_of.sql"))?;
        let event_id = statement.query_row([entry], |row| row.get(0))?;
        events.push((Uuid::from_bytes(event_id), ready_of_entry(scope, entry, committed)?));
    }
    Ok(events)
}

fn read(row: &Row<'_>) -> Result<OutboxEntry, Fault> {
    let attributes: String = row.get(5)?;
    let attributes = serde_json::from_str(&attributes)
        .map_err(|error| Fault::corrupt("the attributes of an outbox entry", error.to_string()))?;
    Ok(OutboxEntry {
        index: row.get(0)?,
        due: row.get::<_, Option<i64>>(1)?.map(Timestamp),
        dispatched: row.get(2)?,
        message: Message { channel: row.get(3)?, subject: row.get(4)?, attributes, body: row.get(6)? },
    })
}
