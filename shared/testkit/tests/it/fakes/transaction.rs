//! What the state store in memory does in one step.

use std::collections::BTreeSet;

use mesh_core::{
    Timestamp,
    ports::{
        Clock, Commit, CommitAnswer, Conclusion, DocKey, LedgerState, OutboxEntry, PortError, Suspension, Write,
        WriteMode,
    },
};
use uuid::Uuid;

use super::state_store::{MemoryStore, Row, State, StoreFlaw};

const KIB: usize = 1024;

impl MemoryStore {
    pub(super) fn transact(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        self.check_limits(&commit.writes, &commit.outbox)?;
        let mut state = self.state();
        let failing = commit.writes.iter().find(|write| !self.holds(&state, write));
        let conflict = failing.map(|write| CommitAnswer::Conflict { key: write.document.key.clone() });
        let no_token = self.has(StoreFlaw::ChecksNoToken);
        let row = self.row(&mut state, &commit.agent, commit.event_id);
        match row.map(|row| row.entry.state.clone()) {
            _ if conflict.is_some() && self.has(StoreFlaw::ConflictsBeforeLease) => return Ok(conflict.unwrap()),
            Some(LedgerState::Done { token, .. }) if token == commit.token => {
                if self.has(StoreFlaw::ForgetsItCommitted) {
                    return Ok(CommitAnswer::LeaseLost);
                }
                if !self.has(StoreFlaw::CommitsAgain) && !self.has(StoreFlaw::MarksFirst) {
                    return Ok(CommitAnswer::Committed);
                }
            }
            Some(LedgerState::InProgress { token, .. }) if token == commit.token || no_token => {}
            None if self.has(StoreFlaw::CommitsTheUnknown) => {}
            _ => return Ok(CommitAnswer::LeaseLost),
        }
        if conflict.is_some() && self.has(StoreFlaw::WritesHalf) {
            commit.writes.iter().take(1).for_each(|write| self.apply(&mut state, write));
        }
        if let Some(conflict) = conflict.filter(|_| !self.has(StoreFlaw::CommitsAgain)) {
            return Ok(conflict);
        }
        let most = if self.has(StoreFlaw::KeepsTheFirstWrite) { 1 } else { usize::MAX };
        commit.writes.iter().take(most).for_each(|write| self.apply(&mut state, write));
        if let Some(row) = self.row(&mut state, &commit.agent, commit.event_id) {
            let kept = Some(&commit.conclusion).filter(|_| !self.has(StoreFlaw::ForgetsConclusions));
            let conclusion = kept.cloned().unwrap_or(Conclusion::Completed);
            self.conclude(row, LedgerState::Done { token: commit.token, conclusion }, &commit.outbox);
        }
        Ok(CommitAnswer::Committed)
    }

    pub(super) fn put_alone(&self, write: &Write) -> Result<bool, PortError> {
        self.check_limits(std::slice::from_ref(write), &[])?;
        let mut state = self.state();
        let holds = self.holds(&state, write);
        if holds {
            self.apply(&mut state, write);
        }
        Ok(holds)
    }

    pub(super) fn set_aside(&self, suspension: &Suspension) -> Result<bool, PortError> {
        self.check_limits(&[], &suspension.outbox)?;
        let mut state = self.state();
        let Some(row) = self.row(&mut state, &suspension.agent, suspension.event_id) else {
            return Ok(false);
        };
        let holds = |token: Uuid| token == suspension.token || self.has(StoreFlaw::SuspendsForAnyone);
        let done = self.has(StoreFlaw::SuspendsTheDone) && matches!(row.entry.state, LedgerState::Done { .. });
        if !done && !matches!(row.entry.state, LedgerState::InProgress { token, .. } if holds(token)) {
            return Ok(false);
        }
        row.entry.suspensions += 1;
        self.conclude(row, LedgerState::Suspended { code: suspension.code.clone() }, &suspension.outbox);
        Ok(true)
    }

    /// Sets the state and puts messages into the outbox, beside what is still to be sent.
    fn conclude(&self, row: &mut Row, state: LedgerState, outbox: &[OutboxEntry]) {
        let now = self.clock.now();
        let kept: Vec<(OutboxEntry, Timestamp)> = row.entry.outbox.drain(..).zip(row.since.drain(..)).collect();
        let drop_old = self.has(StoreFlaw::DropsNotices);
        let old = kept.into_iter().filter(|(entry, _)| !entry.dispatched && !drop_old);
        let new = outbox.iter().map(|entry| (entry.clone(), now));
        (row.entry.outbox, row.since) = old.chain(new).unzip();
        row.entry.state = state;
        row.entry.updated_at = now;
    }

    fn holds(&self, state: &State, write: &Write) -> bool {
        let stored = state.documents.get(&write.document.key).filter(|document| self.alive(document));
        let version = stored.map_or(0, |document| document.version);
        match write.mode {
            _ if self.has(StoreFlaw::IgnoresConditions) => true,
            WriteMode::Create => version == 0,
            WriteMode::IfVersion(expected) => version == expected && version > 0,
            WriteMode::Check(expected) => version == expected,
        }
    }

    fn apply(&self, state: &mut State, write: &Write) {
        let version = match write.mode {
            WriteMode::Create => 1,
            WriteMode::IfVersion(version) => version + 1,
            WriteMode::Check(_) if !self.has(StoreFlaw::WritesChecked) => return,
            WriteMode::Check(version) => version + 1,
        };
        let mut document = write.document.clone();
        if document.version == 0 || !self.has(StoreFlaw::TakesWritersVersion) {
            document.version = version;
        }
        if self.has(StoreFlaw::ForgetsFields) {
            document.index = None;
        }
        state.documents.insert(document.key.clone(), document);
    }

    fn check_limits(&self, writes: &[Write], outbox: &[OutboxEntry]) -> Result<(), PortError> {
        if self.has(StoreFlaw::KnowsNoLimits) {
            return Ok(());
        }
        let limit = |field: &str, value: usize, limit: usize| {
            let (value, limit) = (value.to_string(), limit.to_string());
            if value.len() > limit.len() || value.len() == limit.len() && value > limit {
                return Err(PortError::Limit { port: "state_store", field: field.to_owned(), value, limit });
            }
            Ok(())
        };
        let part = if self.has(StoreFlaw::LimitsTooEarly) { 2 } else { 1 };
        limit("writes", writes.len(), 25 / part)?;
        limit("outbox", outbox.len(), 25)?;
        let keys: BTreeSet<&DocKey> = writes.iter().map(|write| &write.document.key).collect();
        limit("writes of one key", writes.len(), keys.len())?;
        let mut together = outbox.iter().map(|entry| entry.message.size()).sum();
        for write in writes {
            let bytes = write.document.body.to_string().len();
            limit("body", bytes, 128 * KIB / part)?;
            limit("id", write.document.key.id.len(), 1024 / part)?;
            together += bytes;
        }
        limit("outcome", together, 256 * KIB)
    }
}
