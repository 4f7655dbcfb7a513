//! The agent behind the runner, over a store in memory, with a model that says what a test tells it to.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

mod declaration;
mod describe;
mod failures;
mod support;
