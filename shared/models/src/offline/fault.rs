//! Faults on demand: what the suffix of the model's name asks for is dealt out call by call, then all is well.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::ConfigError;

/// One way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    RateLimit,
    Truncate,
    Refuse,
    Filter,
    Timeout,
    Quota,
    ServerError,
    Overloaded,
    Auth,
    MalformedJson,
}

const NAMES: [(&str, Fault); 10] = [
    ("rate_limit", Fault::RateLimit),
    ("truncate", Fault::Truncate),
    ("refuse", Fault::Refuse),
    ("filter", Fault::Filter),
    ("timeout", Fault::Timeout),
    ("quota", Fault::Quota),
    ("server_error", Fault::ServerError),
    ("overloaded", Fault::Overloaded),
    ("auth", Fault::Auth),
    ("malformed_json", Fault::MalformedJson),
];
const MAX_TIMES: usize = 1_000;

/// Faults in their order, each consumed once by a call.
#[derive(Debug, Default)]
pub(super) struct FaultPlan {
    faults: Vec<Fault>,
    consumed: AtomicUsize,
}

impl FaultPlan {
    /// Reads `rate_limit:2,truncate`: names with an optional number of times.
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

    /// The fault of this call, if one is left; one that concerns JSON waits for a call whose answer is `json`.
    pub(super) fn next(&self, json: bool) -> Option<Fault> {
        let due = |at: &usize| self.faults.get(*at).is_some_and(|fault| json || *fault != Fault::MalformedJson);
        let at = self.consumed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |at| due(&at).then_some(at + 1));
        at.ok().map(|at| self.faults[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_in_their_order_and_end() {
        let plan = FaultPlan::parse("rate_limit:2, truncate,server_error:1").unwrap();
        let dealt: Vec<_> = std::iter::from_fn(|| plan.next(false)).collect();
        assert_eq!(dealt, [Fault::RateLimit, Fault::RateLimit, Fault::Truncate, Fault::ServerError]);
        assert_eq!(plan.next(false), None);
        assert_eq!(FaultPlan::default().next(true), None);
    }

    #[test]
    fn malformed_json_waits_for_json() {
        let plan = FaultPlan::parse("malformed_json,quota").unwrap();
        assert_eq!([plan.next(false), plan.next(true)], [None, Some(Fault::MalformedJson)]);
        assert_eq!(plan.next(false), Some(Fault::Quota));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, word) in [("explode", "explode"), ("", "``"), ("quota:0", "quota:0"), ("quota:x", "quota:x")] {
            assert!(FaultPlan::parse(text).unwrap_err().to_string().contains(word), "{text}");
        }
    }
}
