//! Jobs that go wrong, alone and among others.

use std::sync::Arc;

use futures_util::{FutureExt, future};
use mesh_core::ports::{Clock, PortError};
use mesh_testkit::{block_on, clock::ManualClock};
use tempfile::TempDir;

use super::{Db, Scope, Step, connect};
use crate::{SyncMode, error::Fault, wake::Waiters};

type Outcome = Result<Step<()>, Fault>;

fn databases() -> Vec<(Db, Option<TempDir>)> {
    let clock = || Arc::new(ManualClock::new()) as Arc<dyn Clock>;
    let memory = Db::in_memory(clock(), Arc::default()).expect("a database");
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("mesh.db");
    let conn = connect(&path, SyncMode::Normal).expect("a connection");
    let disk = Db::start(conn, &path, clock(), Arc::new(Waiters::default()), Box::new(|_| ())).expect("a database");
    vec![(memory, None), (disk, Some(directory))]
}

fn topic(scope: &Scope<'_>, channel: &str) -> Result<(), Fault> {
    scope.sql(include_str!("../../queries/topic/create.sql"))?.execute([channel])?;
    Ok(())
}

fn topics(db: &Db) -> Vec<String> {
    let work = |scope: &Scope<'_>| {
        let mut statement = scope.sql(include_str!("../../queries/topic/list.sql"))?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    };
    block_on(db.read("test", work)).expect("topics")
}

/// Hands over good work around the bad one at once; answers of the first, the bad and the last.
fn amid(db: &Db, bad: fn(&Scope<'_>) -> Outcome) -> [Result<(), PortError>; 3] {
    let good = |channel: &'static str| {
        db.write("test", move |scope| {
            topic(scope, channel)?;
            Ok(Step::Keep(()))
        })
    };
    // A panic comes out of the inline executor where it was caused.
    let bad = std::panic::AssertUnwindSafe(db.write("test", bad)).catch_unwind();
    let (first, bad, last) = block_on(future::join3(good("first"), bad, good("last")));
    let panicked = || PortError::Unavailable { port: "test", message: "a panic".to_owned(), source: None };
    [first, bad.unwrap_or_else(|_| Err(panicked())), last]
}

#[test]
fn an_error_undoes_its_own_step_only() {
    for (db, _directory) in databases() {
        let answers = amid(&db, |scope| {
            topic(scope, "bad")?;
            Err(Fault::corrupt("this", "on purpose"))
        });
        assert!(matches!(answers, [Ok(()), Err(PortError::Corrupt { .. }), Ok(())]), "{answers:?}");
        assert_eq!(topics(&db), ["first", "last"]);
    }
}

#[test]
fn a_panic_undoes_its_own_step_only() {
    for (db, _directory) in databases() {
        let answers = amid(&db, |scope| {
            topic(scope, "bad")?;
            panic!("on purpose")
        });
        assert!(matches!(answers, [Ok(()), Err(PortError::Unavailable { .. }), Ok(())]), "{answers:?}");
        assert_eq!(topics(&db), ["first", "last"]);
    }
}

/// As after an I/O error, when SQLite rolls back by itself.
#[test]
fn a_lost_transaction_is_acknowledged_to_nobody() {
    for (db, _directory) in databases() {
        let [first, bad, last] = amid(&db, |scope| {
            topic(scope, "bad")?;
            scope.conn.execute_batch("ROLLBACK")?;
            Ok(Step::Keep(()))
        });
        assert!(matches!(bad, Err(PortError::Unavailable { .. })), "{bad:?}");
        // Whether the others shared its transaction is a matter of chance; they know what became of them.
        let mut kept = Vec::new();
        kept.extend(first.is_ok().then_some("first"));
        kept.extend(last.is_ok().then_some("last"));
        assert_eq!(topics(&db), kept);
        block_on(db.write("test", |scope| topic(scope, "later").map(Step::Keep))).expect("the next step");
    }
}
