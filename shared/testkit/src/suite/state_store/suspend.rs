//! Suspension: set aside after the last attempt, started afresh by the next begin.

use std::time::Duration;

use mesh_core::ports::{Begun, CommitAnswer, LedgerState};

use super::{
    Fixture,
    steps::{ALPHA, commit, create, entry, event, suspension, token},
};
use crate::suite::{Case, Said, Verdict, case, ensure, ensure_eq};

/// The index of a suspension's notice, apart from those of outcomes.
const NOTICE: u32 = 100;

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(a_suspension_is_on_the_ledger, "a suspension is on the ledger with its code, one suspension more"),
        case!(a_begin_starts_afresh, "a begin of a suspended event is Started with attempt 1 and its suspensions"),
        case!(the_notice_is_dispatched_through_due, "the outbox of a suspension is due until it is dispatched"),
        case!(the_notice_survives_a_fresh_start, "an undispatched notice stays due after the next begin and commit"),
        case!(suspending_needs_the_token, "a suspend with another token answers false and does nothing"),
        case!(what_is_done_stays_done, "a suspend of a concluded event answers false and does nothing"),
        case!(a_suspended_token_commits_nothing, "a commit with the token of a suspended attempt is LeaseLost"),
        case!(suspensions_add_up, "every suspension counts, and attempts start from 1 after each"),
    ]
}

async fn suspend(f: &Fixture, n: u128, holder: uuid::Uuid, outbox: Vec<mesh_core::ports::OutboxEntry>) -> Verdict {
    let done = f.store.suspend(&suspension(n, holder, outbox)).await.said("suspend")?;
    ensure!(done, "suspend with the holder's token answers false");
    Ok(())
}

async fn a_suspension_is_on_the_ledger(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    suspend(f, 1, token(1), vec![entry(NOTICE)]).await?;
    let found = f.ledger(event(1)).await?;
    ensure_eq("state", &found.state, &LedgerState::Suspended { code: "BOOM".to_owned() })?;
    ensure_eq("suspensions", &found.suspensions, &1)?;
    ensure_eq("outbox", &found.outbox, &vec![entry(NOTICE)])
}

async fn a_begin_starts_afresh(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    f.outlive_the_lease().await;
    f.start(event(1), token(2), 2, 0).await?;
    suspend(f, 1, token(2), vec![]).await?;
    f.start(event(1), token(3), 1, 1).await?;
    let held = f.begin(ALPHA, event(1), token(4)).await?;
    ensure!(matches!(held, Begun::Held { .. }), "a begin during the fresh lease: {held:?} instead of Held");
    f.outlive_the_lease().await;
    f.start(event(1), token(5), 2, 1).await
}

async fn the_notice_is_dispatched_through_due(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    suspend(f, 1, token(1), vec![entry(NOTICE)]).await?;
    f.time.pass(f.time.units(1)).await;
    ensure_eq("due too early", &f.due(f.time.units(3)).await?, &vec![])?;
    f.time.pass(f.time.units(3)).await;
    ensure_eq("due", &f.due(f.time.units(3)).await?, &vec![(event(1), vec![NOTICE])])?;
    f.store.dispatched(ALPHA, event(1), &[NOTICE]).await.said("dispatched")?;
    ensure_eq("due after dispatch", &f.due(Duration::ZERO).await?, &vec![])?;
    let state = f.ledger(event(1)).await?.state;
    ensure_eq("state after dispatch", &state, &LedgerState::Suspended { code: "BOOM".to_owned() })
}

async fn the_notice_survives_a_fresh_start(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    suspend(f, 1, token(1), vec![entry(NOTICE)]).await?;
    f.start(event(1), token(2), 1, 1).await?;
    ensure_eq("due after the begin", &f.due(Duration::ZERO).await?, &vec![(event(1), vec![NOTICE])])?;
    let mut concluding = commit(1, vec![], vec![entry(0)]);
    concluding.token = token(2);
    f.committed(&concluding).await?;
    ensure_eq("due after the commit", &f.due(Duration::ZERO).await?, &vec![(event(1), vec![0, NOTICE])])?;
    f.store.dispatched(ALPHA, event(1), &[NOTICE]).await.said("dispatched")?;
    ensure_eq("due after the notice", &f.due(Duration::ZERO).await?, &vec![(event(1), vec![0])])
}

async fn suspending_needs_the_token(f: &Fixture) -> Verdict {
    let unknown = f.store.suspend(&suspension(7, token(7), vec![entry(NOTICE)])).await.said("suspend")?;
    ensure!(!unknown, "suspend of an event that was never begun answers true");
    f.start(event(1), token(1), 1, 0).await?;
    f.outlive_the_lease().await;
    f.start(event(1), token(2), 2, 0).await?;
    let done = f.store.suspend(&suspension(1, token(1), vec![entry(NOTICE)])).await.said("suspend")?;
    ensure!(!done, "suspend with a stale token answers true");
    ensure_eq("due", &f.due(Duration::ZERO).await?, &vec![])?;
    let found = f.ledger(event(1)).await?;
    ensure_eq("suspensions", &found.suspensions, &0)?;
    ensure!(matches!(found.state, LedgerState::InProgress { .. }), "state: {:?}", found.state);
    let mut own = commit(1, vec![create("w")], vec![]);
    own.token = token(2);
    f.committed(&own).await
}

async fn what_is_done_stays_done(f: &Fixture) -> Verdict {
    f.handled(1, vec![], vec![entry(0)]).await?;
    let done = f.store.suspend(&suspension(1, token(1), vec![entry(NOTICE)])).await.said("suspend")?;
    ensure!(!done, "suspend of a concluded event answers true");
    ensure_eq("undispatched", &f.undispatched(event(1)).await?, &vec![0])
}

async fn a_suspended_token_commits_nothing(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    suspend(f, 1, token(1), vec![]).await?;
    let answer = f.commit(&commit(1, vec![create("w")], vec![])).await?;
    ensure_eq("the commit", &answer, &CommitAnswer::LeaseLost)?;
    f.absent("w").await?;
    ensure_eq("suspensions", &f.ledger(event(1)).await?.suspensions, &1)
}

async fn suspensions_add_up(f: &Fixture) -> Verdict {
    for round in 0..3_u32 {
        let holder = token(u128::from(round) + 1);
        f.start(event(1), holder, 1, round).await?;
        suspend(f, 1, holder, vec![]).await?;
    }
    f.start(event(1), token(9), 1, 3).await
}
