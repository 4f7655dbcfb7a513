//! Reading documents.

use mesh_core::{
    Timestamp,
    ports::{DocKey, Document, IdRange, Page, Query, QueryBy, QueryCursor},
};
use rusqlite::{Params, Row};

use super::count;
use crate::{db::Scope, error::Fault};

pub(super) fn get(scope: &Scope<'_>, key: &DocKey) -> Result<Option<Document>, Fault> {
    let sql = include_str!("../../queries/document/get.sql");
    let found = select(scope, sql, &key.kind, (&key.kind, &key.id, scope.now.0))?;
    Ok(found.into_iter().next())
}

pub(super) fn list(scope: &Scope<'_>, kind: &str, range: &IdRange, limit: usize) -> Result<Vec<Document>, Fault> {
    let from = range.from.as_deref().unwrap_or_default();
    let sql = include_str!("../../queries/document/list.sql");
    select(scope, sql, kind, (kind, from, &range.to, scope.now.0, count(limit)))
}

pub(super) fn query(scope: &Scope<'_>, query: &Query) -> Result<Page, Fault> {
    if query.limit == 0 {
        return Ok(Page::default());
    }
    let (value, first, next) = match &query.by {
        QueryBy::Owner(owner) => (
            owner,
            include_str!("../../queries/document/by_owner.sql"),
            include_str!("../../queries/document/by_owner_after.sql"),
        ),
        QueryBy::Index(index) => (
            index,
            include_str!("../../queries/document/by_label.sql"),
            include_str!("../../queries/document/by_label_after.sql"),
        ),
    };
    let kind = &query.kind;
    // One more than asked for tells whether there is another page.
    let limit = count(query.limit).saturating_add(1);
    let mut documents = match &query.cursor {
        None => select(scope, first, kind, (kind, value, scope.now.0, limit))?,
        Some(cursor) => {
            let QueryCursor { sort, id } = QueryCursor::decode(cursor)?;
            select(scope, next, kind, (kind, value, scope.now.0, limit, sort, id))?
        }
    };
    let more = documents.len() > query.limit;
    documents.truncate(query.limit);
    let cursor = documents.last().filter(|_| more).map(|last| QueryCursor::after(last).encode());
    Ok(Page { documents, cursor })
}

fn select(scope: &Scope<'_>, sql: &str, kind: &str, params: impl Params) -> Result<Vec<Document>, Fault> {
    let mut statement = scope.sql(sql)?;
    let mut rows = statement.query(params)?;
    let mut documents = Vec::new();
    while let Some(row) = rows.next()? {
        documents.push(read(kind, row)?);
    }
    Ok(documents)
}

fn read(kind: &str, row: &Row<'_>) -> Result<Document, Fault> {
    let id: String = row.get(0)?;
    let json = row.get_ref(6)?.as_str().map_err(rusqlite::Error::from)?;
    let body = serde_json::from_str(json)
        .map_err(|error| Fault::corrupt(format!("the document {kind}/{id}"), error.to_string()))?;
    Ok(Document {
        key: DocKey::new(kind, id),
        version: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
        owner: row.get(2)?,
        index: row.get(3)?,
        sort: row.get(4)?,
        expires_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
        body,
    })
}
