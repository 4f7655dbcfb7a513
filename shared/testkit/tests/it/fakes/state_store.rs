//! A state store in two maps.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{
        BeginRequest, Begun, Clock, Commit, CommitAnswer, DocKey, Document, IdRange, LedgerEntry, LedgerState,
        OutboxEntry, Page, PortError, Query, QueryBy, StateStore, Suspension, Write,
    },
};
use mesh_testkit::clock::ManualClock;
use uuid::Uuid;

const LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// What a store may do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreFlaw {
    MarksFirst,
    ChecksNoToken,
    IgnoresConditions,
    WritesHalf,
    ForgetsItCommitted,
    CommitsAgain,
    ConflictsBeforeLease,
    CountsHeld,
    NeverReleases,
    CountsUncounted,
    NeverAfresh,
    TakesAnyPayload,
    SharesLedgers,
    KeepsTheExpired,
    ExpiresTheUndispatched,
    ExpiresTheSuspended,
    NeverExpiresLedger,
    DispatchesNothing,
    DoneAnswersAll,
    DueBeforeTime,
    DueIgnoresAge,
    DueNewestFirst,
    DropsNotices,
    SuspendsForAnyone,
    CountsOnAfterSuspension,
    KnowsNoLimits,
    ListsWithoutEnd,
    QueriesOldestFirst,
    SkipsTies,
    ForgetsFields,
    WritesChecked,
    MixesKinds,
    CommitsTheUnknown,
    KeepsTheFirstWrite,
    ForgetsConclusions,
    LimitsTooEarly,
    TakesWritersVersion,
    SuspendsTheDone,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) entry: LedgerEntry,
    /// When each message of the outbox was put there.
    pub(super) since: Vec<Timestamp>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) documents: BTreeMap<DocKey, Document>,
    pub(super) ledger: BTreeMap<(String, Uuid), Row>,
}

#[derive(Debug)]
pub(crate) struct MemoryStore {
    pub(super) clock: Arc<ManualClock>,
    pub(super) flaw: Option<StoreFlaw>,
    state: Mutex<State>,
}

impl MemoryStore {
    pub(crate) fn new(clock: Arc<ManualClock>, flaw: Option<StoreFlaw>) -> Self {
        Self { clock, flaw, state: Mutex::default() }
    }

