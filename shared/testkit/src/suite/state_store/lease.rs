//! Leases: who may handle an event, and how often it was tried.

use futures_util::future;
use mesh_core::ports::{BeginRequest, Begun, Commit, CommitAnswer, LedgerState};
use uuid::Uuid;

use super::{
    Fixture,
    steps::{ALPHA, BETA, commit, create, event, suspension, token},
};
use crate::suite::{Case, Said, Verdict, case, ensure, ensure_eq};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(the_first_begin_is_attempt_one, "the first begin is Started with attempt 1 and is on the ledger at once"),
        case!(a_live_lease_holds_others_off, "a begin during another's lease is Held until its end"),
        case!(held_is_not_an_attempt, "a begin that was Held counts no attempt and does not prolong the lease"),
        case!(of_two_begins_one_starts, "of begins at the same time exactly one is Started"),
        case!(an_expired_lease_is_taken, "a begin after the lease's end is Started with attempt 2"),
        case!(a_stale_token_commits_nothing, "a commit with the token of a lost lease is LeaseLost and does nothing"),
        case!(
            a_stale_token_outranks_a_conflict,
            "a commit with a stale token is LeaseLost even when a condition fails too"
        ),
        case!(an_unknown_event_commits_nothing, "a commit of an event that was never begun is LeaseLost"),
        case!(release_counts_the_attempt, "a release ends the lease at once; counted, the next attempt is 2"),
        case!(release_uncounted_forgets_it, "a release with `counted` false takes the attempt back"),
        case!(release_needs_the_token, "a release with another token, or after the conclusion, does nothing"),
        case!(
            a_begin_afresh_forgets_the_dead,
            "a begin afresh after the lease's end is attempt 1; a live lease holds it off, and it revives nothing that is done"
        ),
        case!(another_payload_is_reused, "a begin with another fingerprint is Reused, wherever the event stands"),
        case!(agents_are_independent, "the ledgers of two agents know nothing of each other, even for one event"),
    ]
}

async fn the_first_begin_is_attempt_one(f: &Fixture) -> Verdict {
    ensure_eq("the ledger before", &f.store.entry(ALPHA, event(1)).await.said("entry")?, &None)?;
    let request = f.request(ALPHA, event(1), token(1));
    let begun = f.store.begin(&request).await.said("begin")?;
    ensure_eq("begin", &begun, &Begun::Started { attempt: 1, suspensions: 0 })?;
    let found = f.ledger(event(1)).await?;
    ensure_eq("agent", &found.agent, &request.agent)?;
    ensure_eq("event", &found.event_id, &request.event_id)?;
    ensure_eq("run", &found.correlation_id, &request.correlation_id)?;
    ensure_eq("type", &found.event_type, &request.event_type)?;
    ensure_eq("fingerprint", &found.fingerprint, &request.fingerprint)?;
    ensure_eq("counts", &(found.attempts, found.suspensions), &(1, 0))?;
    let state = LedgerState::InProgress { token: token(1), until: request.lease_until };
    ensure_eq("state", &found.state, &state)?;
    ensure_eq("outbox", &found.outbox, &vec![])
}

async fn a_live_lease_holds_others_off(f: &Fixture) -> Verdict {
    let until = f.request(ALPHA, event(1), token(1)).lease_until;
    f.start(event(1), token(1), 1, 0).await?;
    f.time.pass(f.time.units(1)).await;
    let second = f.begin(ALPHA, event(1), token(2)).await?;
    ensure!(
        matches!(second, Begun::Held { until: seen } if seen.until(until) < f.time.units(1)),
        "the second begin: {second:?} instead of Held until {until}"
    );
    f.committed(&commit(1, vec![create("w")], vec![])).await
}

async fn held_is_not_an_attempt(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    f.time.pass(f.time.units(1)).await;
    for n in 2..5 {
        let begun = f.begin(ALPHA, event(1), token(n)).await?;
        ensure!(matches!(begun, Begun::Held { .. }), "begin during the lease: {begun:?} instead of Held");
    }
    ensure_eq("attempts on the ledger", &f.ledger(event(1)).await?.attempts, &1)?;
    f.time.pass(f.time.units(3)).await;
    f.start(event(1), token(5), 2, 0).await
}

async fn of_two_begins_one_starts(f: &Fixture) -> Verdict {
    let begins = (1..=8).map(|n| f.begin(ALPHA, event(1), token(n)));
    let mut started = 0;
    for begun in future::join_all(begins).await {
        match begun? {
            Begun::Started { attempt, .. } => {
                ensure_eq("the attempt", &attempt, &1)?;
                started += 1;
            }
            Begun::Held { .. } => {}
            other => return Err(format!("begin: {other:?} instead of Started or Held")),
        }
    }
    ensure_eq("how many were Started", &started, &1)
}

async fn an_expired_lease_is_taken(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    f.outlive_the_lease().await;
    f.start(event(1), token(2), 2, 0).await?;
    f.outlive_the_lease().await;
    f.start(event(1), token(3), 3, 0).await?;
    ensure_eq("attempts on the ledger", &f.ledger(event(1)).await?.attempts, &3)
}

async fn a_stale_token_commits_nothing(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    f.outlive_the_lease().await;
    f.start(event(1), token(2), 2, 0).await?;
    let stale = f.commit(&commit(1, vec![create("w")], vec![super::steps::entry(0)])).await?;
    ensure_eq("the commit with the first token", &stale, &CommitAnswer::LeaseLost)?;
    f.absent("w").await?;
    ensure_eq("due", &f.due(std::time::Duration::ZERO).await?, &vec![])?;
    let mut own = commit(1, vec![create("w")], vec![]);
    own.token = token(2);
    f.committed(&own).await?;
    let late = f.commit(&commit(1, vec![create("x")], vec![])).await?;
    ensure_eq("the first token's commit after the second's", &late, &CommitAnswer::LeaseLost)?;
    f.absent("x").await
}

