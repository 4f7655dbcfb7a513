//! What the measurements have in common: a mesh on disk, what is sent through it, and what is done with the figures.
//! Measurements, not the product: they read the clock, and panic where a test would. Never a bound on a time.
#![allow(clippy::disallowed_methods, reason = "measurements read the clock")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what goes wrong ends the measurement"
)]

pub mod articles;
pub mod disk;
pub mod echo;
pub mod idle;
pub mod report;
pub mod sample;
pub mod seed;
pub mod twin;
