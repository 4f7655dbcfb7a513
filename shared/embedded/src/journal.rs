//! The record of what was published, for people.

use std::collections::BTreeMap;

use mesh_core::{Timestamp, ports::PortError};
use rusqlite::{Params, Row};

use crate::{Store, db::Scope, error::Fault, notification::Notification};

const PORT: &str = "journal";

/// One published message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its number; rises, and is never used again.
    pub seq: u64,
    /// When it was published.
    pub at: Timestamp,
    /// The channel.
    pub channel: String,
    /// SNS's id of it.
    pub message_id: String,
    /// `ce-id`, if it has one.
    pub event_id: Option<String>,
    /// `ce-type`, if it has one.
    pub event_type: Option<String>,
    /// `ce-correlationid`, if it has one.
    pub correlation_id: Option<String>,
    /// `ce-subject`, if it has one: what the event is about.
    pub about: Option<String>,
    /// The subject line.
    pub subject: String,
    /// All attributes.
    pub attributes: BTreeMap<String, String>,
    /// The payload.
    pub body: String,
}

/// The record of what was published, kept for 14 days.
#[derive(Debug, Clone)]
pub struct Journal {
    store: Store,
}

impl Journal {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }

    /// At most `limit` entries after `seq`, of one channel or all, oldest first.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn since(&self, seq: u64, channel: Option<&str>, limit: usize) -> Result<Vec<JournalEntry>, PortError> {
        let channel = channel.map(str::to_owned);
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        self.select(include_str!("../queries/journal/since.sql"), move |limit| (seq, channel, limit), limit).await
    }

    /// The events of a run, oldest first.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn by_correlation(&self, id: &str, limit: usize) -> Result<Vec<JournalEntry>, PortError> {
        let id = id.to_owned();
        self.select(include_str!("../queries/journal/by_correlation.sql"), |limit| (id, limit), limit).await
    }

    /// The publications of an event, oldest first; more than one when it was dispatched again.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn by_event(&self, id: &str, limit: usize) -> Result<Vec<JournalEntry>, PortError> {
        let id = id.to_owned();
        self.select(include_str!("../queries/journal/by_event.sql"), |limit| (id, limit), limit).await
    }

    /// The events about something (`ce-subject`), such as a content's id, oldest first.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn by_subject(&self, about: &str, limit: usize) -> Result<Vec<JournalEntry>, PortError> {
        let about = about.to_owned();
        self.select(include_str!("../queries/journal/by_about.sql"), |limit| (about, limit), limit).await
    }

    /// The number of the newest entry; 0 when there is none.
    ///
    /// # Errors
    /// [`PortError`] when the store is out of reach.
    pub async fn last_seq(&self) -> Result<u64, PortError> {
        let work = |scope: &Scope<'_>| {
            let mut statement = scope.sql(include_str!("../queries/journal/last.sql"))?;
            Ok(statement.query_row([], |row| row.get::<_, i64>(0))?)
        };
        let last = self.store.core.db.read(PORT, work).await?;
        Ok(u64::try_from(last).unwrap_or(0))
    }

    async fn select<P: Params>(
        &self,
        sql: &'static str,
        params: impl FnOnce(i64) -> P + Send + 'static,
        limit: usize,
    ) -> Result<Vec<JournalEntry>, PortError> {
        let work = move |scope: &Scope<'_>| {
            let mut statement = scope.sql(sql)?;
            let mut rows = statement.query(params(i64::try_from(limit).unwrap_or(i64::MAX)))?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                entries.push(read(row)?);
            }
            Ok(entries)
        };
        self.store.core.db.read(PORT, work).await
    }
}

fn read(row: &Row<'_>) -> Result<JournalEntry, Fault> {
    let json: String = row.get(7)?;
    let notification = Notification::decode(&json)?;
    Ok(JournalEntry {
        seq: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
        at: Timestamp(row.get(1)?),
        channel: row.get(2)?,
        event_id: row.get(3)?,
        event_type: row.get(4)?,
        correlation_id: row.get(5)?,
        about: row.get(6)?,
        message_id: notification.message_id.to_string(),
        subject: notification.subject.as_deref().unwrap_or_default().to_owned(),
        attributes: notification.attributes(),
        body: notification.message.to_string(),
    })
}
