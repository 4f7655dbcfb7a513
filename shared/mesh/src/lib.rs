//! The core of the mesh: agents, the runner that carries their messages, and the ports both stand on.
//! Never AWS, SQL, HTTP, tokio, clocks or randomness; those are behind [`ports`].

pub mod agent;
pub mod config;
pub mod context;
pub mod env;
pub mod envelope;
pub mod event;
pub mod ids;
pub mod manifest;
pub mod message;
mod metric;
pub mod ports;
mod prompt;
pub mod runner;
pub mod submit;
pub mod time;

pub use agent::{Agent, AgentError, Emit, Outcome};
pub use config::{ConfigError, Settings};
pub use context::Context;
pub use event::Event;
pub use manifest::Manifest;
pub use prompt::Prompt;
pub use runner::{Fate, Policy, Ports, Runner};
pub use time::Timestamp;
