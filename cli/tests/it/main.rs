//! The program as people use it: typed, run, read. What varies (ids, times, paths) is written as `[id]`, `[time]`, ...

#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod contracts;
mod contracts_diff;
mod cost;
mod demo;
mod door;
mod help;
mod mesh;
mod output;
mod prompts;
mod providers;
mod repair;
#[path = "../../../shared/models/tests/support/server.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "shared with the tests of the adapters")]
mod server;
mod up;
