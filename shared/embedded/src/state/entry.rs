//! Ledger entries as they are stored.

use mesh_core::{
    Timestamp,
    ports::{LedgerEntry, LedgerState},
};
use rusqlite::OptionalExtension;
use uuid::Uuid;

use super::{count, outbox, outlived};
use crate::{db::Scope, error::Fault};

pub(super) const IN_PROGRESS: i64 = 0;
pub(super) const DONE: i64 = 1;
pub(super) const SUSPENDED: i64 = 2;

/// What the conditions of a step look at.
pub(super) struct Standing {
    pub(super) seq: i64,
    pub(super) fingerprint: String,
    pub(super) attempts: u32,
    pub(super) suspensions: u32,
    pub(super) state: i64,
    pub(super) token: Option<Uuid>,
    pub(super) lease_until: Timestamp,
    updated_at: i64,
}

impl Standing {
    /// Whether this token may conclude the event.
    pub(super) fn is_held_by(&self, token: Uuid) -> bool {
        self.state == IN_PROGRESS && self.token == Some(token)
    }

    /// Whether the entry counts as absent, though it was not removed yet.
    pub(super) fn is_over(&self, scope: &Scope<'_>) -> Result<bool, Fault> {
        is_over(scope, self.seq, self.state, self.updated_at)
    }
}

/// Where the event stands. Its time may be [over](Standing::is_over).
pub(super) fn find(scope: &Scope<'_>, agent: &str, event_id: Uuid) -> Result<Option<Standing>, Fault> {
    let mut statement = scope.sql(include_str!("../../queries/ledger/find.sql"))?;
    let found = statement.query_row((agent, event_id.as_bytes()), |row| {
        Ok(Standing {
            seq: row.get(0)?,
            fingerprint: row.get(1)?,
            attempts: row.get(2)?,
            suspensions: row.get(3)?,
            state: row.get(4)?,
            token: row.get::<_, Option<[u8; 16]>>(5)?.map(Uuid::from_bytes),
            lease_until: Timestamp(row.get(6)?),
            updated_at: row.get(7)?,
        })
    });
    Ok(found.optional()?)
}

/// Whether an entry has outlived its time. What is suspended or undispatched never does.
fn is_over(scope: &Scope<'_>, seq: i64, state: i64, updated_at: i64) -> Result<bool, Fault> {
    if state == SUSPENDED || updated_at > outlived(scope.now) {
        return Ok(false);
    }
    Ok(!outbox::is_pending(scope, seq)?)
}

pub(super) fn read(scope: &Scope<'_>, agent: &str, event_id: Uuid) -> Result<Option<LedgerEntry>, Fault> {
    let Some(standing) = find(scope, agent, event_id)? else { return Ok(None) };
    if standing.is_over(scope)? {
        return Ok(None);
    }
    let mut statement = scope.sql(include_str!("../../queries/ledger/read.sql"))?;
    let (correlation_id, event_type, verdict) = statement.query_row([standing.seq], |row| {
        Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
    })?;
    Ok(Some(LedgerEntry {
        agent: agent.to_owned(),
        event_id,
        correlation_id: Uuid::from_bytes(correlation_id),
        event_type,
        fingerprint: standing.fingerprint.clone(),
        attempts: standing.attempts,
        suspensions: standing.suspensions,
        outbox: outbox::of_entry(scope, standing.seq)?,
        updated_at: Timestamp(standing.updated_at),
        state: state(&standing, verdict)?,
    }))
}

fn state(standing: &Standing, verdict: Option<String>) -> Result<LedgerState, Fault> {
    let corrupt = |message: &str| Fault::corrupt(format!("the ledger entry {}", standing.seq), message);
    let token = standing.token.unwrap_or_default();
    match (standing.state, verdict) {
        (IN_PROGRESS, _) => Ok(LedgerState::InProgress { token, until: standing.lease_until }),
        (DONE, Some(json)) => {
            let conclusion = serde_json::from_str(&json).map_err(|error| corrupt(&error.to_string()))?;
            Ok(LedgerState::Done { token, conclusion })
        }
        (SUSPENDED, Some(code)) => Ok(LedgerState::Suspended { code }),
        _ => Err(corrupt("its state and its verdict do not match")),
    }
}

/// Removes entry and outbox.
pub(super) fn remove(scope: &Scope<'_>, seq: i64) -> Result<(), Fault> {
    scope.sql(include_str!("../../queries/outbox/clear.sql"))?.execute([seq])?;
    scope.sql(include_str!("../../queries/ledger/remove.sql"))?.execute([seq])?;
    Ok(())
}

/// Looks at up to `limit` entries after `seq` and removes those that have outlived their time. Answers how many were
/// removed, and where to go on; `None` at the end.
pub(crate) fn purge(scope: &Scope<'_>, seq: i64, limit: usize) -> Result<(usize, Option<i64>), Fault> {
    let mut statement = scope.sql(include_str!("../../queries/ledger/after.sql"))?;
    let rows = statement.query_map((seq, count(limit)), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let entries = rows.collect::<rusqlite::Result<Vec<(i64, i64, i64)>>>()?;
    let mut removed = 0;
    for &(seq, state, updated_at) in &entries {
        if is_over(scope, seq, state, updated_at)? {
            remove(scope, seq)?;
            removed += 1;
        }
    }
    let next = entries.last().filter(|_| entries.len() == limit).map(|(seq, ..)| *seq);
    Ok((removed, next))
}
