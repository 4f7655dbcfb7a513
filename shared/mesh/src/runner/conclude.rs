//! The end of an attempt: one commit of its writes, its messages and its conclusion, and then the sending.

use super::{
    Ended, Fate, Runner,
    attempt::{Attempt, FATES},
    dispatch,
};
use crate::{
    message::Message,
    ports::{Commit, CommitAnswer, Conclusion, LedgerState, OutboxEntry, Write},
    time::Timestamp,
};

/// How often a throttled commit is repeated.
const COMMIT_TRIES: u32 = 3;

/// What is to be committed.
pub(super) struct Conclusive {
    pub(super) writes: Vec<Write>,
    pub(super) emits: Vec<Message>,
    pub(super) due: Vec<Option<Timestamp>>,
    pub(super) conclusion: Conclusion,
    pub(super) ended: Ended,
}

/// How one run of a handler came out.
pub(super) enum Settled {
    /// The attempt is over.
    Fate(Fate),
    /// Somebody else wrote first: the handler is run again on fresh state.
    Conflict,
}

impl Runner {
    /// Commits what the handler answered, and sends it.
    pub(super) async fn conclude(&self, attempt: &Attempt<'_>, conclusive: Conclusive) -> Settled {
        let outbox = entries(conclusive.emits, conclusive.due);
        let commit = Commit {
            agent: self.name().to_owned(),
            event_id: attempt.arrival.id,
            token: attempt.lease.token,
            writes: conclusive.writes,
            outbox,
            conclusion: conclusive.conclusion,
        };
        match self.commit(&commit).await {
            CommitAnswer::Committed => {
                self.log_emitted(attempt.arrival, &commit.outbox);
                dispatch::dispatch(&self.ports, self.name(), attempt.arrival.id, &commit.outbox).await;
                Settled::Fate(Fate::ack(conclusive.ended))
            }
            CommitAnswer::Conflict { key } if key.kind == FATES => {
                Settled::Fate(self.supersede(attempt, &commit).await)
            }
            CommitAnswer::Conflict { key } => {
                tracing::debug!(agent = self.name(), kind = key.kind, "Somebody else wrote first; running again.");
                Settled::Conflict
            }
            CommitAnswer::LeaseLost => Settled::Fate(Fate::retry(Ended::LeaseLost, self.soon())),
            CommitAnswer::Throttled => {
                self.give_back(attempt, false).await;
                Settled::Fate(Fate::retry(Ended::SetBack("STORE_UNAVAILABLE"), self.soon()))
            }
        }
    }

    /// The run has ended already: what this outcome would do is dropped, and that is recorded.
    async fn supersede(&self, attempt: &Attempt<'_>, dropped: &Commit) -> Fate {
        let commit =
            Commit { writes: Vec::new(), outbox: Vec::new(), conclusion: Conclusion::Superseded, ..dropped.clone() };
        match self.commit(&commit).await {
            CommitAnswer::Committed => Fate::ack(Ended::Superseded),
            CommitAnswer::LeaseLost => Fate::retry(Ended::LeaseLost, self.soon()),
            CommitAnswer::Conflict { .. } | CommitAnswer::Throttled => {
                self.give_back(attempt, false).await;
                Fate::retry(Ended::SetBack("STORE_UNAVAILABLE"), self.soon())
            }
        }
    }

    /// Commits, repeating what is safe to repeat. When the reply is lost, the ledger tells whether it happened.
    async fn commit(&self, commit: &Commit) -> CommitAnswer {
        for _ in 0..COMMIT_TRIES {
            match self.ports.state.commit(commit).await {
                Ok(CommitAnswer::Throttled) => {
                    self.ports.clock.sleep_until(self.ports.clock.now().plus(self.soon())).await
                }
                Ok(answer) => return answer,
                Err(error) => {
                    tracing::warn!(agent = self.name(), %error, "The reply to a commit was lost.");
                    if self.happened(commit).await {
                        return CommitAnswer::Committed;
                    }
                }
            }
        }
        CommitAnswer::Throttled
    }

    async fn happened(&self, commit: &Commit) -> bool {
        let entry = self.ports.state.entry(&commit.agent, commit.event_id).await;
        matches!(entry, Ok(Some(entry)) if matches!(entry.state, LedgerState::Done { token, .. } if token == commit.token))
    }
}

/// The outbox of these messages, in their order.
pub(crate) fn entries(messages: Vec<Message>, due: Vec<Option<Timestamp>>) -> Vec<OutboxEntry> {
    let numbered = messages.into_iter().zip(due).zip(0u32..);
    numbered.map(|((message, due), index)| OutboxEntry { index, message, due, dispatched: false }).collect()
}
