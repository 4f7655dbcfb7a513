//! One agent at work in a test: behind its runner, over a store in memory, with a clock that the test moves.
//!
//! ```text
//! let bench = AgentBench::new(agent_echo::agent);
//! let fates = bench.tell("EchoRequested", &json!({"message": "hello"}));
//! assert!(fates[0].is_ack());
//! assert_eq!(bench.only("Echoed"), json!({"message": "hello"}));
//! ```
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "test code: a panic is how it reports, and every one is a failed test"
)]

mod bench;
mod event;
mod said;

pub use bench::{AgentBench, Setup};
pub use event::message;
pub use mesh_embedded::{JournalEntry, Store};
pub use said::payload;
