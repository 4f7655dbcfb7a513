//! The system's randomness.

use mesh_core::ports::Entropy;
use uuid::Uuid;

/// Random bits from the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[allow(clippy::disallowed_methods, reason = "the one place where the mesh takes randomness from the system")]
    fn bits(&self) -> u128 {
        // A random UUID has 122 random bits; two give 128, without a further dependency.
        let (high, low) = (Uuid::new_v4().as_u128(), Uuid::new_v4().as_u128());
        high.rotate_left(64) ^ low
    }
}

/// A random UUID (version 4) from an entropy.
#[must_use]
pub fn uuid(entropy: &dyn Entropy) -> Uuid {
    uuid::Builder::from_random_bytes(entropy.bits().to_be_bytes()).into_uuid()
}
