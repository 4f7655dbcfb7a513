//! Conformance of a [`Blobs`](mesh_core::ports::Blobs).

mod bodies;
mod conditions;
mod fixture;
mod keys;

pub use fixture::Fixture;

use crate::suite::{Breach, Case, Harness, enforce, examine};

/// Every case of the suite.
#[must_use]
pub fn cases() -> Vec<Case<Fixture>> {
    let mut all = conditions::cases();
    all.extend(bodies::cases());
    all.extend(keys::cases());
    all
}

/// Runs every case and returns the broken obligations.
pub async fn check(harness: &Harness<Fixture>) -> Vec<Breach> {
    examine(harness, cases()).await
}

/// Runs every case.
///
/// # Panics
/// When an obligation is broken, with the list of them.
pub async fn all(harness: &Harness<Fixture>) {
    enforce("blobs", &check(harness).await);
}
