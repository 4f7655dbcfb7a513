//! The faults of the text model.

use crate::{ConfigError, faults};

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

/// Faults in their order, each consumed once by a call.
#[derive(Debug, Default)]
pub(super) struct FaultPlan(faults::FaultPlan<Fault>);

impl FaultPlan {
    /// Reads `rate_limit:2,truncate`: names with an optional number of times.
    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        Ok(Self(faults::FaultPlan::parse(text, &NAMES)?))
    }

    /// The fault of this call, if one is left; one that concerns JSON waits for a call whose answer is `json`.
    pub(super) fn next(&self, json: bool) -> Option<Fault> {
        self.0.next(|fault| json || fault != Fault::MalformedJson)
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
