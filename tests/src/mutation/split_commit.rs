//! Documents are written first, outbox and ledger in a second step: a crash between the two leaves one without the other.

use async_trait::async_trait;
use mesh_core::ports::{Commit, CommitAnswer, PortError, StateStore};

use crate::hooks::StateHooks;

#[derive(Debug)]
pub(super) struct Splits;

#[async_trait]
impl StateHooks for Splits {
    async fn commit(&self, inner: &dyn StateStore, commit: &Commit) -> Result<CommitAnswer, PortError> {
        for write in &commit.writes {
            if !inner.put(write).await? {
                return Ok(CommitAnswer::Conflict { key: write.document.key.clone() });
            }
        }
        inner.commit(&Commit { writes: Vec::new(), ..commit.clone() }).await
    }
}
