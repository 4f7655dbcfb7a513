//! Giving an event its attempts back before it is replayed: whoever replays it means that what killed its handlers is mended.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    ports::{BeginRequest, Begun, LedgerEntry, LedgerState, PortError, StateStore},
    time::Timestamp,
};

/// How long a reset holds the event: as long as its two steps take.
const RESET: Duration = Duration::from_secs(10);

/// Forgets the attempts at an event that ended without a word (a crash, a time-out of the host), so that its next attempt
/// is the first. An event that is held, done or suspended stays as it is: nothing dies of those. Without this, a replay of
/// what died in all its attempts would be suspended before it is handled. `token` is a new one, for the two steps it takes.
///
/// # Errors
/// [`PortError`] when the store is out of reach; at worst the event is held for ten seconds then, and has one attempt less.
pub async fn start_afresh(
    state: &dyn StateStore,
    entry: &LedgerEntry,
    now: Timestamp,
    token: Uuid,
) -> Result<(), PortError> {
    if !matches!(entry.state, LedgerState::InProgress { until, .. } if until <= now) || entry.attempts == 0 {
        return Ok(());
    }
    let request = BeginRequest {
        agent: entry.agent.clone(),
        event_id: entry.event_id,
        fingerprint: entry.fingerprint.clone(),
        correlation_id: entry.correlation_id,
        event_type: entry.event_type.clone(),
        token,
        lease_until: now.plus(RESET),
        afresh: true,
    };
    match state.begin(&request).await? {
        Begun::Started { .. } => state.release(&entry.agent, entry.event_id, token, false).await,
        // Somebody works on it, or has ended it, by now.
        Begun::Held { .. } | Begun::Done { .. } | Begun::Reused => Ok(()),
    }
}
