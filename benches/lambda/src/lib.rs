//! What one agent costs as a Lambda function: start, time a record, calls to AWS, memory, size; beside a peer in
//! Python.
//! Stubs of AWS, the processes that are measured, and what is made of the figures. Measurements, not the product.
#![allow(clippy::disallowed_methods, reason = "measurements read the clock and start tasks")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what goes wrong ends the measurement"
)]

pub mod article;
pub mod comparison;
pub mod events;
pub mod figures;
pub mod limit;
pub mod mapping;
pub mod process;
pub mod records;
pub mod setup;
pub mod steady;
pub mod stub;
