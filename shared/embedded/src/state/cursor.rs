//! Where a page of a query ended, opaque to callers.

use mesh_core::ports::{Document, PortError};

use super::PORT;

/// The last document of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) sort: String,
    pub(super) id: String,
}

impl Cursor {
    pub(super) fn after(document: &Document) -> Self {
        let id = document.key.id.clone();
        Self { sort: document.sort.clone().unwrap_or_else(|| id.clone()), id }
    }

    /// Hex digits around a dot: safe in a URL and on a command line.
    pub(super) fn encode(&self) -> String {
        format!("{}.{}", hex(&self.sort), hex(&self.id))
    }

    pub(super) fn decode(text: &str) -> Result<Self, PortError> {
        let parsed = text.split_once('.').and_then(|(sort, id)| Some(Self { sort: unhex(sort)?, id: unhex(id)? }));
        parsed.ok_or_else(|| PortError::Corrupt {
            port: PORT,
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
    use super::Cursor;

    #[test]
    fn a_cursor_survives_the_way_there_and_back() {
        let cursor = Cursor { sort: "2026.01 \u{1F980}".to_owned(), id: String::new() };
        assert_eq!(Cursor::decode(&cursor.encode()).expect("a cursor"), cursor);
        for bad in ["", "zz.", "1.2", "ff.ff", "\u{e9}\u{e9}.00"] {
            Cursor::decode(bad).expect_err(bad);
        }
    }
}
