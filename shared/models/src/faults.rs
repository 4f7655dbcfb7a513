//! Faults on demand: what the suffix of a stand-in's name asks for is dealt out call by call, then all is well.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::ConfigError;

const MAX_TIMES: usize = 1_000;

/// Faults in their order, each consumed once by a call.
#[derive(Debug)]
pub(crate) struct FaultPlan<F> {
    faults: Vec<F>,
    consumed: AtomicUsize,
}

impl<F> Default for FaultPlan<F> {
    fn default() -> Self {
        Self { faults: Vec::new(), consumed: AtomicUsize::new(0) }
    }
}

impl<F: Copy> FaultPlan<F> {
    /// Reads `rate_limit:2,refuse`: names of `known` faults with an optional number of times.
    pub(crate) fn parse(text: &str, known: &[(&str, F)]) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        for entry in text.split(',') {
            let (name, times) = entry.split_once(':').unwrap_or((entry, "1"));
            let fault = known.iter().find(|(known, _)| *known == name.trim()).map(|(_, fault)| *fault);
            let fault = fault.ok_or_else(|| ConfigError::UnknownFault { name: name.trim().to_owned() })?;
            let count = times.trim().parse().ok().filter(|times| (1..=MAX_TIMES).contains(times));
            let count = count.ok_or_else(|| ConfigError::FaultTimes { entry: entry.trim().to_owned() })?;
            faults.extend(std::iter::repeat_n(fault, count));
        }
        Ok(Self { faults, consumed: AtomicUsize::new(0) })
    }

    /// The fault of this call, if one is left; one that does not fit the call waits for one that it does.
    pub(crate) fn next(&self, fits: impl Fn(F) -> bool) -> Option<F> {
        let due = |at: usize| self.faults.get(at).is_some_and(|fault| fits(*fault));
        let at = self.consumed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |at| due(at).then_some(at + 1));
        at.ok().map(|at| self.faults[at])
    }
}
