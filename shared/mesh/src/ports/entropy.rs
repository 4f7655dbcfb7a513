//! Randomness.

use std::fmt::Debug;

/// Random bits for lease tokens, jitter and the ids of new runs. The only source of randomness, so that a simulator can seed it.
pub trait Entropy: Debug + Send + Sync {
    /// 128 fresh bits.
    fn bits(&self) -> u128;
}
