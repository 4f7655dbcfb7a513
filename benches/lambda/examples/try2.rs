//! x
#![allow(clippy::all, missing_docs)]
use mesh_bench_lambda::{article::Article, setup::Setup};
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let boot = std::env::args().nth(1).map(Into::into);
    let setup = Setup::new(boot);
    let a = Article::measure(&setup, 3).await;
    println!("{}\n{}\n{}", a.table(), a.sweep_table(), a.total());
}
