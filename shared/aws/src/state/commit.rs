//! Concluding an event: documents, conclusion and outbox in one transaction.

use mesh_core::{
    Timestamp,
    ports::{Commit, CommitAnswer, LedgerState, PortError, state_limits},
};
use uuid::Uuid;

use super::{
    DynamoState, PORT, RACES,
    change::Change,
    documents::ALIVE,
    entry::{self, DONE, Entry, IN_PROGRESS},
    item::{text, time},
    outbox::{self, Kept, merge},
    reasons::Ended,
};

impl DynamoState {
    /// The transaction assumes that no notice of an earlier suspension waits. Only if one does, or the lease is not
    /// ours, the ledger refuses, with the entry as it stands.
    pub(super) async fn conclude(&self, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let now = self.clock.now();
        let bodies = encode_bodies(commit)?;
        let mut notices = Vec::new();
        for _ in 0..RACES {
            let entry = match self.transact(commit, &bodies, notices, now).await? {
                Ended::Answer(answer) => return Ok(answer),
                Ended::Refused(entry) => entry,
            };
            match entry {
                Some(entry) if entry.is_held_by(commit.token, now) => notices = undispatched(entry),
                entry => return Ok(happened_or_lost(entry, commit.token)),
            }
        }
        Ok(CommitAnswer::Throttled)
    }
}

/// Checks the limits. The texts of the bodies are what sizes and the request's token are made of.
fn encode_bodies(commit: &Commit) -> Result<Vec<String>, PortError> {
    let mut bodies = Vec::with_capacity(commit.writes.len());
    let mut sizes = Vec::with_capacity(commit.writes.len());
    for write in &commit.writes {
        let json = serde_json::to_string(&write.document.body)
            .map_err(|error| PortError::unavailable(PORT, "a document cannot be encoded", error))?;
        state_limits::document(&write.document, &json)?;
        sizes.push((&write.document.key, state_limits::size_of(&write.document, &json)));
        bodies.push(json);
    }
    state_limits::together(sizes.into_iter(), &commit.outbox)?;
    Ok(bodies)
}

/// The change of the ledger entry. `notices` are those of an earlier suspension that must be there, and stay.
pub(super) fn conclusion(commit: &Commit, notices: Vec<Kept>, now: Timestamp) -> Result<Change, PortError> {
    let change = held(commit.token, &notices, now)
        .set("standing", text(DONE))
        .set("conclusion", entry::conclusion(&commit.conclusion)?);
    let outbox = merge(notices, &commit.outbox, now);
    Ok(send(change, &commit.agent, outbox, false, now))
}

/// A change on condition that the token holds the lease, and that just these notices wait.
pub(super) fn held(token: Uuid, notices: &[Kept], now: Timestamp) -> Change {
    let condition = format!("standing = :held AND holder = :holder AND {ALIVE}");
    let (condition, seen) = match outbox::waiting(notices) {
        Some(waiting) => (format!("{condition} AND waiting = :seen"), Some(waiting)),
        None => (format!("{condition} AND attribute_not_exists(waiting)"), None),
    };
    let change = Change::when(condition, now)
        .with(":held", text(IN_PROGRESS))
        .with(":holder", text(token))
        .with(":now", time(now));
    match seen {
        Some(seen) => change.with(":seen", seen),
        None => change,
    }
}

/// Puts the outbox into the entry, with what follows from it.
pub(super) fn send(change: Change, agent: &str, outbox: Vec<Kept>, suspended: bool, now: Timestamp) -> Change {
    let change = change.follow(agent, &outbox, suspended, now);
    if outbox.is_empty() { change.remove(&["outbox"]) } else { change.set("outbox", outbox::attribute(outbox)) }
}

/// The messages of an entry that still wait.
pub(super) fn undispatched(entry: Entry) -> Vec<Kept> {
    entry.outbox.into_iter().filter(|kept| !kept.entry.dispatched).collect()
}

/// The ledger refused: either this very commit happened, and its reply was lost, or the lease was.
fn happened_or_lost(entry: Option<Entry>, token: Uuid) -> CommitAnswer {
    match entry.map(|entry| entry.state) {
        Some(LedgerState::Done { token: by, .. }) if by == token => CommitAnswer::Committed,
        _ => CommitAnswer::LeaseLost,
    }
}