    pub(super) fn has(&self, flaw: StoreFlaw) -> bool {
        self.flaw == Some(flaw)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn slot(&self, agent: &str, event: Uuid) -> (String, Uuid) {
        let agent = if self.has(StoreFlaw::SharesLedgers) { "all" } else { agent };
        (agent.to_owned(), event)
    }

    /// The row, unless its life is over.
    pub(super) fn row<'a>(&self, state: &'a mut State, agent: &str, event: Uuid) -> Option<&'a mut Row> {
        let alive = |row: &Row| {
            let suspended = matches!(row.entry.state, LedgerState::Suspended { .. });
            let undispatched = row.entry.outbox.iter().any(|entry| !entry.dispatched);
            row.entry.updated_at.plus(LIFETIME) >= self.clock.now()
                || self.has(StoreFlaw::NeverExpiresLedger)
                || suspended && !self.has(StoreFlaw::ExpiresTheSuspended)
                || undispatched && !self.has(StoreFlaw::ExpiresTheUndispatched)
        };
        state.ledger.get_mut(&self.slot(agent, event)).filter(|row| alive(row))
    }

    pub(super) fn alive(&self, document: &Document) -> bool {
        self.has(StoreFlaw::KeepsTheExpired) || document.expires_at.is_none_or(|end| end >= self.clock.now())
    }

    fn fresh(&self, request: &BeginRequest) -> Row {
        let state = match self.flaw {
            Some(StoreFlaw::MarksFirst) => {
                LedgerState::Done { token: request.token, conclusion: mesh_core::ports::Conclusion::Completed }
            }
            _ => LedgerState::InProgress { token: request.token, until: request.lease_until },
        };
        let entry = LedgerEntry {
            agent: request.agent.clone(),
            event_id: request.event_id,
            correlation_id: request.correlation_id,
            event_type: request.event_type.clone(),
            fingerprint: request.fingerprint.clone(),
            attempts: 1,
            suspensions: 0,
            state,
            outbox: Vec::new(),
            updated_at: self.clock.now(),
        };
        Row { entry, since: Vec::new() }
    }

    /// Begins an event that has a row.
    fn resume(&self, row: &mut Row, request: &BeginRequest) -> Begun {
        let now = self.clock.now();
        if row.entry.fingerprint != request.fingerprint && !self.has(StoreFlaw::TakesAnyPayload) {
            return Begun::Reused;
        }
        let attempt = match row.entry.state {
            LedgerState::Done { .. } => return Begun::Done { undispatched: self.sendable(row) },
            LedgerState::InProgress { until, .. } if until > now => {
                row.entry.attempts += u32::from(self.has(StoreFlaw::CountsHeld));
                return Begun::Held { until };
            }
            LedgerState::Suspended { .. } if !self.has(StoreFlaw::CountsOnAfterSuspension) => 1,
            LedgerState::InProgress { .. } if request.afresh && !self.has(StoreFlaw::NeverAfresh) => 1,
            _ => row.entry.attempts + 1,
        };
        row.entry.attempts = attempt;
        row.entry.state = LedgerState::InProgress { token: request.token, until: request.lease_until };
        row.entry.updated_at = now;
        Begun::Started { attempt, suspensions: row.entry.suspensions }
    }

    fn sendable(&self, row: &Row) -> Vec<OutboxEntry> {
        let now = self.clock.now();
        let due = |entry: &&OutboxEntry| !entry.dispatched && entry.due.is_none_or(|due| due <= now);
        let all = self.has(StoreFlaw::DoneAnswersAll);
        row.entry.outbox.iter().filter(|entry| all || due(entry)).cloned().collect()
    }

    fn due_of(&self, row: &Row, older_than: Duration) -> Option<(Timestamp, (Uuid, Vec<OutboxEntry>))> {
        let now = self.clock.now();
        let patience = if self.has(StoreFlaw::DueIgnoresAge) { Duration::ZERO } else { older_than };
        let is_due = |entry: &OutboxEntry, since: Timestamp| match entry.due {
            Some(due) if !self.has(StoreFlaw::DueBeforeTime) => due <= now,
            _ => since.plus(patience) <= now,
        };
        let entries = row.entry.outbox.iter().zip(&row.since);
        let due: Vec<_> = entries.filter(|(entry, since)| !entry.dispatched && is_due(entry, **since)).collect();
        let oldest = due.iter().map(|(entry, since)| entry.due.unwrap_or(**since)).min()?;
        Some((oldest, (row.entry.event_id, due.into_iter().map(|(entry, _)| entry.clone()).collect())))
    }
}

#[async_trait]
impl StateStore for MemoryStore {
    async fn get(&self, key: &DocKey) -> Result<Option<Document>, PortError> {
        let state = self.state();
        let same = |found: &&Document| found.key.id == key.id && self.has(StoreFlaw::MixesKinds);
        let found = state.documents.get(key).or_else(|| state.documents.values().find(same));
        Ok(found.filter(|document| self.alive(document)).cloned())
    }

