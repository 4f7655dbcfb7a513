//! Bounded text.

use std::{borrow::Cow, fmt, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// At least one character that is no white space (Unicode `White_Space`, and the byte order mark).
const NOT_BLANK: &str = r"[^\u0009-\u000D\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF]";

/// Text of `MIN` to `MAX` characters (Unicode code points); with `MIN` above 0 it is not blank.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// The text, when it is within bounds.
    ///
    /// # Errors
    /// One sentence naming the bound.
    pub fn new(text: impl Into<String>) -> Result<Self, String> {
        let text = text.into();
        let length = text.chars().count();
        if length < MIN || length > MAX {
            return Err(format!("{length} characters, not {MIN} to {MAX}"));
        }
        if MIN > 0 && text.chars().all(is_blank) {
            return Err("blank".to_owned());
        }
        Ok(Self(text))
    }

    /// The text cut to `MAX` characters; blank text becomes `-` where blank is not allowed.
    #[must_use]
    pub fn clip(text: &str) -> Self {
        if MIN > 0 && text.chars().all(is_blank) {
            return Self("-".repeat(MIN));
        }
        let mut clipped: String = text.chars().take(MAX).collect();
        if MIN > 0 && clipped.chars().all(is_blank) {
            clipped = text.trim_start_matches(is_blank).chars().take(MAX).collect();
        }
        while clipped.chars().count() < MIN {
            clipped.push('-');
        }
        Self(clipped)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{FEFF}'
}

impl<const MIN: usize, const MAX: usize> Deref for Text<MIN, MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Text<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<const MIN: usize, const MAX: usize> JsonSchema for Text<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        format!("Text_{MIN}_{MAX}").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        if MIN == 0 {
            return json_schema!({"type": "string", "maxLength": MAX});
        }
        json_schema!({"type": "string", "minLength": MIN, "maxLength": MAX, "pattern": NOT_BLANK})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_and_blank_is_refused() {
        assert!(Text::<1, 3>::new("äöü").is_ok());
        assert!(Text::<1, 3>::new("äöüx").is_err());
        assert!(Text::<1, 3>::new("").is_err());
        assert!(Text::<1, 3>::new(" \u{3000}").is_err());
        assert!(Text::<0, 3>::new(" ").is_ok());
    }

    #[test]
    fn clipped_text_is_always_valid() {
        for text in ["", "   ", "    x", "abcdef", "\u{FEFF}"] {
            let clipped = Text::<1, 3>::clip(text);
            assert_eq!(Text::<1, 3>::new(clipped.as_str()), Ok(clipped.clone()));
        }
    }
}
