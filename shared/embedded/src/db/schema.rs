//! The schema and its versions.

use std::path::Path;

use rusqlite::Connection;

use crate::OpenError;

/// Marks a SQLite file as ours ("mesh").
const APPLICATION_ID: i64 = 0x6d65_7368;

/// Each leads from the version before to the next; the first makes version 1.
const STEPS: [&str; 1] = [include_str!("../../queries/schema/v1.sql")];

/// The version of the database, if this program knows it; 0 for an empty one.
pub(crate) fn version(conn: &Connection, path: &Path) -> Result<i64, OpenError> {
    let known = STEPS.len() as i64;
    let found = checked(conn, path)?;
    if found > known {
        return Err(OpenError::Newer { path: path.to_owned(), found, known });
    }
    Ok(found)
}

/// Brings the database from this version to the newest. The caller keeps other processes away.
pub(crate) fn install(conn: &Connection, found: i64) -> rusqlite::Result<()> {
    upgrade(conn, found).inspect_err(|_| super::connection::roll_back(conn))
}

/// The version of the database, unless it is somebody else's.
fn checked(conn: &Connection, path: &Path) -> Result<i64, OpenError> {
    let read = || -> rusqlite::Result<(i64, i64, i64)> {
        let tables = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let application = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let version = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok((tables, application, version))
    };
    let (tables, application, version) =
        read().map_err(|source| OpenError::Database { path: path.to_owned(), source })?;
    if tables > 0 && application != APPLICATION_ID {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    Ok(version)
}

fn upgrade(conn: &Connection, found: i64) -> rusqlite::Result<()> {
    let missing = STEPS.iter().enumerate().map(|(index, step)| (index as i64 + 1, *step));
    for (version, step) in missing.filter(|(version, _)| *version > found) {
        super::connection::begin(conn)?;
        conn.execute_batch(step)?;
        conn.pragma_update(None, "application_id", APPLICATION_ID)?;
        conn.pragma_update(None, "user_version", version)?;
        super::connection::commit(conn)?;
    }
    Ok(())
}
