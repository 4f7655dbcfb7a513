//! Conformance of a [`Publisher`](mesh_core::ports::Publisher), seen from the queues behind it.

mod batches;
mod fixture;
mod limits;

pub use fixture::Fixture;

use crate::suite::{Breach, Case, Harness, enforce, examine};

/// Every case of the suite.
#[must_use]
pub fn cases() -> Vec<Case<Fixture>> {
    let mut all = batches::cases();
    all.extend(limits::cases());
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
    enforce("publisher", &check(harness).await);
}
