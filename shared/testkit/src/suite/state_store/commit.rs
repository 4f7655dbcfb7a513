//! Commits: all of it or nothing, once.

use std::time::Duration;

use futures_util::future;
use mesh_core::ports::{CommitAnswer, Conclusion, LedgerState, WriteMode};
use serde_json::json;

use super::{
    Fixture,
    steps::{ALPHA, commit, create, entry, event, key, token, write},
};
use crate::suite::{Case, Said, Verdict, case, ensure, ensure_eq};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(a_commit_is_visible_as_a_whole, "after Committed, documents, conclusion and outbox are all there"),
        case!(every_conclusion_is_kept, "the ledger keeps the conclusion and the token that concluded"),
        case!(
            a_repeated_commit_changes_nothing,
            "a commit repeated after a lost reply is Committed and changes nothing"
        ),
        case!(a_repeated_commit_sends_nothing_again, "a repeated commit leaves dispatched messages dispatched"),
        case!(of_two_on_one_version_one_wins, "of two commits on one version one is Committed, the other a Conflict"),
        case!(of_two_at_once_one_wins, "the same when both are under way at once"),
        case!(a_conflict_does_nothing, "a Conflict names its key and leaves no document, outbox or conclusion"),
        case!(after_a_conflict_the_lease_holds, "after a Conflict the same token may commit again"),
        case!(the_outbox_is_kept_byte_for_byte, "outbox messages come back byte for byte"),
    ]
}

async fn a_commit_is_visible_as_a_whole(f: &Fixture) -> Verdict {
    f.handled(1, vec![create("a"), create("b")], vec![entry(0), entry(1)]).await?;
    ensure_eq("document a", &f.stored("a").await?, &(1, json!({ "made": "a" })))?;
    ensure_eq("document b", &f.stored("b").await?, &(1, json!({ "made": "b" })))?;
    ensure_eq("due", &f.due(Duration::ZERO).await?, &vec![(event(1), vec![0, 1])])?;
    ensure_eq("undispatched", &f.undispatched(event(1)).await?, &vec![0, 1])
}

async fn every_conclusion_is_kept(f: &Fixture) -> Verdict {
    let code = || "SOME_CODE".to_owned();
    let ends = [
        Conclusion::Completed,
        Conclusion::Rejected { code: code() },
        Conclusion::Failed { code: code() },
        Conclusion::Superseded,
    ];
    for (n, conclusion) in (1..).zip(ends) {
        f.start(event(n), token(n), 1, 0).await?;
        let mut concluding = commit(n, vec![], vec![]);
        concluding.conclusion = conclusion.clone();
        f.committed(&concluding).await?;
        let state = LedgerState::Done { token: token(n), conclusion };
        ensure_eq("the ledger's state", &f.ledger(event(n)).await?.state, &state)?;
    }
    Ok(())
}

async fn a_repeated_commit_changes_nothing(f: &Fixture) -> Verdict {
    f.handled(1, vec![create("w")], vec![]).await?;
    f.start(event(2), token(2), 1, 0).await?;
    let same =
        commit(2, vec![create("new"), write(WriteMode::IfVersion(1), "w", json!("mine"))], vec![entry(0), entry(1)]);
    f.committed(&same).await?;
    let answer = f.commit(&same).await?;
    ensure_eq("the commit repeated", &answer, &CommitAnswer::Committed)?;
    ensure_eq("the updated document", &f.stored("w").await?, &(2, json!("mine")))?;
    ensure_eq("the new document", &f.stored("new").await?.0, &1)?;
    f.handled(3, vec![write(WriteMode::IfVersion(2), "w", json!("theirs"))], vec![]).await?;
    let answer = f.commit(&same).await?;
    ensure_eq("the commit repeated after another's write", &answer, &CommitAnswer::Committed)?;
    ensure_eq("the other's document", &f.stored("w").await?, &(3, json!("theirs")))
}

async fn a_repeated_commit_sends_nothing_again(f: &Fixture) -> Verdict {
    f.start(event(1), token(1), 1, 0).await?;
    let same = commit(1, vec![], vec![entry(0), entry(1)]);
    f.committed(&same).await?;
    f.store.dispatched(ALPHA, event(1), &[0]).await.said("dispatched")?;
    f.committed(&same).await?;
    ensure_eq("undispatched", &f.undispatched(event(1)).await?, &vec![1])?;
    ensure_eq("due", &f.due(Duration::ZERO).await?, &vec![(event(1), vec![1])])
}

