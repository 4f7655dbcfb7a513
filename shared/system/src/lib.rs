//! What every real host needs of the system: its clock, its randomness, and the loop that feeds a runner from a queue.
//! Never a store, never an agent.

mod clock;
mod entropy;
mod worker;

pub use clock::SystemClock;
pub use entropy::{SystemEntropy, uuid};
pub use worker::{Worker, work};
