//! The whole crash-point matrix: minutes, so no test by default. `make matrix` runs it and keeps the table as
//! `target/crash-matrix.json`.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]
#![allow(dead_code, reason = "the sample also proves that broken rules are noticed")]

#[path = "matrix/mod.rs"]
mod matrix;

#[test]
fn every_interruption_comes_to_what_none_comes_to() {
    let table = matrix::matrix(1, 0);
    let path = table.save("crash-matrix.json").expect("the table is written");
    println!("{table}\n{}", path.display());
    let failures = table.failures();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
