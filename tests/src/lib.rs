//! Whole-mesh tests stand on this: every agent over one store in memory, on one thread, with a clock that is moved by hand
//! and ports that fail and crash as planned. Test code: it panics where a test would.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

pub mod articles;
mod check;
mod hooks;
pub mod host;
mod mutation;
mod recorder;
pub mod simulation;
mod world;

pub use check::{Finding, check};
pub use mutation::Mutation;
pub use recorder::Conclusions;
pub use world::{Seat, World};
