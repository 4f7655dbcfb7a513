//! The store against the conformance suites, and against what is particular to it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code: a panic is how it reports")]

mod blobs;
mod conformance;
mod db;
mod housekeeping;
mod journal;
mod processes;
mod queues;
mod support;
