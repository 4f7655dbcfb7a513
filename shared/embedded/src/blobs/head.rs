//! Heads: what the database knows of an object.

use mesh_contracts::Sha256Hex;
use mesh_core::ports::{BlobMeta, PutCondition, PutResult};
use rusqlite::{OptionalExtension, Row};

use super::{Objects, body::Draft, key};
use crate::{
    db::{Scope, Step},
    error::Fault,
};

pub(super) fn find(scope: &Scope<'_>, key: &str) -> Result<Option<BlobMeta>, Fault> {
    let mut statement = scope.sql(include_str!("../../queries/blob/head.sql"))?;
    let found = statement.query_row([key], |row| Ok(read(row))).optional()?;
    found.transpose()
}

pub(super) fn list(scope: &Scope<'_>, prefix: &str, after: &str, limit: usize) -> Result<Vec<BlobMeta>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = scope.sql(include_str!("../../queries/blob/list.sql"))?;
    let mut rows = statement.query((prefix, after, key::end_of(prefix), limit))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> Result<BlobMeta, Fault> {
    let key: String = row.get(0)?;
    let sha256 = Sha256Hex::new(row.get::<_, String>(2)?);
    Ok(BlobMeta {
        version: row.get(1)?,
        sha256: sha256.map_err(|message| Fault::corrupt(format!("the head of {key}"), message))?,
        bytes: u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0),
        media_type: row.get(4)?,
        key,
    })
}

/// A put whose body is written.
pub(super) struct Put {
    pub(super) key: String,
    pub(super) media_type: String,
    pub(super) condition: PutCondition,
    pub(super) body: Draft,
}

impl Put {
    /// Looks at the condition and makes the body the object's.
    pub(super) fn execute(self, scope: &Scope<'_>, objects: &Objects) -> Result<Step<PutResult>, Fault> {
        let there = find(scope, &self.key)?;
        let holds = match &self.condition {
            PutCondition::IfAbsent => there.is_none(),
            PutCondition::IfMatch(version) => there.as_ref().is_some_and(|meta| meta.version == *version),
            PutCondition::Any => true,
        };
        if !holds {
            return Ok(Step::Undo(PutResult::Refused(there)));
        }
        let bytes = i64::try_from(self.body.bytes).unwrap_or(i64::MAX);
        let mut statement = scope.sql(include_str!("../../queries/blob/put.sql"))?;
        statement.execute((&self.key, self.body.name(), &*self.body.sha256, bytes, &self.media_type))?;
        if let Some(replaced) = there {
            let mut statement = scope.sql(include_str!("../../queries/blob/discard.sql"))?;
            statement.execute((replaced.version, scope.now.0))?;
        }
        objects.show(&self.key, self.body.name());
        // From here on the commit decides; should it fail, the file is left for whoever takes over from this process.
        let (bytes, sha256) = (self.body.bytes, self.body.sha256.clone());
        let version = self.body.keep();
        Ok(Step::Keep(PutResult::Stored(BlobMeta {
            key: self.key,
            sha256,
            bytes,
            media_type: self.media_type,
            version,
        })))
    }
}
