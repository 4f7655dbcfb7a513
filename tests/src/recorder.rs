//! Remembers who concluded which event, to see that nobody does it twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use async_trait::async_trait;
use mesh_core::ports::{Commit, CommitAnswer, PortError, StateStore};
use uuid::Uuid;

use crate::hooks::StateHooks;

/// The tokens that concluded each event of each agent.
#[derive(Debug, Default)]
pub struct Conclusions(Mutex<BTreeMap<(String, Uuid), BTreeSet<Uuid>>>);

impl Conclusions {
    /// Events that were concluded by more than one holder.
    #[must_use]
    pub fn twice(&self) -> Vec<(String, Uuid)> {
        let seen = self.0.lock().expect("one thread");
        seen.iter().filter(|(_, tokens)| tokens.len() > 1).map(|(event, _)| event.clone()).collect()
    }

    /// Takes down that this holder concluded an event.
    pub(crate) fn record(&self, commit: &Commit) {
        let mut seen = self.0.lock().expect("one thread");
        seen.entry((commit.agent.clone(), commit.event_id)).or_default().insert(commit.token);
    }
}

#[async_trait]
impl StateHooks for Conclusions {
    async fn commit(&self, inner: &dyn StateStore, commit: &Commit) -> Result<CommitAnswer, PortError> {
        let answer = inner.commit(commit).await?;
        if answer == CommitAnswer::Committed {
            self.record(commit);
        }
        Ok(answer)
    }
}
