//! The agent behind the runner, over a store in memory, with a model that says what a test tells it to.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

mod brief;
mod burst;
mod declaration;
mod failures;
mod generate;
mod observed;
mod stages;
mod status;
mod support;
