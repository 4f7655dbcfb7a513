//! The faults of the image model.

use crate::{ConfigError, faults};

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

/// Faults in their order, each consumed once by a call.
#[derive(Debug, Default)]
pub(super) struct FaultPlan(faults::FaultPlan<Fault>);

impl FaultPlan {
    /// Reads `rate_limit:2,refuse`: names with an optional number of times.
    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        Ok(Self(faults::FaultPlan::parse(text, &NAMES)?))
    }

    /// The fault of this call, if one is left.
    pub(super) fn next(&self) -> Option<Fault> {
        self.0.next(|_| true)
    }
}
