//! Documents, what they are written on, and what finds them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::time::Timestamp;

/// Names one document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DocKey {
    /// The kind, one table each: `content`, `fates`, ...
    pub kind: String,
    /// The id within the kind, at most 1,024 bytes.
    pub id: String,
}

impl DocKey {
    /// A key.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }
}

/// One stored document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Its key.
    pub key: DocKey,
    /// Rises by one with every write, from 1.
    pub version: u64,
    /// What [`QueryBy::Owner`] finds it by, such as a site or a user.
    pub owner: Option<String>,
    /// What [`QueryBy::Index`] finds it by, such as `topic:edge computing`.
    pub index: Option<String>,
    /// Orders query answers, newest (greatest) first; defaults to the id.
    pub sort: Option<String>,
    /// After this it is as if it did not exist.
    pub expires_at: Option<Timestamp>,
    /// Its content, at most 128 KiB as JSON.
    pub body: Value,
}

/// On what condition a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteMode {
    /// Only when there is none.
    Create,
    /// Only when the stored version is this one.
    IfVersion(u64),
    /// Writes nothing; the stored version must be this one (0: must not exist).
    Check(u64),
}

/// One write of a transaction. `version` of the document is ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// The condition.
    pub mode: WriteMode,
    /// What is stored.
    pub document: Document,
}

/// Ids from `from` up to but without `to`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdRange {
    /// First id, if bounded.
    pub from: Option<String>,
    /// End, exclusive, if bounded.
    pub to: Option<String>,
}

/// By what a query finds documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryBy {
    /// All with this owner.
    Owner(String),
    /// All with this index value.
    Index(String),
}

/// A query: advisory (it may lag behind writes), newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Kind of document.
    pub kind: String,
    /// By what.
    pub by: QueryBy,
    /// At most this many.
    pub limit: usize,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// One page of a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The documents, greatest `sort` first.
    pub documents: Vec<Document>,
    /// Present when there may be more.
    pub cursor: Option<String>,
}
