//! Events are published after the commit from memory: what a crash interrupts, nobody sends.

use async_trait::async_trait;
use mesh_core::ports::{Commit, CommitAnswer, PortError, StateStore};

use crate::hooks::StateHooks;

#[derive(Debug)]
pub(super) struct Forgets;

#[async_trait]
impl StateHooks for Forgets {
    async fn commit(&self, inner: &dyn StateStore, commit: &Commit) -> Result<CommitAnswer, PortError> {
        // What is due later cannot be kept in memory: that much of the outbox stays.
        let outbox = commit.outbox.iter().filter(|entry| entry.due.is_some()).cloned().collect();
        inner.commit(&Commit { outbox, ..commit.clone() }).await
    }
}
