//! Faults on demand, as those of the offline text model: dealt out call by call, then all is well.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::ConfigError;

/// One way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    RateLimit,
    Overloaded,
    ServerError,
    Timeout,
    Quota,
    Auth,
    /// The provider's policy forbids the prompt.
    Refuse,
    /// An answer whose bytes are no image.
    NotAnImage,
}

const NAMES: [(&str, Fault); 8] = [
    ("rate_limit", Fault::RateLimit),
    ("overloaded", Fault::Overloaded),
    ("server_error", Fault::ServerError),
    ("timeout", Fault::Timeout),
    ("quota", Fault::Quota),
    ("auth", Fault::Auth),
    ("refuse", Fault::Refuse),
    ("not_an_image", Fault::NotAnImage),
];
const MAX_TIMES: usize = 1_000;

/// Faults in their order, each consumed once by a call.
#[derive(Debug, Default)]
pub(super) struct FaultPlan {
    faults: Vec<Fault>,
    consumed: AtomicUsize,
}

impl FaultPlan {
    /// Reads `rate_limit:2,refuse`: names with an optional number of times.
    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        for entry in text.split(',') {
            let (name, times) = entry.split_once(':').unwrap_or((entry, "1"));
            let fault = NAMES.iter().find(|(known, _)| *known == name.trim()).map(|(_, fault)| *fault);
            let fault = fault.ok_or_else(|| ConfigError::UnknownFault { name: name.trim().to_owned() })?;
            let count = times.trim().parse().ok().filter(|times| (1..=MAX_TIMES).contains(times));
            let count = count.ok_or_else(|| ConfigError::FaultTimes { entry: entry.trim().to_owned() })?;
            faults.extend(std::iter::repeat_n(fault, count));
        }
        Ok(Self { faults, consumed: AtomicUsize::new(0) })
    }

    /// The fault of this call, if one is left.
    pub(super) fn next(&self) -> Option<Fault> {
        let at = self
            .consumed
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |at| (at < self.faults.len()).then_some(at + 1));
        at.ok().map(|at| self.faults[at])
    }
}
