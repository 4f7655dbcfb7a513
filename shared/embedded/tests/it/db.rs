//! The file: its version, its durability, steps that share a transaction.

use std::sync::Arc;

use futures_util::future;
use mesh_core::ports::{Clock, CommitAnswer, DocKey, StateStore, WriteMode};
use mesh_embedded::{OpenError, Options, Store, SyncMode, SystemClock, SystemEntropy};
use mesh_testkit::block_on;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::{Bench, begin, commit, write};

fn try_open(directory: &TempDir, options: Options) -> Result<Store, OpenError> {
    Store::open(directory.path(), Arc::new(SystemClock::new()), Arc::new(SystemEntropy), options)
}

#[test]
fn a_newer_file_is_refused_with_both_versions() {
    let directory = TempDir::new().unwrap();
    drop(try_open(&directory, Options::default()).unwrap());
    let conn = Connection::open(directory.path().join("mesh.db")).unwrap();
    conn.pragma_update(None, "user_version", 99).unwrap();
    drop(conn);
    let error = try_open(&directory, Options::default()).expect_err("a newer file");
    assert!(matches!(error, OpenError::Newer { found: 99, known: 1, .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("99") && text.contains("up to 1"), "{text}");
}

#[test]
fn a_foreign_file_is_left_alone() {
    let directory = TempDir::new().unwrap();
    let conn = Connection::open(directory.path().join("mesh.db")).unwrap();
    conn.execute_batch("CREATE TABLE theirs (x)").unwrap();
    let error = try_open(&directory, Options::default()).expect_err("a foreign file");
    assert!(matches!(error, OpenError::Foreign { .. }), "{error:?}");
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    let journal: String = conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!((tables, journal.as_str()), (1, "delete"));
}

#[test]
fn full_synchronisation_works_alike() {
    let directory = TempDir::new().unwrap();
    let mut options = Options::default();
    options.sync = SyncMode::Full;
    let store = try_open(&directory, options).unwrap();
    let clock = SystemClock::new();
    block_on(async {
        store.state().begin(&begin(1, 1, &clock as &dyn Clock)).await.unwrap();
        let done = store.state().commit(&commit(1, 1, vec![write(WriteMode::Create, "w")])).await.unwrap();
        assert_eq!(done, CommitAnswer::Committed);
    });
}

/// All steps are handed over before the first is answered, so that many of them share a transaction.
#[test]
fn steps_of_one_transaction_do_not_notice_each_other() {
    for bench in Bench::both() {
        let state = bench.store.state();
        block_on(async {
            future::try_join_all((1..=200).map(|n| {
                let (state, request) = (state.clone(), begin(n, n, &*bench.clock));
                async move { state.begin(&request).await }
            }))
            .await
            .unwrap();
            let answers = future::try_join_all((1..=200_u128).map(|n| {
                // Every second one fails at its second write, after the first was done.
                let second = if n.is_multiple_of(2) { WriteMode::Create } else { WriteMode::IfVersion(7) };
                let (first, second) = (format!("first-{n}"), write(second, &format!("second-{n}")));
                let (state, commit) = (state.clone(), commit(n, n, vec![write(WriteMode::Create, &first), second]));
                async move { state.commit(&commit).await }
            }))
            .await
            .unwrap();
            for (n, answer) in (1_u128..).zip(answers) {
                let kept = n.is_multiple_of(2);
                assert_eq!(answer == CommitAnswer::Committed, kept, "{n}: {answer:?}");
                let first = state.get(&DocKey::new("widget", format!("first-{n}"))).await.unwrap();
                assert_eq!(first.is_some(), kept, "{n}");
            }
        });
    }
}

#[test]
fn a_crash_loses_nothing_that_was_acknowledged() {
    let directory = TempDir::new().unwrap();
    let store = try_open(&directory, Options::default()).unwrap();
    let clock = SystemClock::new();
    block_on(store.state().begin(&begin(1, 1, &clock as &dyn Clock))).unwrap();
    block_on(store.state().commit(&commit(1, 1, vec![write(WriteMode::Create, "w")]))).unwrap();
    // What a dead process leaves: the files as they are now, its connections never closed.
    let copy = TempDir::new().unwrap();
    for name in ["mesh.db", "mesh.db-wal"] {
        std::fs::copy(directory.path().join(name), copy.path().join(name)).unwrap();
    }
    let later = try_open(&copy, Options::default()).unwrap();
    assert!(block_on(later.state().get(&DocKey::new("widget", "w"))).unwrap().is_some());
}
