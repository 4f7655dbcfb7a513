//! Lists in pages.

use mesh_core::{
    Ports,
    ports::{Document, IdRange, PortError, Query, QueryBy},
};

use crate::problem::Problem;

/// Most items of a page.
pub(crate) const MOST: usize = 100;
/// Items of a page when nothing is said.
pub(crate) const DEFAULT: usize = 20;

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// At most this many items.
    pub limit: usize,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { limit: DEFAULT, cursor: None }
    }
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Asks for the next page; absent on the last one.
    pub cursor: Option<String>,
}

/// All documents of a kind by id.
pub(crate) async fn by_id(ports: &Ports, kind: &str, request: &PageRequest) -> Result<Page<Document>, Problem> {
    let after = request.cursor.as_deref().map(unhex).transpose()?;
    // The least id after the cursor's.
    let range = IdRange { from: after.map(|id| format!("{id}\0")), to: None };
    let limit = request.limit.clamp(1, MOST);
    let mut items = ports.state.list(kind, &range, limit + 1).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let cursor = items.last().filter(|_| more).map(|last| hex(&last.key.id));
    Ok(Page { items, cursor })
}

/// The documents of an owner, newest first.
pub(crate) async fn by_owner(
    ports: &Ports,
    kind: &str,
    owner: &str,
    request: &PageRequest,
) -> Result<Page<Document>, Problem> {
    let by = QueryBy::Owner(owner.to_owned());
    let limit = request.limit.clamp(1, MOST);
    let query = Query { kind: kind.to_owned(), by, limit, cursor: request.cursor.clone() };
    match ports.state.query(&query).await {
        Ok(page) => Ok(Page { items: page.documents, cursor: page.cursor }),
        Err(PortError::Corrupt { what, .. }) if what.contains("cursor") => {
            Err(foreign(request.cursor.as_deref().unwrap_or_default()))
        }
        Err(error) => Err(error.into()),
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Result<String, Problem> {
    let pairs = digits.is_ascii() && digits.len().is_multiple_of(2) && (2..=128).contains(&digits.len());
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    let bytes = if pairs { (0..digits.len()).step_by(2).map(byte).collect::<Option<Vec<u8>>>() } else { None };
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| foreign(digits))
}

fn foreign(cursor: &str) -> Problem {
    Problem::parameter("cursor", cursor, "a cursor that an earlier page gave")
}
