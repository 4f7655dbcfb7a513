//! Conformance of a [`Queue`](mesh_core::ports::Queue) with a dead-letter queue behind it.

mod delivery;
mod fixture;
mod limits;
mod redrive;
mod settle;

pub use fixture::Fixture;
pub(crate) use fixture::gather;

use crate::suite::{Breach, Case, Harness, enforce, examine};

/// Every case of the suite.
#[must_use]
pub fn cases() -> Vec<Case<Fixture>> {
    let mut all = delivery::cases();
    all.extend(settle::cases());
    all.extend(redrive::cases());
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
    enforce("queue", &check(harness).await);
}
