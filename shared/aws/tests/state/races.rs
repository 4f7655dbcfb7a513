//! Many at once.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use mesh_core::ports::{Begun, CommitAnswer, DocKey, LedgerState, PortError, StateStore, WriteMode};
use uuid::Uuid;

use crate::bench::{AGENT, Bench, KIND, commit, outbox, write};

const TASKS: u128 = 16;

/// The answers of sixteen tasks that begin the first event at once, under tokens from `from` on.
async fn begins(bench: &Arc<Bench>, from: u128) -> Vec<Result<Begun, PortError>> {
    let tasks = (from..from + TASKS).map(|token| {
        let bench = Arc::clone(bench);
        async move { bench.store.begin(&bench.request(1, token)).await }
    });
    spawned(tasks).await
}

#[allow(clippy::disallowed_methods, reason = "the race is what is tested")]
async fn spawned<T: Send + 'static>(tasks: impl Iterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let running: Vec<_> = tasks.map(tokio::spawn).collect();
    join_all(running).await.into_iter().map(|ended| ended.expect("a task")).collect()
}

fn started(answers: Vec<Result<Begun, PortError>>) -> Vec<(u32, u32)> {
    let judge = |answer: Result<Begun, PortError>| match answer.expect("begin") {
        Begun::Started { attempt, suspensions } => Some((attempt, suspensions)),
        Begun::Held { .. } => None,
        other => panic!("{other:?}"),
    };
    answers.into_iter().filter_map(judge).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_begins_one_starts() {
    let bench = Arc::new(Bench::new().await);
    assert_eq!(started(begins(&bench, 1).await), [(1, 0)]);
    bench.clock.advance(Duration::from_secs(61));
    assert_eq!(started(begins(&bench, 100).await), [(2, 0)], "of those that take over a lease");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_commits_on_one_version_one_happens() {
    let bench = Arc::new(Bench::new().await);
    bench.handled(1, vec![write(WriteMode::Create, "w")], vec![]).await;
    for n in 2..2 + TASKS {
        bench.begin(n, n).await;
    }
    let tasks = (2..2 + TASKS).map(|n| {
        let bench = Arc::clone(&bench);
        async move {
            let writes = vec![write(WriteMode::IfVersion(1), "w"), write(WriteMode::Create, &format!("mark-{n}"))];
            let commit = commit(n, n, writes, vec![]);
            loop {
                match bench.store.commit(&commit).await.expect("commit") {
                    CommitAnswer::Throttled => tokio::time::sleep(Duration::from_millis(20)).await,
                    answer => return (n, answer),
                }
            }
        }
    });
    let mut winners = Vec::new();
    for (n, answer) in spawned(tasks).await {
        match answer {
            CommitAnswer::Committed => winners.push(n),
            other => assert_eq!(other, CommitAnswer::Conflict { key: DocKey::new(KIND, "w") }),
        }
    }
    let [winner] = winners[..] else { panic!("{winners:?} instead of one") };
    let marks = join_all((2..2 + TASKS).map(|n| {
        let key = DocKey::new(KIND, format!("mark-{n}"));
        let bench = &bench;
        async move { bench.store.get(&key).await.expect("get").map(|_| n) }
    }));
    assert_eq!(marks.await.into_iter().flatten().collect::<Vec<_>>(), [winner]);
}

#[tokio::test]
async fn a_commit_repeated_later_is_committed_and_changes_nothing() {
    let bench = Bench::new().await;
    bench.begin(1, 1).await;
    let same = commit(1, 1, vec![write(WriteMode::Create, "w")], outbox(0..2));
    for later in [0, 0, 5, 3_600] {
        bench.clock.advance(Duration::from_secs(later));
        assert_eq!(bench.store.commit(&same).await.expect("commit"), CommitAnswer::Committed);
        let found = bench.store.get(&DocKey::new(KIND, "w")).await.expect("get").expect("the document");
        assert_eq!(found.version, 1);
    }
}

#[tokio::test]
async fn anothers_token_commits_nothing_whatever_stands() {
    let bench = Bench::new().await;
    bench.begin(1, 1).await;
    let foreign = commit(1, 2, vec![write(WriteMode::Create, "w")], outbox([0]));
    assert_eq!(bench.store.commit(&foreign).await.expect("commit"), CommitAnswer::LeaseLost);
    let own = commit(1, 1, vec![], vec![]);
    assert_eq!(bench.store.commit(&own).await.expect("commit"), CommitAnswer::Committed);
    assert_eq!(bench.store.commit(&foreign).await.expect("commit"), CommitAnswer::LeaseLost);
    assert!(bench.store.get(&DocKey::new(KIND, "w")).await.expect("get").is_none());
    let entry = bench.store.entry(AGENT, Uuid::from_u128(1)).await.expect("entry").expect("an entry");
    assert!(matches!(entry.state, LedgerState::Done { token, .. } if token == Uuid::from_u128(1)));
    assert!(entry.outbox.is_empty());
}
