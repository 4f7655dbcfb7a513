//! Where a page of a query ended, opaque to callers.

use super::{Document, PortError, state_limits::is_id};

/// The place of the last document of a page, as stores write it into [`Page::cursor`](super::Page).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryCursor {
    /// Its `sort`, or its id where it has none.
    pub sort: String,
    /// Its id.
    pub id: String,
}

impl QueryCursor {
    /// The place of this document.
    #[must_use]
    pub fn after(document: &Document) -> Self {
        let id = document.key.id.clone();
        Self { sort: document.sort.clone().unwrap_or_else(|| id.clone()), id }
    }

    /// Hex digits around a dot: safe in a URL and on a command line.
    #[must_use]
    pub fn encode(&self) -> String {
        format!("{}.{}", hex(&self.sort), hex(&self.id))
    }

    /// Reads what [`QueryCursor::encode`] wrote.
    ///
    /// # Errors
    /// [`PortError::Corrupt`] when it is something else.
    pub fn decode(text: &str) -> Result<Self, PortError> {
        let parsed = text.split_once('.').and_then(|(sort, id)| Some(Self { sort: unhex(sort)?, id: unhex(id)? }));
        let place = parsed.filter(|place| is_id(&place.sort) && is_id(&place.id));
        place.ok_or_else(|| PortError::Corrupt {
            port: "state_store",
            what: "the cursor of a query".to_owned(),
            message: "it is none that a query answered".to_owned(),
        })
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Option<String> {
    if !digits.is_ascii() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let bytes = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok());
    String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::QueryCursor;

    #[test]
    fn a_cursor_survives_the_way_there_and_back() {
        let cursor = QueryCursor { sort: "2026.01 \u{1F980}".to_owned(), id: "a/b".to_owned() };
        assert_eq!(QueryCursor::decode(&cursor.encode()).expect("a cursor"), cursor);
        for bad in ["", ".", "61.", "zz.", "1.2", "ff.ff", "\u{e9}\u{e9}.00"] {
            QueryCursor::decode(bad).expect_err(bad);
        }
    }
}
