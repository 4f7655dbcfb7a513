//! Sending what is committed. Nothing here can fail a message: what is not sent now, the sweeper sends.

use std::time::Duration;

use uuid::Uuid;

use super::Ports;
use crate::{
    message::Message,
    ports::{OutboxEntry, PortError},
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
