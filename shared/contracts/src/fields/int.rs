//! Bounded integers.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Number;

/// An integer from `MIN` to `MAX`. Like JSON Schema's `integer` it also reads `800.0`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Int<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Int<MIN, MAX> {
    /// The value, when it is within bounds.
    #[must_use]
    pub const fn new(value: i64) -> Option<Self> {
        if value < MIN || value > MAX { None } else { Some(Self(value)) }
    }

    /// The value, moved to the nearer bound when it is outside.
    #[must_use]
    pub const fn clamp(value: i64) -> Self {
        Self(if value < MIN {
            MIN
        } else if value > MAX {
            MAX
        } else {
            value
        })
    }

    /// The value.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The value as a count; negative values read as 0.
    #[must_use]
    pub fn count(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0)
    }
}

impl<const MIN: i64, const MAX: i64> Default for Int<MIN, MAX> {
    fn default() -> Self {
        Self::clamp(0)
    }
}

impl<const MIN: i64, const MAX: i64> fmt::Debug for Int<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl<const MIN: i64, const MAX: i64> fmt::Display for Int<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl<const MIN: i64, const MAX: i64> Serialize for Int<MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Int<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        let value = integral(&number).ok_or_else(|| D::Error::custom("not an integer"))?;
        Self::new(value).ok_or_else(|| D::Error::custom(format_args!("not between {MIN} and {MAX}")))
    }
}

/// The number as an integer when it is one, however it is written.
fn integral(number: &Number) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(value) = number.as_i64() {
        return Some(value);
    }
    if number.is_u64() {
        return Some(i64::MAX);
    }
    let value = number.as_f64()?;
    #[allow(clippy::cast_possible_truncation)] // checked on the same line
    if value.fract() == 0.0 && value.abs() <= EXACT { Some(value as i64) } else { None }
}

impl<const MIN: i64, const MAX: i64> JsonSchema for Int<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        format!("Int_{MIN}_{MAX}").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }
}
