//! Marking messages as published.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use mesh_core::{Timestamp, ports::PortError};
use uuid::Uuid;

use super::{
    DynamoState, PORT, RACES,
    change::Change,
    entry::{Entry, SUSPENDED},
    item::{number, text, time},
};

impl DynamoState {
    /// One conditional UpdateItem when these are all that wait. Otherwise the entry comes back, and a second one marks
    /// those of them that still wait.
    pub(super) async fn mark_dispatched(&self, agent: &str, event_id: Uuid, indices: &[u32]) -> Result<(), PortError> {
        let marked: BTreeSet<u32> = indices.iter().copied().collect();
        if marked.is_empty() {
            return Ok(());
        }
        let mut change = all(&marked, self.clock.now());
        for _ in 0..RACES {
            let Err(Some(entry)) = self.change(agent, event_id, change).await? else { return Ok(()) };
            let Some(part) = part(agent, entry, &marked, self.clock.now()) else { return Ok(()) };
            change = part;
        }
        Err(PortError::Throttled { port: PORT, message: format!("dispatched: {RACES} others were faster each time") })
    }
}

/// Everything that waits, of an entry that may expire from then on.
fn all(marked: &BTreeSet<u32>, now: Timestamp) -> Change {
    let indices = marked.iter().map(u32::to_string).collect();
    Change::when("waiting = :marked AND standing <> :suspended", now)
        .with(":marked", AttributeValue::Ns(indices))
        .with(":suspended", text(SUSPENDED))
        .remove(&["waiting", "pending", "due_at"])
        .expire(now)
}

/// What waits of them in the entry as it was seen; `None` when nothing does.
fn part(agent: &str, mut entry: Entry, marked: &BTreeSet<u32>, now: Timestamp) -> Option<Change> {
    let mut any = false;
    for kept in &mut entry.outbox {
        if !kept.entry.dispatched && marked.contains(&kept.entry.index) {
            (kept.entry.dispatched, any) = (true, true);
        }
    }
    let change = Change::when("revision = :seen AND begun_at = :begun_at", now)
        .with(":seen", number(entry.revision))
        .with(":begun_at", time(entry.begun_at));
    any.then(|| change.follow(agent, &entry.outbox, entry.is_suspended(), now))
}
