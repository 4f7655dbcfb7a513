//! Randomness that repeats itself.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use mesh_core::ports::Entropy;

/// What SplitMix64 adds at every step.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// An [`Entropy`] whose bits follow from its seed (SplitMix64).
pub struct SeededEntropy {
    state: AtomicU64,
}

impl SeededEntropy {
    /// The sequence of this seed, from its beginning.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    /// The next 64 bits.
    pub fn next_u64(&self) -> u64 {
        let state = self.state.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA);
        let once = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let twice = (once ^ (once >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        twice ^ (twice >> 31)
    }

    /// The next number below `bound`, which must not be 0.
    pub fn below(&self, bound: u64) -> u64 {
        self.next_u64() % bound
    }
}

impl fmt::Debug for SeededEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeededEntropy")
    }
}

impl Entropy for SeededEntropy {
    fn bits(&self) -> u128 {
        u128::from(self.next_u64()) << 64 | u128::from(self.next_u64())
    }
}

#[cfg(test)]
mod tests {
    use mesh_core::ports::Entropy;

    use super::SeededEntropy;

    #[test]
    fn is_splitmix64() {
        let entropy = SeededEntropy::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| entropy.next_u64()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_seed_repeats_and_two_seeds_differ() {
        let bits = |seed| {
            let entropy = SeededEntropy::new(seed);
            [entropy.bits(), entropy.bits()]
        };
        assert_eq!(bits(7), bits(7));
        assert_ne!(bits(7), bits(8));
        assert_ne!(bits(7)[0], bits(7)[1]);
    }
}
