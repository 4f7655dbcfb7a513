//! Whoever commits is taken for the holder.

use async_trait::async_trait;
use mesh_core::ports::{Commit, CommitAnswer, LedgerState, PortError, StateStore};

use super::shadow;
use crate::hooks::StateHooks;

#[derive(Debug)]
pub(super) struct Trusts;

#[async_trait]
impl StateHooks for Trusts {
    async fn commit(&self, inner: &dyn StateStore, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let entry = inner.entry(&commit.agent, commit.event_id).await?;
        match entry.map(|entry| entry.state) {
            Some(LedgerState::InProgress { token, .. }) => inner.commit(&Commit { token, ..commit.clone() }).await,
            // Done by somebody else: without a token nothing tells the difference, and it is done again.
            Some(LedgerState::Done { token, .. }) if token != commit.token => shadow::commit(inner, commit).await,
            _ => inner.commit(commit).await,
        }
    }
}
