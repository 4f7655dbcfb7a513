//! Where a run stands, read from its database beside the processes that work on it.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::Context;
use rusqlite::{Connection, OpenFlags};

use crate::worker;

/// Entries of outboxes that were not dispatched although their time has come; the end of a wait is due much later.
pub(crate) const OVERDUE: &str = "dispatched = 0 AND ready_at <= unixepoch('subsec') * 1000";

/// How the names of dead-letter queues end.
pub(crate) const DLQ: &str = "-dlq";

/// A connection of our own.
#[derive(Debug)]
pub(crate) struct Look(Connection);

/// How far it is.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Runs that have ended.
    pub(crate) ended: usize,
    /// Messages in all queues but the dead-letter queues.
    pub(crate) waiting: usize,
    /// Entries of outboxes that were not dispatched, and should have been.
    pub(crate) undispatched: usize,
    /// Dead-letter queues that hold a message.
    pub(crate) dead: Vec<String>,
    /// Messages ever sent to a queue.
    pub(crate) sent: i64,
    /// Articles that the last build of each site listed.
    pub(crate) listed: BTreeMap<String, usize>,
}

impl Look {
    pub(crate) fn open(directory: &Path) -> anyhow::Result<Self> {
        let path = worker::store(directory).join("mesh.db");
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&path, flags)
            .with_context(|| format!("{} cannot be opened", path.display()))?;
        conn.busy_timeout(Duration::from_secs(30))?;
        conn.pragma_update(None, "query_only", true)?;
        Ok(Self(conn))
    }

    pub(crate) fn standing(&self) -> anyhow::Result<Standing> {
        Ok(Standing {
            ended: self.count("SELECT count(*) FROM documents WHERE kind = 'fates'")?,
            waiting: self.count(
                "SELECT count(*) FROM messages JOIN queues ON queues.id = messages.queue WHERE name NOT LIKE '%-dlq'",
            )?,
            undispatched: self.count(&format!("SELECT count(*) FROM outbox WHERE {OVERDUE}"))?,
            dead: self.rows(
                "SELECT DISTINCT name FROM messages JOIN queues ON queues.id = messages.queue WHERE name LIKE '%-dlq'",
                |row| row.get(0),
            )?,
            sent: self.0.query_row("SELECT coalesce(max(seq), 0) FROM messages", [], |row| row.get(0))?,
            listed: self.listed()?,
        })
    }

    fn listed(&self) -> anyhow::Result<BTreeMap<String, usize>> {
        let sql = "SELECT id, body ->> 'articles' FROM documents WHERE kind = 'site_built'";
        self.rows(sql, |row| Ok((row.get(0)?, number(row, 1)?)))
    }

    /// The one number of a query.
    pub(crate) fn count(&self, sql: &str) -> anyhow::Result<usize> {
        Ok(self.0.query_row(sql, [], |row| number(row, 0))?)
    }

    /// All rows of a query.
    pub(crate) fn rows<T, C: FromIterator<T>>(
        &self,
        sql: &str,
        read: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> anyhow::Result<C> {
        let mut statement = self.0.prepare(sql)?;
        let rows = statement.query_map([], |row| read(row))?;
        Ok(rows.collect::<Result<C, _>>()?)
    }
}

/// A number in a row.
pub(crate) fn number(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<usize> {
    Ok(usize::try_from(row.get::<_, u32>(index)?).unwrap_or(usize::MAX))
}
