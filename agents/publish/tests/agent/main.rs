//! The agent behind the runner, over a store in memory.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

mod addresses;
mod due;
mod join_properties;
mod joins;
mod pages;
mod standing;
mod support;
mod withdrawal;
