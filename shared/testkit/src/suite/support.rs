//! How cases say what they saw.

use std::fmt::Debug;

use mesh_core::ports::PortError;

/// Ends the case when the condition does not hold.
macro_rules! ensure {
    ($condition:expr, $($seen:tt)+) => {
        if !$condition {
            return Err(format!($($seen)+));
        }
    };
}
pub(crate) use ensure;

/// Ends the case when the two differ.
pub(crate) fn ensure_eq<T: PartialEq + Debug + ?Sized>(what: &str, seen: &T, expected: &T) -> Result<(), String> {
    if seen == expected { Ok(()) } else { Err(format!("{what}: {} instead of {}", brief(seen), brief(expected))) }
}

/// A debug text short enough for a report.
pub(crate) fn brief(value: &(impl Debug + ?Sized)) -> String {
    let text = format!("{value:?}");
    if text.chars().count() <= 600 {
        return text;
    }
    let head: String = text.chars().take(600).collect();
    format!("{head}... ({} bytes)", text.len())
}

/// Turns an unexpected error into what the case saw.
pub(crate) trait Said<T> {
    /// The value, or a sentence that names the call.
    fn said(self, call: &str) -> Result<T, String>;
}

impl<T> Said<T> for Result<T, PortError> {
    fn said(self, call: &str) -> Result<T, String> {
        self.map_err(|error| format!("{call} failed: {error}"))
    }
}

/// The error of a refused request: a `Limit` that says field, value and limit.
pub(crate) fn ensure_limit<T: Debug>(what: &str, answer: Result<T, PortError>) -> Result<(), String> {
    match answer {
        Err(PortError::Limit { field, value, limit, .. }) => {
            ensure!(!field.is_empty(), "{what}: the Limit names no field");
            ensure!(!value.is_empty(), "{what}: the Limit names no value");
            ensure!(!limit.is_empty(), "{what}: the Limit names no limit");
            Ok(())
        }
        other => Err(format!("{what}: {} instead of PortError::Limit", brief(&other))),
    }
}
