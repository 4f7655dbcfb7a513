//! Fields that a server does not take, learned from its refusals.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use crate::http::Failure;

/// The fields that a server is known not to take. They are remembered as long as the value lives.
#[derive(Debug, Default)]
pub struct Without(Mutex<BTreeSet<&'static str>>);

impl Without {
    /// As far as they are known.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<&'static str> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers the field that a failure names; false when it names none, or one that the request, which was put without
    /// `left_out`, did not have.
    pub fn learn(&self, failure: &Failure, left_out: &BTreeSet<&'static str>) -> bool {
        let Some((field, _)) = failure.unsupported else { return false };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(field);
        !left_out.contains(field)
    }
}
