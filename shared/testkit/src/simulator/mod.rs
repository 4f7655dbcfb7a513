//! What a deterministic simulation stands on: tasks in an order that a seed chooses, time that jumps, ports on which a
//! seed lets things go wrong, queues that deliver as loosely as SQS may, and a history of it all. It knows ports and
//! futures, never an agent.
//!
//! Nothing here reads a clock or rolls dice of its own: the same seed gives the same history, byte for byte.

mod dice;
mod history;
mod moody;
mod post;
mod scheduler;
mod turns;

pub use dice::{Dice, Odds};
pub use history::{History, Line};
pub use moody::{Moods, Moody};
pub use post::{Post, Roughness};
pub use scheduler::Scheduler;
pub use turns::{Turns, turn};
