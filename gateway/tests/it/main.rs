//! The router as callers meet it, over a store in memory.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

mod auth;
mod document;
mod generate;
mod problems;
mod records;
mod support;
mod withdraw;
