//! The OpenAI adapter against a server on loopback that speaks the wire format, well and badly.
#![allow(clippy::unwrap_used, reason = "test code")]

mod answers;
mod failures;
mod money;
mod retries;
mod secrecy;
#[path = "../support/server.rs"]
mod server;
mod structured;
#[path = "../support/world.rs"]
mod world;
