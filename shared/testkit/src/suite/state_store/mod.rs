//! Conformance of a [`StateStore`](mesh_core::ports::StateStore): documents, leases, commits, puts, outboxes, suspensions, lifetimes, limits.

mod commit;
mod documents;
mod expiry;
mod fixture;
mod lease;
mod limits;
mod outbox;
mod puts;
mod query;
mod steps;
mod suspend;

pub use fixture::{AGENTS, Fixture, KINDS};

use crate::suite::{Breach, Case, Harness, enforce, examine};

/// Every case of the suite.
#[must_use]
pub fn cases() -> Vec<Case<Fixture>> {
    let mut all = documents::cases();
    all.extend(query::cases());
    all.extend(lease::cases());
    all.extend(commit::cases());
    all.extend(puts::cases());
    all.extend(outbox::cases());
    all.extend(suspend::cases());
    all.extend(expiry::cases());
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
    enforce("state_store", &check(harness).await);
}