    async fn list(&self, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Document>, PortError> {
        let ended = |id: &String| {
            let beyond = range.to.as_ref().is_some_and(|to| id >= to);
            beyond && !self.has(StoreFlaw::ListsWithoutEnd)
        };
        let inside = |key: &DocKey| {
            let ours = key.kind == kind || self.has(StoreFlaw::MixesKinds);
            ours && range.from.as_ref().is_none_or(|from| &key.id >= from) && !ended(&key.id)
        };
        let state = self.state();
        let found = state.documents.values().filter(|document| inside(&document.key) && self.alive(document));
        Ok(found.take(limit).cloned().collect())
    }

    async fn query(&self, query: &Query) -> Result<Page, PortError> {
        let matches = |document: &&Document| {
            let by = match &query.by {
                QueryBy::Owner(owner) => document.owner.as_ref() == Some(owner),
                QueryBy::Index(index) => document.index.as_ref() == Some(index),
            };
            by && document.key.kind == query.kind && self.alive(document)
        };
        let place = |document: &Document| {
            let tie = if self.has(StoreFlaw::SkipsTies) { String::new() } else { document.key.id.clone() };
            format!("{}\u{0}{tie}", document.sort.as_ref().unwrap_or(&document.key.id))
        };
        let mut found: Vec<Document> = self.state().documents.values().filter(matches).cloned().collect();
        found.sort_by_key(|document| std::cmp::Reverse(place(document)));
        if self.has(StoreFlaw::QueriesOldestFirst) {
            found.reverse();
        }
        if let Some(cursor) = &query.cursor {
            found.retain(|document| &place(document) < cursor);
        }
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        let cursor = found.last().filter(|_| more).map(place);
        Ok(Page { documents: found, cursor })
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Begun, PortError> {
        let mut state = self.state();
        if let Some(row) = self.row(&mut state, &request.agent, request.event_id) {
            return Ok(self.resume(row, request));
        }
        state.ledger.insert(self.slot(&request.agent, request.event_id), self.fresh(request));
        Ok(Begun::Started { attempt: 1, suspensions: 0 })
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        self.transact(commit)
    }

    async fn put(&self, write: &Write) -> Result<bool, PortError> {
        self.put_alone(write)
    }

    async fn dispatched(&self, agent: &str, event_id: Uuid, indices: &[u32]) -> Result<(), PortError> {
        if self.has(StoreFlaw::DispatchesNothing) {
            return Ok(());
        }
        if let Some(row) = self.row(&mut self.state(), agent, event_id) {
            for entry in row.entry.outbox.iter_mut().filter(|entry| indices.contains(&entry.index)) {
                entry.dispatched = true;
            }
            row.entry.updated_at = self.clock.now();
        }
        Ok(())
    }

    async fn release(&self, agent: &str, event_id: Uuid, token: Uuid, counted: bool) -> Result<(), PortError> {
        let now = self.clock.now();
        let mut state = self.state();
        let Some(row) = self.row(&mut state, agent, event_id) else {
            return Ok(());
        };
        if matches!(row.entry.state, LedgerState::InProgress { token: holder, .. } if holder == token)
            && !self.has(StoreFlaw::NeverReleases)
        {
            row.entry.state = LedgerState::InProgress { token, until: now };
            row.entry.attempts -= u32::from(!counted && !self.has(StoreFlaw::CountsUncounted));
            row.entry.updated_at = now;
        }
        Ok(())
    }

    async fn suspend(&self, suspension: &Suspension) -> Result<bool, PortError> {
        self.set_aside(suspension)
    }

    async fn due(
        &self,
        agent: &str,
        older_than: Duration,
        limit: usize,
    ) -> Result<Vec<(Uuid, Vec<OutboxEntry>)>, PortError> {
        let state = self.state();
        let rows = state.ledger.values().filter(|row| row.entry.agent == agent);
        let mut due: Vec<_> = rows.filter_map(|row| self.due_of(row, older_than)).collect();
        due.sort_by_key(|(oldest, _)| *oldest);
        if self.has(StoreFlaw::DueNewestFirst) {
            due.reverse();
        }
        Ok(due.into_iter().map(|(_, found)| found).take(limit).collect())
    }

    async fn entry(&self, agent: &str, event_id: Uuid) -> Result<Option<LedgerEntry>, PortError> {
        Ok(self.row(&mut self.state(), agent, event_id).map(|row| row.entry.clone()))
    }
}
