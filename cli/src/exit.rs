//! What the process answers its caller.

use std::{error::Error, fmt, process::ExitCode};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The mesh did what was asked.
    Ok,
    /// The mesh's answer is a failure: a run that failed, a body that breaks its contract, something that is not there.
    Failure,
    /// The command could not be carried out: wrong usage, or an environment it cannot work in.
    Usage,
}

/// What was asked about does not exist: an answer of the mesh, not a mistake in asking.
#[derive(Debug)]
pub(crate) struct Absent(pub(crate) String);

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Absent {}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Ok => 0,
            Exit::Failure => 1,
            Exit::Usage => 2,
        })
    }
}
