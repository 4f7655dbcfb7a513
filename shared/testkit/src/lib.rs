//! What tests of the mesh stand on: one conformance suite per port, decorators that fail and crash on purpose,
//! scripted models, a manual clock and seeded entropy. Never a production dependency, never a runtime.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "test code: a panic is how it reports, and every one is a failed test"
)]

mod block_on;
pub mod clock;
pub mod crash;
pub mod entropy;
pub mod faulty;
pub mod model;
pub mod simulator;
pub mod suite;

pub use block_on::{block_on, block_on_advancing};
