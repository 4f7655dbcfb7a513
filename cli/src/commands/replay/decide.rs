//! What is done with a message, and what is left alone and why.

use mesh_core::runner::Predicted;
use serde::{Deserialize, Serialize};

use super::entry::Entry;

/// What is done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// It is sent to its agent's queue as it was received, and removed from where it lay.
    Replay,
    /// A copy of it is published: a new event in a run of its own.
    Copy,
    /// What its agent said about it is published once more.
    Redispatch,
    /// A corrected copy of it is published.
    Edit,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// To replay messages.
    #[default]
    Replay,
    /// To make copies of what has ended.
    Force,
    /// To publish outcomes once more.
    Redispatch,
}

/// What is done with a message, or why nothing is. `picked`: somebody named its group.
pub(crate) fn decide(entry: &Entry, mode: Mode, picked: bool) -> Result<Action, &'static str> {
    use Predicted::{AlreadyComplete, AlreadyFailed, Superseded, UnderWay, WillComplete};
    match (mode, entry.predicted) {
        (Mode::Replay, WillComplete) => Ok(Action::Replay),
        (Mode::Replay, UnderWay) => Err("somebody works on it now"),
        // The ledger answers that it is done, and the queue is empty afterwards.
        (Mode::Replay, AlreadyComplete) if entry.is_letter() => Ok(Action::Replay),
        (Mode::Replay, _) if has_ended(entry) && !entry.is_letter() => Err(because(entry.predicted)),
        (Mode::Replay, _) if picked => Ok(Action::Replay),
        (Mode::Replay, predicted) => Err(because(predicted)),
        (Mode::Force, AlreadyComplete | AlreadyFailed | Superseded) => Ok(Action::Copy),
        (Mode::Force, _) => Err("copies are made of what has ended, and keeps its contract"),
        (Mode::Redispatch, _) if has_ended(entry) => Ok(Action::Redispatch),
        (Mode::Redispatch, _) => Err("the ledger holds no outcome of it"),
    }
}

/// Whether the agent has concluded it.
pub(crate) fn has_ended(entry: &Entry) -> bool {
    matches!(entry.ledger.as_str(), "completed" | "rejected" | "failed" | "superseded")
}

fn because(predicted: Predicted) -> &'static str {
    match predicted {
        Predicted::WillComplete => "",
        Predicted::AlreadyComplete => "it was completed since",
        Predicted::AlreadyFailed => {
            "the ledger holds its end: `mesh replay edit` corrects it, --force with --only copies it"
        }
        Predicted::Superseded => "its run has ended without it: --only replays it, --force with --only makes a copy",
        Predicted::StillInvalid => "it breaks its contract: `mesh replay edit` corrects it",
        Predicted::PayloadGone => "what it points at is gone: ask for it anew",
        Predicted::UnderWay => "somebody works on it now",
        Predicted::Ignored => "its agent does not act on it: --only removes it",
    }
}

/// Whether a message that was planned is still to be acted on, by what is known of it now.
pub(crate) fn still_meant(planned: Predicted, now: Predicted) -> bool {
    now == planned || matches!(now, Predicted::WillComplete | Predicted::AlreadyComplete)
}

/// Whether something came of the message since it was planned. Without attempts nothing did: [`start_afresh`] takes them
/// back before a message is sent.
///
/// [`start_afresh`]: mesh_core::runner::start_afresh
pub(crate) fn has_moved_on(planned: &Entry, now: &Entry) -> bool {
    let tried = now.attempts != planned.attempts && now.attempts > 0;
    tried || now.ledger != planned.ledger || now.suspensions != planned.suspensions
}

#[cfg(test)]
mod tests {
    use super::{
        super::entry::{Origin, testing},
        *,
    };

    fn entry(ledger: &str, predicted: Predicted) -> Entry {
        Entry { ledger: ledger.into(), ..testing::entry(7, "X", predicted) }
    }

    #[test]
    fn a_replay_takes_what_will_complete_and_clears_away_what_is_complete() {
        let replay = |ledger, predicted, picked| decide(&entry(ledger, predicted), Mode::Replay, picked).ok();
        assert_eq!(replay("suspended", Predicted::WillComplete, false), Some(Action::Replay));
        assert_eq!(replay("completed", Predicted::AlreadyComplete, false), Some(Action::Replay));
        for left in [Predicted::Superseded, Predicted::StillInvalid, Predicted::PayloadGone] {
            assert_eq!(replay("suspended", left, false), None);
            assert_eq!(replay("suspended", left, true), Some(Action::Replay), "it was named");
        }
        assert_eq!(replay("in progress", Predicted::UnderWay, true), None);
        let kept = Entry { source: Origin::Quarantine, ..entry("rejected", Predicted::StillInvalid) };
        assert!(decide(&kept, Mode::Replay, true).is_err(), "the ledger answers that it has ended");
    }

    #[test]
    fn copies_are_of_what_has_ended_and_outcomes_of_what_was_concluded() {
        let force = |ledger, predicted| decide(&entry(ledger, predicted), Mode::Force, true).ok();
        assert_eq!(force("completed", Predicted::AlreadyComplete), Some(Action::Copy));
        assert_eq!(force("suspended", Predicted::Superseded), Some(Action::Copy));
        assert_eq!(force("suspended", Predicted::WillComplete), None);
        assert_eq!(force("rejected", Predicted::StillInvalid), None);
        let again = |ledger, predicted| decide(&entry(ledger, predicted), Mode::Redispatch, false).ok();
        assert_eq!(again("completed", Predicted::AlreadyComplete), Some(Action::Redispatch));
        assert_eq!(again("suspended", Predicted::WillComplete), None);
    }

    #[test]
    fn a_message_of_which_something_else_will_come_by_now_is_left_alone() {
        assert!(still_meant(Predicted::WillComplete, Predicted::AlreadyComplete));
        assert!(still_meant(Predicted::PayloadGone, Predicted::PayloadGone));
        assert!(!still_meant(Predicted::WillComplete, Predicted::PayloadGone));
        let (planned, mut now) =
            (entry("suspended", Predicted::WillComplete), entry("suspended", Predicted::WillComplete));
        assert!(!has_moved_on(&planned, &now));
        now.suspensions += 1;
        assert!(has_moved_on(&planned, &now), "it was suspended again");
        let died = Entry { attempts: 5, ..entry("waiting", Predicted::WillComplete) };
        let with = |attempts| has_moved_on(&died, &Entry { attempts, ..died.clone() });
        assert!(!with(5) && !with(0), "its attempts were taken back, and it was not sent yet");
        assert!(with(1), "it was tried");
    }
}
