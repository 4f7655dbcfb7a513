//! Who called what how often.

use std::{collections::BTreeMap, sync::Mutex};

/// One operation of one service, such as `DynamoDB` `UpdateItem`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// The access key the request was signed with; each process has its own.
    pub caller: String,
    /// Service.
    pub service: &'static str,
    /// Operation.
    pub name: String,
}

/// A counter for each operation.
#[derive(Debug, Default)]
pub struct Calls(Mutex<BTreeMap<Operation, u64>>);

impl Calls {
    /// One more.
    pub fn count(&self, caller: &str, service: &'static str, name: &str) {
        let operation = Operation { caller: caller.to_owned(), service, name: name.to_owned() };
        *self.0.lock().unwrap().entry(operation).or_default() += 1;
    }

    /// All counters as they stand.
    #[must_use]
    pub fn all(&self) -> BTreeMap<Operation, u64> {
        self.0.lock().unwrap().clone()
    }

    /// Starts from zero.
    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    /// Calls of one caller.
    #[must_use]
    pub fn of(&self, caller: &str) -> u64 {
        self.0.lock().unwrap().iter().filter(|(operation, _)| operation.caller == caller).map(|(_, n)| n).sum()
    }
}
