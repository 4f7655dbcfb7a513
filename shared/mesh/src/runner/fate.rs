//! What becomes of a message.

use std::time::Duration;

/// What the host does with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Remove it.
    Ack(Ended),
    /// Make it visible again after this long, and report it as a batch item failure.
    Retry {
        /// Why.
        ended: Ended,
        /// How long it stays hidden.
        after: Duration,
    },
}

/// How the processing of a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The outcome is committed, and says something.
    Completed,
    /// The outcome is committed; it said nothing.
    Noted,
    /// It was handled before.
    AlreadyDone,
    /// The run had ended; the outcome was dropped.
    Superseded,
    /// The agent does not handle its type.
    Ignored,
    /// It broke its contract or a rule.
    Rejected(&'static str),
    /// It failed for good.
    Failed(&'static str),
    /// It failed for now.
    SetBack(&'static str),
    /// It was set aside to the dead-letter queue.
    Suspended(&'static str),
    /// Somebody else works on it.
    Held,
    /// The lease went to somebody else.
    LeaseLost,
    /// A dependency is down, or there is no time left.
    NotBegun,
}

impl Fate {
    pub(super) fn ack(ended: Ended) -> Self {
        Self::Ack(ended)
    }

    pub(super) fn retry(ended: Ended, after: Duration) -> Self {
        Self::Retry { ended, after }
    }

    /// How it ended.
    #[must_use]
    pub fn ended(&self) -> Ended {
        match self {
            Self::Ack(ended) | Self::Retry { ended, .. } => *ended,
        }
    }

    /// Whether the message is to be removed.
    #[must_use]
    pub fn is_ack(&self) -> bool {
        matches!(self, Self::Ack(_))
    }
}
