//! The program as people use it: typed, run, read. What varies (ids, times, paths) is written as `[id]`, `[time]`, ...

#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod contracts;
mod contracts_diff;
mod demo;
mod door;
mod help;
mod mesh;
mod output;
mod prompts;
mod providers;
mod repair;
mod up;
