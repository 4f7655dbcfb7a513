//! Sending what is committed. Nothing here can fail a message: what is not sent now, the sweeper sends.

use std::time::Duration;

use uuid::Uuid;

use super::{Ports, suspend::NOTICES_FROM};
use crate::{
    message::Message,
    ports::{LedgerEntry, OutboxEntry, PortError},
};

/// Events whose outboxes one sweep looks at.
const SWEEP_BATCH: usize = 100;

/// Publishes the entries that need not wait, and marks those that were taken.
pub(crate) async fn dispatch(ports: &Ports, agent: &str, event_id: Uuid, entries: &[OutboxEntry]) -> usize {
    let now = ports.clock.now();
    let ready: Vec<&OutboxEntry> =
        entries.iter().filter(|entry| !entry.dispatched && entry.due.is_none_or(|due| due <= now)).collect();
    if ready.is_empty() {
        return 0;
    }
    match send(ports, agent, event_id, &ready).await {
        Ok(sent) => sent,
        Err(error) => {
            tracing::warn!(agent, %event_id, %error, "Not dispatched; the sweeper goes on.");
            0
        }
    }
}

/// Publishes what has waited since before `older_than`, and what has come due.
pub(crate) async fn sweep(ports: &Ports, agent: &str, older_than: Duration) -> Result<usize, PortError> {
    let mut sent = 0;
    for (event_id, entries) in ports.state.due(agent, older_than, SWEEP_BATCH).await? {
        let entries: Vec<&OutboxEntry> = entries.iter().filter(|entry| !entry.dispatched).collect();
        sent += send(ports, agent, event_id, &entries).await?;
    }
    Ok(sent)
}

/// Publishes once more what the outcome of an event said, byte for byte; who has handled it recognises it. What waits for
/// its due time goes on waiting, and notices of suspensions are no outcome. Answers how many messages were sent.
///
/// # Errors
/// [`PortError`] when store or publisher is out of reach.
pub async fn redispatch(ports: &Ports, entry: &LedgerEntry) -> Result<usize, PortError> {
    let now = ports.clock.now();
    let said = |one: &&OutboxEntry| one.index < NOTICES_FROM && one.due.is_none_or(|due| due <= now);
    let said: Vec<&OutboxEntry> = entry.outbox.iter().filter(said).collect();
    if said.is_empty() {
        return Ok(0);
    }
    send(ports, &entry.agent, entry.event_id, &said).await
}

async fn send(ports: &Ports, agent: &str, event_id: Uuid, entries: &[&OutboxEntry]) -> Result<usize, PortError> {
    let messages: Vec<Message> = entries.iter().map(|entry| entry.message.clone()).collect();
    let failed = ports.publisher.publish(&messages).await?;
    for entry in &failed {
        tracing::warn!(agent, %event_id, code = entry.code, reason = entry.message, "An entry was not taken.");
    }
    let taken: Vec<u32> = (0..entries.len())
        .filter(|position| failed.iter().all(|entry| entry.index != *position))
        .map(|position| entries[position].index)
        .collect();
    if !taken.is_empty() {
        ports.state.dispatched(agent, event_id, &taken).await?;
    }
    Ok(taken.len())
}
