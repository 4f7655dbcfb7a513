//! Concluding an event, and setting one aside: one transaction each.

use mesh_core::ports::{Commit, CommitAnswer, DocKey, PortError, Write, WriteMode, state_limits};
use rusqlite::OptionalExtension;
use uuid::Uuid;

use super::{
    PORT,
    entry::{self, DONE},
    outbox::{self, PreparedEntry},
};
use crate::{
    db::{Scope, Step},
    error::Fault,
};

/// A write in its stored form.
pub(super) struct PreparedWrite {
    pub(super) key: DocKey,
    mode: WriteMode,
    owner: Option<String>,
    index: Option<String>,
    sort: Option<String>,
    expires_at: Option<i64>,
    json: String,
    size: usize,
}

impl PreparedWrite {
    /// Checks the limits of one document, and encodes.
    pub(super) fn new(write: &Write) -> Result<Self, PortError> {
        let document = &write.document;
        let json = serde_json::to_string(&document.body)
            .map_err(|error| PortError::unavailable(PORT, "a document cannot be encoded", error))?;
        state_limits::document(document, &json)?;
        Ok(Self {
            key: document.key.clone(),
            mode: write.mode,
            owner: document.owner.clone(),
            index: document.index.clone(),
            sort: document.sort.clone(),
            expires_at: document.expires_at.map(|at| at.0),
            size: state_limits::size_of(document, &json),
            json,
        })
    }

    /// Writes; false when the condition does not hold.
    pub(super) fn execute(&self, scope: &Scope<'_>) -> Result<bool, Fault> {
        match self.mode {
            WriteMode::Create => self.create(scope),
            WriteMode::IfVersion(version) => self.replace(scope, version),
            WriteMode::Check(version) => Ok(self.stored_version(scope)? == i64::try_from(version).unwrap_or(-1)),
        }
    }

    fn create(&self, scope: &Scope<'_>) -> Result<bool, Fault> {
        let changed = scope.sql(include_str!("../../queries/document/create.sql"))?.execute((
            &self.key.kind,
            &self.key.id,
            &self.owner,
            &self.index,
            &self.sort,
            self.expires_at,
            &self.json,
            scope.now.0,
        ))?;
        Ok(changed == 1)
    }

    fn replace(&self, scope: &Scope<'_>, version: u64) -> Result<bool, Fault> {
        let changed = scope.sql(include_str!("../../queries/document/replace.sql"))?.execute((
            &self.key.kind,
            &self.key.id,
            &self.owner,
            &self.index,
            &self.sort,
            self.expires_at,
            &self.json,
            scope.now.0,
            i64::try_from(version).unwrap_or(-1),
        ))?;
        Ok(changed == 1)
    }

    /// 0 when there is none.
    fn stored_version(&self, scope: &Scope<'_>) -> Result<i64, Fault> {
        let mut statement = scope.sql(include_str!("../../queries/document/version.sql"))?;
        let version = statement.query_row((&self.key.kind, &self.key.id, scope.now.0), |row| row.get(0));
        Ok(version.optional()?.unwrap_or(0))
    }
}

/// A commit in its stored form.
pub(super) struct Prepared {
    agent: String,
    event_id: Uuid,
    token: Uuid,
    writes: Vec<PreparedWrite>,
    outbox: Vec<PreparedEntry>,
    verdict: String,
}

/// Checks the limits, and encodes.
pub(super) fn prepare(commit: &Commit) -> Result<Prepared, PortError> {
    let writes = commit.writes.iter().map(PreparedWrite::new).collect::<Result<Vec<_>, _>>()?;
    state_limits::together(writes.iter().map(|write| (&write.key, write.size)), &commit.outbox)?;
    let outbox = outbox::prepare(&commit.outbox)?;
    let verdict = serde_json::to_string(&commit.conclusion)
        .map_err(|error| PortError::unavailable(PORT, "a conclusion cannot be encoded", error))?;
    let agent = commit.agent.clone();
    Ok(Prepared { agent, event_id: commit.event_id, token: commit.token, writes, outbox, verdict })
}

impl Prepared {
    pub(super) fn commit(&self, scope: &Scope<'_>) -> Result<Step<CommitAnswer>, Fault> {
        let Some(standing) = entry::find(scope, &self.agent, self.event_id)? else {
            return Ok(Step::Undo(CommitAnswer::LeaseLost));
        };
        if standing.state == DONE && standing.token == Some(self.token) {
            // It happened; the reply was lost.
            return Ok(Step::Undo(CommitAnswer::Committed));
        }
        if !standing.is_held_by(self.token) {
            return Ok(Step::Undo(CommitAnswer::LeaseLost));
        }
        for write in &self.writes {
            if !write.execute(scope)? {
                return Ok(Step::Undo(CommitAnswer::Conflict { key: write.key.clone() }));
            }
        }
        outbox::append(scope, &self.agent, standing.seq, standing.suspensions, &self.outbox)?;
        let mut statement = scope.sql(include_str!("../../queries/ledger/conclude.sql"))?;
        statement.execute((standing.seq, &self.verdict, scope.now.0))?;
        Ok(Step::Keep(CommitAnswer::Committed))
    }
}

/// Sets an event aside, with the notice of it; false when the token is not the holder's.
pub(super) fn suspend(
    scope: &Scope<'_>,
    agent: &str,
    event_id: Uuid,
    token: Uuid,
    code: &str,
    notice: &[PreparedEntry],
) -> Result<bool, Fault> {
    let standing = entry::find(scope, agent, event_id)?;
    let Some(standing) = standing.filter(|standing| standing.is_held_by(token)) else { return Ok(false) };
    outbox::append(scope, agent, standing.seq, standing.suspensions, notice)?;
    let mut statement = scope.sql(include_str!("../../queries/ledger/suspend.sql"))?;
    statement.execute((standing.seq, code, scope.now.0))?;
    Ok(true)
}
