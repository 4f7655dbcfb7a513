//! The OpenAI adapter against a server on loopback that speaks the wire format, well and badly.
#![allow(clippy::unwrap_used, reason = "test code")]

mod answers;
mod failures;
mod retries;
mod secrecy;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/world.rs"]
mod world;
