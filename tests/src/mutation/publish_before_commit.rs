//! Events are published before the commit: some of them never come to be, or come again with other bytes.

use std::sync::Arc;

use async_trait::async_trait;
use mesh_core::{
    message::Message,
    ports::{Commit, CommitAnswer, PortError, Publisher, StateStore},
};

use crate::hooks::StateHooks;

#[derive(Debug)]
pub(super) struct Eager(pub(super) Arc<dyn Publisher>);

#[async_trait]
impl StateHooks for Eager {
    async fn commit(&self, inner: &dyn StateStore, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let messages: Vec<Message> = commit.outbox.iter().map(|entry| entry.message.clone()).collect();
        self.0.publish(&messages).await?;
        inner.commit(commit).await
    }
}
