//! Connections and transactions.

use std::{path::Path, thread, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::SyncMode;

/// How long a writer waits for another process: attempts of 2 ms each.
const BUSY_ATTEMPTS: i32 = 5_000;
/// Statements kept prepared; more than the crate has.
const STATEMENTS: usize = 128;
/// Pages of the write-ahead log after which it is written back (32 MiB): each time waits for the disk twice.
const CHECKPOINT_PAGES: i64 = 8_192;

/// Opens the connection that writes. Nothing of the file changes yet.
pub(crate) fn writer(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags)?;
    prepare(&mut conn)?;
    Ok(conn)
}

/// Switches to write-ahead logging, as durable as asked for.
pub(crate) fn log_ahead(conn: &Connection, sync: SyncMode) -> rusqlite::Result<()> {
    let synchronous = match sync {
        SyncMode::Normal => "NORMAL",
        SyncMode::Full => "FULL",
    };
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", synchronous)?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    conn.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)
}

/// Opens a connection that only reads.
pub(crate) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags)?;
    prepare(&mut conn)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

/// Opens a database in memory, which one connection reads and writes.
pub(crate) fn memory() -> rusqlite::Result<Connection> {
    let mut conn = Connection::open_in_memory()?;
    prepare(&mut conn)?;
    Ok(conn)
}

fn prepare(conn: &mut Connection) -> rusqlite::Result<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // Otherwise SQLite prepares a statement again whenever a bound value might call for another plan; every query here has
    // its index.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // SQLite's own busy timeout sleeps up to 100 ms between attempts; our transactions last fractions of one.
    conn.busy_handler(Some(|attempt| {
        thread::sleep(Duration::from_millis(2));
        attempt < BUSY_ATTEMPTS
    }))?;
    conn.pragma_update(None, "cache_size", -16 * 1024)?;
    // Savepoints of a group commit keep their journal there.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

pub(crate) fn begin(conn: &Connection) -> rusqlite::Result<()> {
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([]).map(drop)
}

/// Begins a read: several statements then see one state.
pub(crate) fn begin_reading(conn: &Connection) -> rusqlite::Result<()> {
    conn.prepare_cached("BEGIN")?.execute([]).map(drop)
}

/// Commits; a commit that fails leaves no transaction open.
pub(crate) fn commit(conn: &Connection) -> rusqlite::Result<()> {
    let done = conn.prepare_cached("COMMIT")?.execute([]).map(drop);
    if done.is_err() {
        roll_back(conn);
    }
    done
}

/// Rolls back; errors do not matter, for SQLite has rolled back by itself then.
pub(crate) fn roll_back(conn: &Connection) {
    if !conn.is_autocommit() {
        let rolled = conn.prepare_cached("ROLLBACK").and_then(|mut statement| statement.execute([]));
        if let Err(error) = rolled {
            tracing::warn!(%error, "A transaction could not be rolled back.");
        }
    }
}
