//! What a check has found.

use std::fmt;

use serde::Serialize;

use crate::output::{style, text};

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Severity {
    /// Messages get lost or stuck, or somebody gets at what is not theirs.
    Error,
    /// It works, and will not under load, in time, or when somebody looks away.
    Warning,
    /// Worth knowing.
    Note,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// How grave it is.
    pub(super) severity: Severity,
    /// What it is about: the name of a queue, a table, a setting.
    pub(super) resource: String,
    /// What is, and what should be.
    pub(super) what: String,
    /// What comes of it.
    pub(super) why: String,
    /// A command, or the variable of Terraform.
    pub(super) mend: String,
}

impl Finding {
    /// An error.
    pub(super) fn error(resource: &str, what: impl Into<String>, why: &str, mend: impl Into<String>) -> Self {
        Self::of(Severity::Error, resource, what.into(), why, mend.into())
    }

    /// A warning.
    pub(super) fn warning(resource: &str, what: impl Into<String>, why: &str, mend: impl Into<String>) -> Self {
        Self::of(Severity::Warning, resource, what.into(), why, mend.into())
    }

    /// A note.
    pub(super) fn note(resource: &str, what: impl Into<String>, why: &str, mend: impl Into<String>) -> Self {
        Self::of(Severity::Note, resource, what.into(), why, mend.into())
    }

    fn of(severity: Severity, resource: &str, what: String, why: &str, mend: String) -> Self {
        Self { severity, resource: resource.to_owned(), what, why: why.to_owned(), mend }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.severity {
            Severity::Error => write!(f, "{:<8}", style::bad("error"))?,
            Severity::Warning => write!(f, "{:<8}", style::warn("warning"))?,
            Severity::Note => write!(f, "{:<8}", style::faint("note"))?,
        }
        writeln!(f, " {}: {}", style::strong(text::plain(&self.resource)), text::plain(&self.what))?;
        writeln!(f, "  why    {}", text::plain(&self.why))?;
        write!(f, "  mend   {}", text::plain(&self.mend))
    }
}
