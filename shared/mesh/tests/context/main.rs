//! What a handler can do besides thinking.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code")]

mod bench;
mod budgets;
mod crashes;
mod models;
mod months;
mod stores;
