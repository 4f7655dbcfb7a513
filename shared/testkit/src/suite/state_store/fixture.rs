//! What a case of this suite works on.

use std::{any::Any, fmt, sync::Arc};

use mesh_core::ports::StateStore;

use crate::suite::{Settling, Time};

/// The kinds of document the suite uses, for stores that need a table each.
pub const KINDS: [&str; 2] = ["widget", "gadget"];

/// The agents the suite uses, for stores that need a ledger each.
pub const AGENTS: [&str; 2] = ["alpha", "beta"];

/// A store that holds nothing, and what is particular to it.
pub struct Fixture {
    /// The store under test.
    pub store: Arc<dyn StateStore>,
    /// Its time; a store built with a [`ManualClock`](crate::clock::ManualClock) runs every case.
    pub time: Time,
    /// How long queries lag.
    pub settling: Settling,
    /// Whatever must live as long as the store, such as a directory.
    pub keep: Option<Box<dyn Any + Send + Sync>>,
}

impl Fixture {
    /// A store whose queries never lag.
    pub fn new(store: Arc<dyn StateStore>, time: Time) -> Self {
        Self { store, time, settling: Settling::AtOnce, keep: None }
    }
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fixture({:?})", self.store)
    }
}
