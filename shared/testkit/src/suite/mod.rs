//! Conformance suites: what every implementation of a port owes, as cases over `&dyn Port`.
//!
//! An adapter's test is one line per port: `suite::queue::all(&harness).await`. The harness makes a fresh, empty
//! [`Fixture`](queue::Fixture) for each case; what differs between services is declared in it as data. Every case runs,
//! and the failure lists each broken obligation by name.

pub mod blobs;
pub mod image_model;
pub mod publisher;
pub mod queue;
pub mod secrets;
pub mod state_store;
pub mod text_model;

mod harness;
mod notification;
mod support;

pub use harness::{Breach, Case, Harness, Settling, Time, Verdict};
pub use notification::Notification;

pub(crate) use harness::{case, enforce, examine};
pub(crate) use support::{Said, ensure, ensure_eq};
