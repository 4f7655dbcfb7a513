//! The agent behind the runner, over a store in memory, with a model that draws what a test tells it to.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

mod brand;
mod conflicts;
mod declaration;
mod failures;
mod files;
mod parts;
mod support;
