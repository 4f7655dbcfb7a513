//! Decorators that make ports fail, throttle and crash as a shared [`FaultPlan`] says.
//!
//! Every call through any decorator of one plan gets the next number `k`, from 1, and is recorded. A crash-point test
//! runs once without faults to learn how many calls there are, then once per `k` with a crash before and after it.

mod blobs;
mod fault;
mod image_model;
mod plan;
mod publisher;
mod queue;
mod state_store;
mod text_model;

pub use blobs::FaultyBlobs;
pub use fault::{CallRecord, Fault};
pub use image_model::FaultyImageModel;
pub use plan::FaultPlan;
pub use publisher::FaultyPublisher;
pub use queue::FaultyQueue;
pub use state_store::FaultyStateStore;
pub use text_model::FaultyTextModel;
