//! Short words of a fixed alphabet.

use std::{borrow::Cow, fmt, ops::Deref};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $pattern:literal, $examples:tt, $valid:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The word, when it has the form of one.
            ///
            /// # Errors
            /// The pattern it does not match.
            pub fn new(text: impl Into<String>) -> Result<Self, String> {
                let text = text.into();
                if $valid(&text) { Ok(Self(text)) } else { Err(format!("does not match {}", $pattern)) }
            }

            /// The word.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": $pattern, "examples": $examples})
            }
        }
    };
}

word! {
    /// The name of a site, a post or another record: letters, digits, `_`, `.` and `-`, at most 64, a letter or digit first.
    Name, "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", ["finance-weekly"], is_name
}

word! {
    /// A language tag (the common forms of BCP 47): `en`, `de-CH`.
    Language, "^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", ["en", "de-CH"], is_language
}

word! {
    /// A colour: `#` and six hex digits.
    HexColor, "^#[0-9A-Fa-f]{6}$", ["#FF5733"], is_color
}

word! {
    /// The last segment of a page's path: lower-case letters, digits and single hyphens, at most 75.
    Slug, "^(?=.{1,75}$)[a-z0-9]+(-[a-z0-9]+)*$", ["small-queues-beat-big-meetings"], is_slug
}

word! {
    /// An absolute http or https address of at most 500 ASCII characters, without blanks, quotes, brackets or braces.
    WebAddress, "^(?=.{1,500}$)https?://[A-Za-z0-9][!#-;=?-Z_a-z~]*$", ["https://www.example.org/reports/2026"], is_web_address
}

impl Default for Name {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl Default for Language {
    fn default() -> Self {
        Self("en".to_owned())
    }
}

fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let tail = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    bytes.len() <= 64 && bytes.first().is_some_and(u8::is_ascii_alphanumeric) && bytes.iter().all(tail)
}

fn is_color(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|b| b.is_ascii_hexdigit())
}

fn is_slug(text: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= 75 && text.split('-').all(word)
}

fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let plain = |b: u8| matches!(b, b'!' | b'#'..=b';' | b'=' | b'?'..=b'Z' | b'_' | b'a'..=b'z' | b'~');
    text.len() <= 500 && rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && rest.bytes().all(plain)
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let head = parts.next().unwrap_or_default();
    let tail: Vec<&str> = parts.collect();
    (2..=3).contains(&head.len())
        && head.bytes().all(|b| b.is_ascii_lowercase())
        && tail.len() <= 3
        && tail.iter().all(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}
