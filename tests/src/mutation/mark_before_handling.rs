//! The ledger says done before the handler ran: what a crash interrupts is never done.

use async_trait::async_trait;
use mesh_core::ports::{BeginRequest, Begun, Commit, CommitAnswer, Conclusion, PortError, StateStore};
use uuid::Uuid;

use super::shadow;
use crate::hooks::StateHooks;

#[derive(Debug)]
pub(super) struct Marks;

#[async_trait]
impl StateHooks for Marks {
    async fn begin(&self, inner: &dyn StateStore, request: &BeginRequest) -> Result<Begun, PortError> {
        let begun = inner.begin(request).await?;
        if matches!(begun, Begun::Started { .. }) {
            let mark = Commit {
                agent: request.agent.clone(),
                event_id: request.event_id,
                token: request.token,
                writes: Vec::new(),
                outbox: Vec::new(),
                conclusion: Conclusion::Completed,
            };
            inner.commit(&mark).await?;
        }
        Ok(begun)
    }

    async fn commit(&self, inner: &dyn StateStore, commit: &Commit) -> Result<CommitAnswer, PortError> {
        shadow::commit(inner, commit).await
    }

    async fn dispatched(
        &self,
        inner: &dyn StateStore,
        agent: &str,
        event_id: Uuid,
        indices: &[u32],
    ) -> Result<(), PortError> {
        inner.dispatched(agent, shadow::of(event_id), indices).await
    }
}
