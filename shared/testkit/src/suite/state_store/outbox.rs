//! The outbox after a commit: what is to be sent, when, and until when.

use std::time::Duration;

use super::{
    Fixture,
    steps::{ALPHA, entry, entry_due, event},
};
use crate::suite::{Case, Said, Verdict, case, ensure, ensure_eq};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(
            done_answers_what_is_undispatched,
            "a begin of a concluded event is Done with exactly what is undispatched"
        ),
        case!(done_keeps_back_what_is_not_due, "Done leaves out messages whose due time has not come, and only those"),
        case!(
            due_waits_for_older_than,
            "due leaves out messages without a due time until they have waited `older_than`"
        ),
        case!(due_waits_for_the_due_time, "a message with a due time is never due before it, and is due after it"),
        case!(due_is_oldest_first, "due answers the oldest commits first, at most `limit` events"),
        case!(dispatched_is_not_due, "what was marked dispatched is not due again; marking twice is no error"),
        case!(one_event_can_be_partly_due, "of one event due answers only the messages that are due"),
    ]
}

async fn done_answers_what_is_undispatched(f: &Fixture) -> Verdict {
    f.handled(1, vec![], (0..5).map(entry).collect()).await?;
    ensure_eq("undispatched at first", &f.undispatched(event(1)).await?, &vec![0, 1, 2, 3, 4])?;
    f.store.dispatched(ALPHA, event(1), &[3, 0]).await.said("dispatched")?;
    ensure_eq("undispatched after 0 and 3", &f.undispatched(event(1)).await?, &vec![1, 2, 4])?;
    f.store.dispatched(ALPHA, event(1), &[1, 2, 4]).await.said("dispatched")?;
    ensure_eq("undispatched after all", &f.undispatched(event(1)).await?, &vec![])?;
    let flags: Vec<bool> = f.ledger(event(1)).await?.outbox.iter().map(|entry| entry.dispatched).collect();
    ensure!(flags.iter().all(|dispatched| *dispatched), "the ledger's outbox says dispatched: {flags:?}");
    Ok(())
}

async fn done_keeps_back_what_is_not_due(f: &Fixture) -> Verdict {
    let due = f.time.now().plus(f.time.units(3));
    f.handled(1, vec![], vec![entry(0), entry_due(1, Some(due)), entry(2)]).await?;
    ensure_eq("before the due time", &f.undispatched(event(1)).await?, &vec![0, 2])?;
    f.time.pass(f.time.units(4)).await;
    ensure_eq("after the due time", &f.undispatched(event(1)).await?, &vec![0, 1, 2])
}

async fn due_waits_for_older_than(f: &Fixture) -> Verdict {
    f.handled(1, vec![], vec![entry(0)]).await?;
    let patience = f.time.units(3);
    f.time.pass(f.time.units(1)).await;
    ensure_eq("due before its time", &f.due(patience).await?, &vec![])?;
    ensure_eq("due without patience", &f.due(Duration::ZERO).await?, &vec![(event(1), vec![0])])?;
    f.time.pass(f.time.units(3)).await;
    ensure_eq("due after its time", &f.due(patience).await?, &vec![(event(1), vec![0])])
}

async fn due_waits_for_the_due_time(f: &Fixture) -> Verdict {
    let due = f.time.now().plus(f.time.units(4));
    f.handled(1, vec![], vec![entry_due(0, Some(due))]).await?;
    f.time.pass(f.time.units(2)).await;
    ensure_eq("before the due time", &f.due(Duration::ZERO).await?, &vec![])?;
    f.time.pass(f.time.units(3)).await;
    ensure_eq("after the due time", &f.due(Duration::ZERO).await?, &vec![(event(1), vec![0])])?;
    let patient = f.due(f.time.units(1000)).await?;
    ensure_eq("after the due time, however much patience", &patient, &vec![(event(1), vec![0])])
}

async fn due_is_oldest_first(f: &Fixture) -> Verdict {
    for n in [3, 1, 2] {
        f.handled(n, vec![], vec![entry(0)]).await?;
        f.time.pass(f.time.units(1)).await;
    }
    let one = |n| (event(n), vec![0]);
    ensure_eq("due", &f.due(Duration::ZERO).await?, &vec![one(3), one(1), one(2)])?;
    let two = f.store.due(ALPHA, Duration::ZERO, 2).await.said("due")?;
    let two: Vec<_> = two.into_iter().map(|(event, _)| event).collect();
    ensure_eq("the first two", &two, &vec![event(3), event(1)])
}

async fn dispatched_is_not_due(f: &Fixture) -> Verdict {
    f.handled(1, vec![], vec![entry(0), entry(1)]).await?;
    f.handled(2, vec![], vec![entry(0)]).await?;
    for _ in 0..2 {
        f.store.dispatched(ALPHA, event(1), &[0, 1]).await.said("dispatched")?;
    }
    ensure_eq("due", &f.due(Duration::ZERO).await?, &vec![(event(2), vec![0])])?;
    f.store.dispatched(ALPHA, event(2), &[0]).await.said("dispatched")?;
    ensure_eq("due after all", &f.due(Duration::ZERO).await?, &vec![])
}

async fn one_event_can_be_partly_due(f: &Fixture) -> Verdict {
    let due = f.time.now().plus(f.time.units(6));
    f.handled(1, vec![], vec![entry(0), entry_due(1, Some(due)), entry(2)]).await?;
    f.store.dispatched(ALPHA, event(1), &[2]).await.said("dispatched")?;
    f.time.pass(f.time.units(3)).await;
    ensure_eq("before the due time", &f.due(f.time.units(2)).await?, &vec![(event(1), vec![0])])?;
    f.store.dispatched(ALPHA, event(1), &[0]).await.said("dispatched")?;
    ensure_eq("when only the due one is left", &f.due(Duration::ZERO).await?, &vec![])?;
    f.time.pass(f.time.units(4)).await;
    ensure_eq("after the due time", &f.due(f.time.units(2)).await?, &vec![(event(1), vec![1])])
}
