//! Comparing what was predicted with what has come.

use std::{collections::BTreeMap, fmt};

use futures_util::{StreamExt, TryStreamExt, stream};
use mesh_core::{
    ports::{Conclusion, LedgerEntry, LedgerState},
    runner::Predicted,
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    super::quarantine::standing,
    audit::{States, Step},
    decide::Action,
    entry::Entry,
    manifest::group_of,
};
use crate::{
    mesh::Mesh,
    output::{self, style, text},
    runs,
};

/// Entries looked at at once.
const AT_ONCE: usize = 16;
/// Most differences that are listed for people.
const LISTED: usize = 50;

/// What has come of a prediction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Came {
    /// What was predicted.
    AsPredicted,
    /// Nothing, and nobody replayed it.
    Left,
    /// Nothing yet.
    Pending,
    /// Something else.
    Other(String),
}

/// What has come of an entry: `acted` when it was replayed; then its ledger entry and what ended its run now.
pub(crate) fn compare(entry: &Entry, acted: bool, ledger: Option<&LedgerEntry>, ended_by: Option<Uuid>) -> Came {
    use Conclusion::{Completed, Failed, Rejected};
    let suspensions = ledger.map_or(0, |ledger| ledger.suspensions);
    let again = suspensions > entry.suspensions;
    let state = ledger.map(|ledger| &ledger.state);
    let done = match state {
        Some(LedgerState::Done { conclusion, .. }) => Some(conclusion),
        _ => None,
    };
    if !acted && !again && done.is_some() == super::decide::has_ended(entry) {
        return Came::Left;
    }
    let other = || Came::Other(state.map_or_else(|| "unknown".to_owned(), said));
    let expected = match (entry.predicted, done) {
        (Predicted::WillComplete | Predicted::AlreadyComplete, Some(Completed)) => true,
        (Predicted::AlreadyFailed, Some(Rejected { .. } | Failed { .. })) => true,
        (Predicted::StillInvalid, Some(Rejected { .. })) => true,
        (Predicted::PayloadGone, Some(Failed { .. })) => true,
        (Predicted::PayloadGone, None) => again,
        (Predicted::UnderWay, Some(_)) => true,
        (Predicted::Superseded, Some(_)) => ended_by == entry.ended_by.as_ref().and_then(|end| end.event_id),
        (Predicted::Ignored, None) => ledger.is_none(),
        _ => false,
    };
    match (expected, done.is_some() || again) {
        (true, _) => Came::AsPredicted,
        (false, true) => other(),
        (false, false) => Came::Pending,
    }
}

fn said(state: &LedgerState) -> String {
    let (word, code) = standing(state, mesh_core::Timestamp::default());
    code.map_or_else(|| word.clone(), |code| format!("{word} {code}"))
}

/// A group, and what has come of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct GroupOutcome {
    /// Its name.
    pub(crate) group: String,
    /// Its entries.
    pub(crate) entries: usize,
    /// Of these were replayed.
    pub(crate) replayed: usize,
    /// Became what was predicted.
    pub(crate) as_predicted: usize,
    /// Were left alone, and stand as they stood.
    pub(crate) left: usize,
    /// Have not come to anything yet.
    pub(crate) pending: usize,
    /// Became something else.
    pub(crate) different: usize,
}

/// An entry that became something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    /// Its number.
    pub(crate) entry: usize,
    /// The agent.
    pub(crate) agent: String,
    /// The event.
    pub(crate) event_id: Uuid,
    /// What was predicted.
    pub(crate) predicted: Predicted,
    /// What it is.
    pub(crate) now: String,
}

/// Predictions beside what has come. Text and JSON come from here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Comparison {
    /// Group by group.
    pub(crate) groups: Vec<GroupOutcome>,
    /// What became something else.
    pub(crate) differences: Vec<Difference>,
}

impl Comparison {
    /// Compares these entries.
    pub(crate) async fn of(mesh: &Mesh, entries: &[(usize, &Entry)], states: &States) -> anyhow::Result<Self> {
        let look = async |entry: &Entry| {
            let ledger = mesh.state.entry(&entry.agent, entry.event_id).await?;
            anyhow::Ok((ledger, runs::end(mesh, entry.run).await?.and_then(|end| end.event_id)))
        };
        let seen: Vec<_> = stream::iter(entries).map(|(_, entry)| look(entry)).buffered(AT_ONCE).try_collect().await?;
        let mut comparison = Self::default();
        let mut groups: BTreeMap<String, GroupOutcome> = BTreeMap::new();
        for ((number, entry), (ledger, ended_by)) in entries.iter().zip(seen) {
            let acted =
                states.get(&(*number, Action::Replay)).is_some_and(|step| step.is_sent() || *step == Step::Sending);
            let name = group_of(entry);
            let group = groups.entry(name.clone()).or_insert(GroupOutcome { group: name, ..GroupOutcome::default() });
            group.entries += 1;
            group.replayed += usize::from(acted);
            match compare(entry, acted, ledger.as_ref(), ended_by) {
                Came::AsPredicted => group.as_predicted += 1,
                Came::Left => group.left += 1,
                Came::Pending => group.pending += 1,
                Came::Other(now) => {
                    group.different += 1;
                    let (agent, event_id, predicted) = (entry.agent.clone(), entry.event_id, entry.predicted);
                    comparison.differences.push(Difference { entry: *number, agent, event_id, predicted, now });
                }
            }
        }
        comparison.groups = groups.into_values().collect();
        Ok(comparison)
    }

