//! Lifetimes: what is past its time is absent everywhere, whether or not it was removed.

use std::time::Duration;

use mesh_core::ports::{CommitAnswer, IdRange, QueryBy, Write, WriteMode};
use serde_json::json;

use super::{
    Fixture,
    query::eventually,
    steps::{ALPHA, DAY, WIDGET, create, entry, entry_due, event, key, suspension, token, write},
};
use crate::suite::{Case, Said, Verdict, case, ensure, ensure_eq};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(an_expired_document_is_not_read, "get, list and query leave out a document past its time"),
        case!(an_expired_document_is_absent_in_conditions, "conditions treat a document past its time as absent"),
        case!(a_ledger_entry_lives_ninety_days, "a concluded event is known for 90 days from its last touch, then not"),
        case!(a_dispatch_is_a_touch, "marking messages dispatched prolongs the life of the ledger entry"),
        case!(an_abandoned_attempt_expires, "an entry whose lease ended 90 days ago starts again with attempt 1"),
        case!(the_undispatched_never_expires, "an entry that holds undispatched messages never expires"),
        case!(the_suspended_never_expires, "a suspended entry never expires"),
    ]
}

fn mortal(f: &Fixture, id: &str) -> Write {
    let mut made = create(id);
    made.document.owner = Some("site".to_owned());
    made.document.expires_at = Some(f.time.now().plus(f.time.units(3)));
    made
}

async fn an_expired_document_is_not_read(f: &Fixture) -> Verdict {
    let mut immortal = create("b");
    immortal.document.owner = Some("site".to_owned());
    f.handled(1, vec![mortal(f, "a"), immortal, mortal(f, "c")], vec![]).await?;
    f.time.pass(f.time.units(1)).await;
    ensure!(f.read("a").await?.is_some(), "the document is gone before its time");
    eventually(f, QueryBy::Owner("site".to_owned()), 10, &["c", "b", "a"]).await?;
    f.time.pass(f.time.units(3)).await;
    f.absent("a").await?;
    let listed = f.store.list(WIDGET, &IdRange::default(), 10).await.said("list")?;
    let listed: Vec<_> = listed.into_iter().map(|document| document.key.id).collect();
    ensure_eq("list", &listed, &vec!["b".to_owned()])?;
    let one = f.store.list(WIDGET, &IdRange::default(), 1).await.said("list")?;
    ensure_eq("how many a list of one answers", &one.len(), &1)?;
    for limit in [10, 1] {
        eventually(f, QueryBy::Owner("site".to_owned()), limit, &["b"]).await?;
    }
    Ok(())
}

async fn an_expired_document_is_absent_in_conditions(f: &Fixture) -> Verdict {
    f.handled(1, vec![mortal(f, "a"), mortal(f, "b")], vec![]).await?;
    let update = write(WriteMode::IfVersion(1), "b", json!("prolonged"));
    f.handled(2, vec![update], vec![]).await?;
    f.time.pass(f.time.units(4)).await;
    ensure_eq("the document written without an end", &f.stored("b").await?, &(2, json!("prolonged")))?;
    let conflict = CommitAnswer::Conflict { key: key("a") };
    for (n, mode) in [(3, WriteMode::IfVersion(1)), (4, WriteMode::Check(1))] {
        let answer = f.handle(n, vec![write(mode, "a", json!("x"))]).await?;
        ensure_eq(&format!("{mode:?} of an expired document"), &answer, &conflict)?;
    }
    f.handled(5, vec![write(WriteMode::Check(0), "a", json!("x"))], vec![]).await?;
    f.handled(6, vec![write(WriteMode::Create, "a", json!("again"))], vec![]).await?;
    ensure_eq("the document created anew", &f.stored("a").await?, &(1, json!("again")))
}

async fn a_ledger_entry_lives_ninety_days(f: &Fixture) -> Verdict {
    if !f.time.leaps() {
        return Ok(());
    }
    f.handled(1, vec![], vec![]).await?;
    f.time.pass(DAY * 89).await;
    ensure_eq("undispatched after 89 days", &f.undispatched(event(1)).await?, &vec![])?;
    f.time.pass(DAY * 100).await;
    ensure_eq("the ledger", &f.store.entry(ALPHA, event(1)).await.said("entry")?, &None)?;
    f.start(event(1), token(2), 1, 0).await
}

async fn a_dispatch_is_a_touch(f: &Fixture) -> Verdict {
    if !f.time.leaps() {
        return Ok(());
    }
    f.handled(1, vec![], vec![entry(0)]).await?;
    f.time.pass(DAY * 200).await;
    f.store.dispatched(ALPHA, event(1), &[0]).await.said("dispatched")?;
    f.time.pass(DAY * 60).await;
    ensure_eq("undispatched 60 days after the dispatch", &f.undispatched(event(1)).await?, &vec![])?;
    f.time.pass(DAY * 100).await;
    f.start(event(1), token(2), 1, 0).await
}

async fn an_abandoned_attempt_expires(f: &Fixture) -> Verdict {
    if !f.time.leaps() {
        return Ok(());
    }
    f.start(event(1), token(1), 1, 0).await?;
    f.time.pass(DAY * 91).await;
    f.start(event(1), token(2), 1, 0).await
}

async fn the_undispatched_never_expires(f: &Fixture) -> Verdict {
    if !f.time.leaps() {
        return Ok(());
    }
    f.handled(1, vec![], vec![entry(0)]).await?;
    let far = f.time.now().plus(DAY * 365);
    f.handled(2, vec![], vec![entry_due(0, Some(far))]).await?;
    f.time.pass(DAY * 364).await;
    ensure_eq("undispatched after a year", &f.undispatched(event(1)).await?, &vec![0])?;
    ensure_eq("due after a year", &f.due(Duration::ZERO).await?, &vec![(event(1), vec![0])])?;
    f.time.pass(DAY * 2).await;
    ensure_eq("undispatched when it is due at last", &f.undispatched(event(2)).await?, &vec![0])
}

async fn the_suspended_never_expires(f: &Fixture) -> Verdict {
    if !f.time.leaps() {
        return Ok(());
    }
    f.start(event(1), token(1), 1, 0).await?;
    let done = f.store.suspend(&suspension(1, token(1), vec![])).await.said("suspend")?;
    ensure!(done, "suspend with the holder's token answers false");
    f.time.pass(DAY * 364).await;
    f.start(event(1), token(2), 1, 1).await
}
