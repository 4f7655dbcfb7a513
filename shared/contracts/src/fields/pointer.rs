//! The claim check: where a large object is, and what it must be.

use std::{borrow::Cow, fmt, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::{Int, Text};
use crate::object::object_only;

/// A pointer to an object in the blob store. Readers check `sha256` and `bytes` against what they fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct Pointer {
    /// Where it is, such as `s3://bucket/drafts/{content_id}.md`.
    pub uri: Text<1, 1100>,
    /// SHA-256 of the object, 64 lower-case hex digits.
    pub sha256: Sha256Hex,
    /// Length of the object in bytes.
    pub bytes: Int<0, 5_497_558_138_880>,
    /// Media type, such as `text/markdown; charset=utf-8`.
    pub media_type: Text<1, 100>,
}
object_only!(Pointer);

/// 64 lower-case hex digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Sha256Hex(String);

impl Sha256Hex {
    /// The digest, when it has the form of one.
    ///
    /// # Errors
    /// When it is not 64 lower-case hex digits.
    pub fn new(text: impl Into<String>) -> Result<Self, &'static str> {
        let text = text.into();
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 64 && text.bytes().all(hex) { Ok(Self(text)) } else { Err("not 64 lower-case hex digits") }
    }

    /// The digest as text.
    #[must_use]
    pub fn from_digest(digest: &[u8; 32]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
        Self(digest.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect())
    }
}

impl Deref for Sha256Hex {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Sha256Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Sha256Hex {
    fn schema_name() -> Cow<'static, str> {
        "Sha256Hex".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9a-f]{64}$"})
    }
}
