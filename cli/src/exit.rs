//! What the process answers its caller.

use std::process::ExitCode;

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

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Ok => 0,
            Exit::Failure => 1,
            Exit::Usage => 2,
        })
    }
}