async fn of_two_on_one_version_one_wins(f: &Fixture) -> Verdict {
    f.handled(1, vec![create("w")], vec![]).await?;
    f.start(event(2), token(2), 1, 0).await?;
    f.start(event(3), token(3), 1, 0).await?;
    let update = |n: u128| commit(n, vec![write(WriteMode::IfVersion(1), "w", json!(n.to_string()))], vec![]);
    f.committed(&update(3)).await?;
    let late = f.commit(&update(2)).await?;
    ensure_eq("the later commit", &late, &CommitAnswer::Conflict { key: key("w") })?;
    ensure_eq("the document", &f.stored("w").await?, &(2, json!("3")))
}

async fn of_two_at_once_one_wins(f: &Fixture) -> Verdict {
    f.handled(1, vec![create("w")], vec![]).await?;
    f.start(event(2), token(2), 1, 0).await?;
    f.start(event(3), token(3), 1, 0).await?;
    let second = commit(2, vec![write(WriteMode::IfVersion(1), "w", json!("2")), create("mark-2")], vec![]);
    let third = commit(3, vec![write(WriteMode::IfVersion(1), "w", json!("3")), create("mark-3")], vec![]);
    let (second, third) = future::join(f.commit(&second), f.commit(&third)).await;
    let conflict = CommitAnswer::Conflict { key: key("w") };
    let winner = match (second?, third?) {
        (CommitAnswer::Committed, lost) if lost == conflict => "2",
        (lost, CommitAnswer::Committed) if lost == conflict => "3",
        both => return Err(format!("{both:?} instead of one Committed and one Conflict")),
    };
    ensure_eq("the document", &f.stored("w").await?, &(2, json!(winner)))?;
    let marks = (f.read("mark-2").await?.is_some(), f.read("mark-3").await?.is_some());
    ensure_eq("the writes beside it", &marks, &(winner == "2", winner == "3"))
}

async fn a_conflict_does_nothing(f: &Fixture) -> Verdict {
    f.handled(1, vec![create("taken"), create("old")], vec![]).await?;
    f.start(event(2), token(2), 1, 0).await?;
    let before = f.ledger(event(2)).await?;
    let writes = vec![create("a"), write(WriteMode::IfVersion(1), "old", json!("x")), create("taken"), create("b")];
    let answer = f.commit(&commit(2, writes, vec![entry(0)])).await?;
    ensure_eq("the commit", &answer, &CommitAnswer::Conflict { key: key("taken") })?;
    f.absent("a").await?;
    f.absent("b").await?;
    ensure_eq("the document it would have updated", &f.stored("old").await?.0, &1)?;
    ensure_eq("due", &f.due(Duration::ZERO).await?, &vec![])?;
    let after = f.ledger(event(2)).await?;
    ensure_eq("the ledger's state", &after.state, &before.state)?;
    ensure_eq("attempts on the ledger", &after.attempts, &1)?;
    ensure!(after.outbox.is_empty(), "the ledger holds the outbox of the failed commit");
    Ok(())
}

async fn after_a_conflict_the_lease_holds(f: &Fixture) -> Verdict {
    f.handled(1, vec![create("w")], vec![]).await?;
    let answer = f.handle(2, vec![create("w")]).await?;
    ensure_eq("the first commit", &answer, &CommitAnswer::Conflict { key: key("w") })?;
    f.committed(&commit(2, vec![write(WriteMode::IfVersion(1), "w", json!("re-run"))], vec![entry(0)])).await?;
    ensure_eq("the document", &f.stored("w").await?, &(2, json!("re-run")))
}

async fn the_outbox_is_kept_byte_for_byte(f: &Fixture) -> Verdict {
    let due = Some(f.time.now().plus(f.time.units(50)));
    let outbox = vec![entry(0), super::steps::entry_due(1, due), entry(2)];
    f.handled(1, vec![], outbox.clone()).await?;
    let mut kept = f.ledger(event(1)).await?.outbox;
    kept.sort_by_key(|entry| entry.index);
    ensure_eq("the ledger's outbox", &kept, &outbox)?;
    let answer = f.store.due(ALPHA, Duration::ZERO, 10).await.said("due")?;
    let mut messages: Vec<_> = answer.into_iter().flat_map(|(_, entries)| entries).collect();
    messages.sort_by_key(|entry| entry.index);
    ensure_eq("what is due", &messages, &vec![entry(0), entry(2)])
}
