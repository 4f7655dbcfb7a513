//! The hosts without an endpoint: a runner over the embedded ports, events as AWS documents them.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

mod batches;
mod deployment;
mod invocations;
mod support;
