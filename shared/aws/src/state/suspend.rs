//! Setting an event aside, with the notice of it.

use mesh_core::ports::{PortError, Suspension, state_limits};

use super::{
    DynamoState, PORT, RACES,
    commit::{held, send, undispatched},
    entry::SUSPENDED,
    item::text,
    outbox::merge,
};

impl DynamoState {
    /// One conditional UpdateItem, assuming as a commit does that no earlier notice waits.
    pub(super) async fn set_aside(&self, suspension: &Suspension) -> Result<bool, PortError> {
        state_limits::together([].into_iter(), &suspension.outbox)?;
        let Suspension { agent, event_id, token, code, outbox } = suspension;
        let now = self.clock.now();
        let mut notices = Vec::new();
        for _ in 0..RACES {
            let change = held(*token, &notices, now)
                .set("standing", text(SUSPENDED))
                .set("code", text(code))
                .term("suspensions = suspensions + :one");
            let change = send(change, agent, merge(notices, outbox, now), true, now);
            match self.change(agent, *event_id, change).await? {
                Ok(()) => return Ok(true),
                Err(Some(entry)) if entry.is_held_by(*token, now) => notices = undispatched(entry),
                // It happened; the reply was lost.
                Err(Some(entry)) if entry.is_suspended() && entry.holder == Some(*token) => return Ok(true),
                Err(_) => return Ok(false),
            }
        }
        Err(PortError::Throttled { port: PORT, message: format!("suspend: {RACES} others were faster each time") })
    }
}
