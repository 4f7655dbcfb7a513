//! The ports on SQLite and a file system: a strict model of SNS, SQS, DynamoDB and S3, durable on disk.
//! Never an agent, never a rule of the mesh, never the environment.
//!
//! [`Store::open`] shares one directory between any number of processes; [`Store::in_memory`] is for simulation: every
//! call is done when it is first polled, on no other thread, and all ids come from the entropy handed over.

mod blobs;
mod db;
mod error;
pub mod host;
mod housekeeping;
mod journal;
mod notification;
mod owners;
mod queue;
mod secrets;
mod state;
mod store;
mod topics;
mod wake;

pub use blobs::EmbeddedBlobs;
pub use error::OpenError;
pub use housekeeping::Purged;
pub use journal::{Journal, JournalEntry};
pub use mesh_system::{SystemClock, SystemEntropy};
pub use queue::{EmbeddedQueue, EmbeddedQueues, Peeked, QueueSpec, Redrive};
pub use secrets::EnvSecrets;
pub use state::EmbeddedState;
pub use store::{Options, Store, SyncMode};
pub use topics::EmbeddedTopics;
