//! The store against the conformance suites, and against what is particular to it.

mod blobs;
mod conformance;
mod db;
mod housekeeping;
mod journal;
mod processes;
mod queues;
mod support;
