//! Committing an event whose own entry is done already.

use mesh_core::{
    ids,
    ports::{BeginRequest, Commit, CommitAnswer, PortError, StateStore},
};
use uuid::Uuid;

/// Where a second outcome of an event is committed.
pub(super) fn of(event_id: Uuid) -> Uuid {
    ids::derive(event_id, &["shadow"])
}

/// Commits beside the event's own entry.
pub(super) async fn commit(inner: &dyn StateStore, commit: &Commit) -> Result<CommitAnswer, PortError> {
    let begin = BeginRequest {
        agent: commit.agent.clone(),
        event_id: of(commit.event_id),
        fingerprint: String::new(),
        correlation_id: commit.event_id,
        event_type: "shadow".into(),
        token: commit.token,
        lease_until: mesh_core::Timestamp(i64::MAX / 2),
        afresh: false,
    };
    inner.begin(&begin).await?;
    inner.commit(&Commit { event_id: begin.event_id, ..commit.clone() }).await
}