async fn a_stale_token_outranks_a_conflict(f: &Fixture) -> Verdict {
    f.handled(1, vec![create("w")], vec![]).await?;
    f.start(event(2), token(2), 1, 0).await?;
    let mut stale = commit(2, vec![create("w")], vec![]);
    stale.token = token(9);
    ensure_eq("the commit", &f.commit(&stale).await?, &CommitAnswer::LeaseLost)
}

async fn an_unknown_event_commits_nothing(f: &Fixture) -> Verdict {
    let answer = f.commit(&commit(1, vec![create("w")], vec![])).await?;
    ensure_eq("the commit", &answer, &CommitAnswer::LeaseLost)?;
    f.absent("w").await?;
    ensure_eq("the ledger", &f.store.entry(ALPHA, event(1)).await.said("entry")?, &None)
}

async fn release_counts_the_attempt(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    f.store.release(ALPHA, event(1), token(1), true).await.said("release")?;
    f.start(event(1), token(2), 2, 0).await
}

async fn release_uncounted_forgets_it(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    f.store.release(ALPHA, event(1), token(1), true).await.said("release")?;
    f.start(event(1), token(2), 2, 0).await?;
    f.store.release(ALPHA, event(1), token(2), false).await.said("release")?;
    f.start(event(1), token(3), 2, 0).await
}

async fn release_needs_the_token(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    f.store.release(ALPHA, event(1), token(2), false).await.said("release with another token")?;
    let second = f.begin(ALPHA, event(1), token(2)).await?;
    ensure!(matches!(second, Begun::Held { .. }), "begin after a stranger's release: {second:?} instead of Held");
    ensure_eq("attempts on the ledger", &f.ledger(event(1)).await?.attempts, &1)?;
    f.committed(&commit(1, vec![], vec![])).await?;
    f.store.release(ALPHA, event(1), token(1), false).await.said("release after the conclusion")?;
    ensure_eq("what a begin says is undispatched", &f.undispatched(event(1)).await?, &vec![])?;
    f.store.release(ALPHA, event(2), token(1), true).await.said("release of an unknown event")
}

async fn a_begin_afresh_forgets_the_dead(f: &Fixture) -> Verdict {
    let afresh = |of| BeginRequest { afresh: true, ..f.request(ALPHA, event(1), token(of)) };
    f.start(event(1), token(1), 1, 0).await?;
    let held = f.store.begin(&afresh(2)).await.said("begin during the lease")?;
    ensure!(matches!(held, Begun::Held { .. }), "begin afresh during another's lease: {held:?} instead of Held");
    f.outlive_the_lease().await;
    f.start(event(1), token(2), 2, 0).await?;
    f.outlive_the_lease().await;
    let begun = f.store.begin(&afresh(3)).await.said("begin afresh")?;
    ensure_eq("begin afresh", &begun, &Begun::Started { attempt: 1, suspensions: 0 })?;
    f.store.release(ALPHA, event(1), token(3), false).await.said("release")?;
    f.start(event(1), token(4), 1, 0).await?;
    f.committed(&Commit { token: token(4), ..commit(1, vec![], vec![]) }).await?;
    let done = f.store.begin(&afresh(5)).await.said("begin of what is done")?;
    ensure!(matches!(done, Begun::Done { .. }), "begin afresh of what is done: {done:?} instead of Done");
    Ok(())
}

async fn another_payload_is_reused(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    reused(f, event(1), "in progress").await?;
    ensure_eq("attempts on the ledger", &f.ledger(event(1)).await?.attempts, &1)?;
    f.committed(&commit(1, vec![], vec![])).await?;
    reused(f, event(1), "done").await?;
    f.start(event(2), token(2), 1, 0).await?;
    let set_aside = f.store.suspend(&suspension(2, token(2), vec![])).await.said("suspend")?;
    ensure!(set_aside, "the suspension was refused");
    reused(f, event(2), "suspended").await
}

async fn reused(f: &Fixture, event: Uuid, standing: &str) -> Verdict {
    let mut request = f.request(ALPHA, event, token(77));
    request.fingerprint = "0".repeat(64);
    let begun = f.store.begin(&request).await.said("begin")?;
    ensure_eq(&format!("begin with another payload while {standing}"), &begun, &Begun::Reused)
}

async fn agents_are_independent(f: &Fixture) -> Verdict {
    let entry = super::steps::entry;
    f.handled(1, vec![], vec![entry(0)]).await?;
    ensure_eq("the other agent's ledger", &f.store.entry(BETA, event(1)).await.said("entry")?, &None)?;
    let begun = f.begin(BETA, event(1), token(2)).await?;
    ensure_eq("the other agent's begin", &begun, &Begun::Started { attempt: 1, suspensions: 0 })?;
    let mut other = commit(1, vec![], vec![entry(0), entry(1)]);
    (other.agent, other.token) = (BETA.to_owned(), token(2));
    f.committed(&other).await?;
    f.store.dispatched(BETA, event(1), &[0]).await.said("dispatched")?;
    ensure_eq("the first agent's due", &f.due(std::time::Duration::ZERO).await?, &vec![(event(1), vec![0])])?;
    let due = f.store.due(BETA, std::time::Duration::ZERO, 10).await.said("due")?;
    let due: Vec<_> = due.iter().map(|(event, entries)| (*event, super::steps::indices(entries))).collect();
    ensure_eq("the other agent's due", &due, &vec![(event(1), vec![1])])
}