    /// How many have not come to anything yet.
    pub(crate) fn pending(&self) -> usize {
        self.groups.iter().map(|group| group.pending).sum()
    }

    /// Whether everything that was replayed became what was predicted.
    pub(crate) fn is_as_predicted(&self) -> bool {
        self.differences.is_empty() && self.pending() == 0
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table =
            output::table(&["group", "entries", "replayed", "as predicted", "left", "pending", "different"]);
        for group in &self.groups {
            let GroupOutcome { entries, replayed, as_predicted, left, pending, different, .. } = group;
            let counts = [entries, replayed, as_predicted, left, pending, different].map(ToString::to_string);
            table.add_row([text::plain(&group.group)].into_iter().chain(counts));
        }
        writeln!(f, "{}", output::rows(&table))?;
        for one in self.differences.iter().take(LISTED) {
            let Difference { entry, agent, event_id, predicted, now } = one;
            let line = format_args!("entry {entry}, {event_id} at {}: {predicted} was predicted", text::plain(agent));
            writeln!(f, "{line}, it is {}", style::bad(text::plain(now)))?;
        }
        let (different, pending) = (self.differences.len(), self.pending());
        match (different, pending) {
            (0, 0) => write!(f, "{}", style::good("all that was replayed became what was predicted")),
            (0, _) => write!(f, "{}", style::warn(format_args!("{pending} have not come to anything yet"))),
            _ => write!(f, "{}", style::bad(format_args!("{different} became something else, {pending} nothing yet"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use mesh_core::Timestamp;

    use super::{super::entry::testing, *};

    fn ledger(state: LedgerState, suspensions: u32) -> LedgerEntry {
        LedgerEntry {
            agent: "echo".into(),
            event_id: Uuid::nil(),
            correlation_id: Uuid::nil(),
            event_type: "EchoRequested".into(),
            fingerprint: String::new(),
            attempts: 1,
            suspensions,
            state,
            outbox: Vec::new(),
            updated_at: Timestamp(0),
        }
    }

    fn done(conclusion: Conclusion) -> LedgerEntry {
        ledger(LedgerState::Done { token: Uuid::nil(), conclusion }, 1)
    }

    fn suspended(suspensions: u32) -> LedgerEntry {
        ledger(LedgerState::Suspended { code: "Y".into() }, suspensions)
    }

    fn came(predicted: Predicted, acted: bool, ledger: &LedgerEntry) -> Came {
        compare(&testing::entry(7, "X", predicted), acted, Some(ledger), None)
    }

    #[test]
    fn what_completes_is_as_predicted_and_what_is_suspended_again_is_not() {
        let replayed = |ledger| came(Predicted::WillComplete, true, &ledger);
        assert_eq!(replayed(done(Conclusion::Completed)), Came::AsPredicted);
        assert_eq!(replayed(suspended(1)), Came::Pending, "its agent has not begun it");
        assert_eq!(replayed(suspended(2)), Came::Other("suspended Y".into()));
        assert_eq!(replayed(done(Conclusion::Failed { code: "Z".into() })), Came::Other("failed Z".into()));
    }

    #[test]
    fn what_nobody_replayed_is_left_as_long_as_nothing_came_of_it() {
        assert_eq!(came(Predicted::WillComplete, false, &suspended(1)), Came::Left);
        assert_eq!(came(Predicted::PayloadGone, false, &suspended(1)), Came::Left);
        let completed = done(Conclusion::Completed);
        assert_eq!(came(Predicted::WillComplete, false, &completed), Came::AsPredicted, "somebody else did");
        assert_eq!(came(Predicted::PayloadGone, false, &completed), Came::Other("completed".into()));
    }

    #[test]
    fn every_other_prediction_has_its_outcome() {
        let (failed, rejected) = (Conclusion::Failed { code: "F".into() }, Conclusion::Rejected { code: "R".into() });
        assert_eq!(came(Predicted::PayloadGone, true, &done(failed.clone())), Came::AsPredicted);
        assert_eq!(came(Predicted::PayloadGone, true, &done(Conclusion::Completed)), Came::Other("completed".into()));
        assert_eq!(came(Predicted::StillInvalid, true, &done(rejected.clone())), Came::AsPredicted);
        assert_eq!(came(Predicted::StillInvalid, true, &done(Conclusion::Completed)), Came::Other("completed".into()));
        assert_eq!(came(Predicted::AlreadyFailed, true, &done(rejected)), Came::AsPredicted);
        let nothing = compare(&testing::entry(7, "X", Predicted::Ignored), true, None, None);
        assert_eq!(nothing, Came::AsPredicted);
    }

    #[test]
    fn the_end_of_a_superseded_run_stays() {
        let end = super::super::entry::EndedBy { event_type: "Echoed".into(), event_id: Some(Uuid::from_u128(3)) };
        let mut entry = testing::entry(7, "X", Predicted::Superseded);
        entry.ended_by = Some(end);
        let of = |ended_by| compare(&entry, true, Some(&done(Conclusion::Superseded)), Some(Uuid::from_u128(ended_by)));
        assert_eq!(of(3), Came::AsPredicted);
        assert_eq!(of(4), Came::Other("superseded".into()));
    }
}
