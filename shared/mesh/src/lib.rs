//! The core of the mesh: agents, the runner that carries their messages, and the ports both stand on.
//! Never AWS, SQL, HTTP, tokio, clocks or randomness; those are behind [`ports`].

pub mod message;
pub mod ports;
pub mod time;

pub use time::Timestamp;
