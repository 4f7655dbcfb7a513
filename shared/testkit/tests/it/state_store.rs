//! The state store suite passes what is right and names what is wrong.

use std::sync::Arc;

use mesh_testkit::{
    block_on,
    clock::ManualClock,
    suite::{
        Harness, Time,
        state_store::{Fixture, all, cases, check},
    },
};

use crate::{
    every_flaw_is_found,
    fakes::{
        MemoryStore,
        StoreFlaw::{self, *},
    },
};

fn harness(flaw: Option<StoreFlaw>) -> Harness<Fixture> {
    Harness::new(move || {
        let clock = Arc::new(ManualClock::new());
        Fixture::new(Arc::new(MemoryStore::new(Arc::clone(&clock), flaw)), Time::Manual(clock))
    })
}

#[test]
fn a_correct_store_passes() {
    block_on(all(&harness(None)));
}

#[test]
fn the_report_names_the_obligation() {
    let panic = std::panic::catch_unwind(|| block_on(all(&harness(Some(ChecksNoToken))))).unwrap_err();
    let report = panic.downcast_ref::<String>().unwrap();
    assert!(report.starts_with("state_store: "), "{report}");
    assert!(report.contains("a_stale_token_commits_nothing: a commit with the token of a lost lease"), "{report}");
}

#[test]
fn every_flaw_is_found_by_its_case() {
    let flaws = [
        (MarksFirst, "an_expired_lease_is_taken"),
        (MarksFirst, "release_counts_the_attempt"),
        (ChecksNoToken, "a_stale_token_commits_nothing"),
        (IgnoresConditions, "create_happens_once"),
        (IgnoresConditions, "of_two_on_one_version_one_wins"),
        (IgnoresConditions, "check_zero_means_absent"),
        (IgnoresConditions, "a_put_creates_once"),
        (IgnoresConditions, "a_put_needs_its_version"),
        (IgnoresConditions, "puts_and_commits_share_versions"),
        (IgnoresConditions, "of_two_puts_at_once_one_wins"),
        (WritesHalf, "a_conflict_does_nothing"),
        (ForgetsItCommitted, "a_repeated_commit_changes_nothing"),
        (CommitsAgain, "a_repeated_commit_changes_nothing"),
        (CommitsAgain, "a_repeated_commit_sends_nothing_again"),
        (ConflictsBeforeLease, "a_stale_token_outranks_a_conflict"),
        (CountsHeld, "held_is_not_an_attempt"),
        (NeverReleases, "release_counts_the_attempt"),
        (CountsUncounted, "release_uncounted_forgets_it"),
        (NeverAfresh, "a_begin_afresh_forgets_the_dead"),
        (TakesAnyPayload, "another_payload_is_reused"),
        (SharesLedgers, "agents_are_independent"),
        (KeepsTheExpired, "an_expired_document_is_not_read"),
        (KeepsTheExpired, "an_expired_document_is_absent_in_conditions"),
        (KeepsTheExpired, "a_put_takes_the_expired_as_absent"),
        (ExpiresTheUndispatched, "the_undispatched_never_expires"),
        (ExpiresTheSuspended, "the_suspended_never_expires"),
        (NeverExpiresLedger, "a_ledger_entry_lives_ninety_days"),
        (NeverExpiresLedger, "an_abandoned_attempt_expires"),
        (DispatchesNothing, "dispatched_is_not_due"),
        (DoneAnswersAll, "done_answers_what_is_undispatched"),
        (DoneAnswersAll, "done_keeps_back_what_is_not_due"),
        (DueBeforeTime, "due_waits_for_the_due_time"),
        (DueIgnoresAge, "due_waits_for_older_than"),
        (DueNewestFirst, "due_is_oldest_first"),
        (DropsNotices, "the_notice_survives_a_fresh_start"),
        (SuspendsForAnyone, "suspending_needs_the_token"),
        (CountsOnAfterSuspension, "a_begin_starts_afresh"),
        (KnowsNoLimits, "twenty_six_writes_are_refused"),
        (KnowsNoLimits, "twenty_six_messages_are_refused"),
        (KnowsNoLimits, "a_repeated_key_is_refused"),
        (KnowsNoLimits, "a_larger_document_is_refused"),
        (KnowsNoLimits, "too_much_together_is_refused"),
        (KnowsNoLimits, "a_put_has_the_limits_of_a_commit"),
        (ListsWithoutEnd, "list_is_in_byte_order"),
        (QueriesOldestFirst, "newest_first_by_sort"),
        (SkipsTies, "ties_are_kept"),
        (ForgetsFields, "a_document_comes_back_as_written"),
        (ForgetsFields, "a_put_keeps_every_field"),
        (WritesChecked, "a_put_that_checks_writes_nothing"),
        (WritesChecked, "check_compares_and_writes_nothing"),
        (MixesKinds, "an_unknown_document_is_none"),
        (MixesKinds, "list_keeps_kinds_apart"),
        (CommitsTheUnknown, "an_unknown_event_commits_nothing"),
        (KeepsTheFirstWrite, "a_commit_is_visible_as_a_whole"),
        (ForgetsConclusions, "every_conclusion_is_kept"),
        (LimitsTooEarly, "twenty_five_are_taken"),
        (LimitsTooEarly, "a_document_of_the_limit_is_taken"),
        (LimitsTooEarly, "the_longest_id_is_stored"),
        (TakesWritersVersion, "versions_rise_by_one"),
        (SuspendsTheDone, "what_is_done_stays_done"),
    ];
    let names = cases().into_iter().map(|case| case.name);
    every_flaw_is_found(names, &flaws, |flaw| block_on(check(&harness(Some(flaw)))));
}
