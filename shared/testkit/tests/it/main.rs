//! The testkit's own tests: reference fakes pass the suites, and every flaw put into one is named by the right case.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code")]
#![allow(clippy::result_large_err, reason = "closures that answer what the port answers")]

mod blobs;
mod fakes;
mod faulty;
mod image_model;
mod model;
mod publisher;
mod queue;
mod secrets;
mod state_store;
mod text_model;

use std::{collections::BTreeSet, fmt::Debug};

use mesh_testkit::suite::Breach;

/// Runs the suite over every flaw: the case named must find it, and every case of the suite must have found something.
fn every_flaw_is_found<F: Copy + Debug + PartialEq>(
    cases: impl IntoIterator<Item = &'static str>,
    flaws: &[(F, &'static str)],
    check: impl Fn(F) -> Vec<Breach>,
) {
    let mut unproven: BTreeSet<&str> = BTreeSet::new();
    for case in cases {
        assert!(unproven.insert(case), "two cases are called {case}");
    }
    let mut last = None;
    let mut found = BTreeSet::new();
    for (flaw, case) in flaws {
        if last != Some(*flaw) {
            found = check(*flaw).iter().map(|breach| breach.case).collect();
            last = Some(*flaw);
        }
        assert!(found.contains(case), "{flaw:?} was not found by {case}, but by {found:?}");
        unproven.retain(|case| !found.contains(case));
    }
    assert!(unproven.is_empty(), "no flaw was found by {unproven:?}");
}
