//! Small, correct, in-memory implementations of the ports, each with a switch that breaks one obligation.

mod blobs;
mod publisher;
mod queue;
mod state_store;
mod transaction;

pub(crate) use blobs::{BlobsFlaw, MemoryBlobs};
pub(crate) use publisher::{MemoryPublisher, PublisherFlaw};
pub(crate) use queue::{MemoryQueue, QueueFlaw, RETENTION};
pub(crate) use state_store::{MemoryStore, StoreFlaw};
