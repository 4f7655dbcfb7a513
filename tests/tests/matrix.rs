//! A sample of the crash-point matrix; `make matrix` tries all of it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

#[path = "matrix/mod.rs"]
mod matrix;

use matrix::{Way, matrix, notices};
use mesh_tests::Mutation;

/// Every so manieth cell is tried; with 5 or 6 cells a call and no factor in common, every kind of cell is.
const STEP: usize = 41;
const OFFSET: usize = 5;

#[test]
fn a_sample_of_all_interruptions_comes_to_what_none_comes_to() {
    let table = matrix(STEP, OFFSET);
    println!("{table}\n{}", table.save("crash-matrix-sample.json").expect("the table is written").display());
    let failures = table.failures();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(table.agents().len(), 10, "every agent is interrupted: {:?}", table.agents());
    assert!(table.all > 4000, "only {} cells: is the whole mesh recorded?", table.all);
}

#[test]
fn the_matrix_notices_marking_before_handling() {
    assert!(notices(Mutation::MarkBeforeHandling, Way::VisibilityExpired));
}

#[test]
fn the_matrix_notices_a_missing_lease_token() {
    assert!(notices(Mutation::NoLeaseToken, Way::TakenOver));
}

#[test]
fn the_matrix_notices_an_answer_stored_after_use() {
    assert!(notices(Mutation::AnswerStoredAfterUse, Way::DeliveredTwice));
}
