//! Meshes that break a rule on purpose, to prove that the tests would notice. Each broken rule is a decorator of ports,
//! between the product and whatever goes wrong with its calls.

mod answer_stored_after_use;
mod answers_by_hash;
mod drop_outbox;
mod ignore_failed_entries;
mod mark_before_handling;
mod no_fate_row;
mod no_lease_token;
mod publish_before_commit;
mod shadow;
mod split_commit;

use std::{fmt, str::FromStr, sync::Arc};

use mesh_core::{
    Ports,
    ports::{Blobs, Queue, StateStore},
};

use crate::hooks::{BlobHooks, Hooked, StateHooks};

/// A rule that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// The ledger says done before the handler ran.
    MarkBeforeHandling,
    /// Events are published before the commit.
    PublishBeforeCommit,
    /// Events are published after the commit from memory; nothing keeps them.
    DropOutbox,
    /// Whoever commits is taken for the holder.
    NoLeaseToken,
    /// Entries of a batch that were not taken are taken for sent.
    IgnoreFailedEntries,
    /// Documents are written first, outbox and ledger in a second step.
    SplitCommit,
    /// Answers are kept under the hash of the request.
    AnswersByHash,
    /// Nothing says that a run has ended.
    NoFateRow,
    /// An answer is stored only after the commit that used it.
    AnswerStoredAfterUse,
}

impl Mutation {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::MarkBeforeHandling,
        Self::PublishBeforeCommit,
        Self::DropOutbox,
        Self::NoLeaseToken,
        Self::IgnoreFailedEntries,
        Self::SplitCommit,
        Self::AnswersByHash,
        Self::NoFateRow,
        Self::AnswerStoredAfterUse,
    ];

    /// As it is written on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MarkBeforeHandling => "mark-before-handling",
            Self::PublishBeforeCommit => "publish-before-commit",
            Self::DropOutbox => "drop-outbox",
            Self::NoLeaseToken => "no-lease-token",
            Self::IgnoreFailedEntries => "ignore-failed-entries",
            Self::SplitCommit => "split-commit",
            Self::AnswersByHash => "answers-by-hash",
            Self::NoFateRow => "no-fate-row",
            Self::AnswerStoredAfterUse => "answer-stored-after-use",
        }
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mutation {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::name).join(", ");
        Self::ALL
            .into_iter()
            .find(|one| one.name() == name)
            .ok_or_else(|| format!("no mutation; there are {}", known()))
    }
}

/// The ports with a rule broken.
pub(crate) fn mutate(mutation: Option<Mutation>, ports: Ports) -> Ports {
    match mutation {
        None => ports,
        Some(Mutation::MarkBeforeHandling) => with_state(ports, mark_before_handling::Marks),
        Some(Mutation::PublishBeforeCommit) => {
            let hooks = publish_before_commit::Eager(Arc::clone(&ports.publisher));
            with_state(ports, hooks)
        }
        Some(Mutation::DropOutbox) => with_state(ports, drop_outbox::Forgets),
        Some(Mutation::NoLeaseToken) => with_state(ports, no_lease_token::Trusts),
        Some(Mutation::IgnoreFailedEntries) => ignore_failed_entries::mutate(ports),
        Some(Mutation::SplitCommit) => with_state(ports, split_commit::Splits),
        Some(Mutation::AnswersByHash) => answers_by_hash::mutate(ports),
        Some(Mutation::NoFateRow) => with_state(ports, no_fate_row::Endless),
        Some(Mutation::AnswerStoredAfterUse) => answer_stored_after_use::mutate(ports),
    }
}

/// The queue with a rule broken.
pub(crate) fn mutate_queue(mutation: Option<Mutation>, queue: Arc<dyn Queue>) -> Arc<dyn Queue> {
    match mutation {
        Some(Mutation::IgnoreFailedEntries) => ignore_failed_entries::deaf_queue(queue),
        _ => queue,
    }
}

fn with_state(ports: Ports, hooks: impl StateHooks + 'static) -> Ports {
    let state: Arc<dyn StateStore> = Hooked::new(Arc::clone(&ports.state), Arc::new(hooks));
    Ports { state, ..ports }
}

fn with_blobs<H: BlobHooks + 'static>(ports: Ports, hooks: &Arc<H>) -> Ports {
    let blobs: Arc<dyn Blobs> = Hooked::new(Arc::clone(&ports.blobs), Arc::clone(hooks));
    Ports { blobs, ..ports }
}
