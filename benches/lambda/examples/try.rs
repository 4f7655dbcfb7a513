//! x
#![allow(clippy::all, missing_docs)]
use mesh_bench_lambda::{records::{SUBJECTS, Subject}, setup::Setup};
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let want = std::env::args().nth(1).unwrap();
    let boot = std::env::args().nth(2).map(Into::into);
    let setup = Setup::new(boot);
    for s in SUBJECTS.into_iter().filter(|s: &Subject| s.name().contains(&want)) {
        for b in [10, 1] { println!("{} {b}: {:?}", s.name(), s.run(&setup, 1000, b).await); }
    }
}
