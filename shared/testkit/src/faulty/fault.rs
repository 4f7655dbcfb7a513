//! What can become of a call, and how it is recorded.

use std::{collections::BTreeSet, fmt};

use mesh_core::ports::PortError;

/// What becomes of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It fails; nothing happened.
    FailBefore,
    /// It happens, and its reply is lost.
    FailAfter,
    /// The service asks for fewer requests; nothing happened.
    Throttle,
    /// These entries of the batch are not taken, the others are. As `FailBefore` where there is no batch.
    FailEntries(BTreeSet<usize>),
    /// The process dies before it.
    CrashBefore,
    /// It happens, and the process dies before the reply.
    CrashAfter,
    /// The first so many entries of the batch are taken, then the process dies. As `CrashBefore` where there is no batch.
    CrashPartway(usize),
}

/// One call of a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// Its number, from 1.
    pub k: u64,
    /// The port: `publisher`, `queue`, `state_store`, `blobs`, `text_model` or `image_model`.
    pub port: &'static str,
    /// The method.
    pub operation: &'static str,
    /// What it was about, such as a key.
    pub detail: String,
}

impl fmt::Display for CallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}.{} {}", self.k, self.port, self.operation, self.detail)
    }
}

pub(super) fn failed(port: &'static str) -> PortError {
    PortError::Unavailable { port, message: "failed before the call, as planned".to_owned(), source: None }
}

pub(super) fn lost(port: &'static str) -> PortError {
    PortError::Unavailable { port, message: "lost the reply, as planned".to_owned(), source: None }
}

pub(super) fn throttled(port: &'static str) -> PortError {
    PortError::Throttled { port, message: "throttled, as planned".to_owned() }
}
