//! Update expressions for ledger entries, put together from what changes. No attribute of the ledger is a reserved
//! word.

use aws_sdk_dynamodb::types::AttributeValue;
use mesh_core::Timestamp;

use super::{
    LIFETIME,
    item::{EXPIRES_AT, EXPIRES_MS, Item, number, seconds, text, time},
    outbox::{Kept, waiting},
};

/// A change of one entry under a condition.
#[derive(Debug)]
pub(super) struct Change {
    condition: String,
    sets: Vec<String>,
    removes: Vec<&'static str>,
    values: Item,
}

impl Change {
    /// A change on that condition; every change touches the entry and raises its revision.
    pub(super) fn when(condition: impl Into<String>, now: Timestamp) -> Self {
        let sets = vec!["revision = revision + :one".to_owned()];
        let change = Self { condition: condition.into(), sets, removes: Vec::new(), values: Item::new() };
        change.with(":one", number(1)).set("updated_at", time(now))
    }

    /// A value for the condition.
    pub(super) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    pub(super) fn set(mut self, name: &'static str, value: AttributeValue) -> Self {
        self.sets.push(format!("{name} = :{name}"));
        self.values.insert(format!(":{name}"), value);
        self
    }

    /// Adds a term such as `attempts = attempts - :one`.
    pub(super) fn term(mut self, term: &str) -> Self {
        self.sets.push(term.to_owned());
        self
    }

    pub(super) fn remove(mut self, names: &[&'static str]) -> Self {
        self.removes.extend_from_slice(names);
        self
    }

    /// What follows from the outbox as it will be: the sparse index, and whether the entry may ever expire.
    pub(super) fn follow(self, agent: &str, outbox: &[Kept], suspended: bool, now: Timestamp) -> Self {
        let soonest = outbox.iter().filter(|kept| !kept.entry.dispatched).map(Kept::ready_at).min();
        let indexed = match (waiting(outbox), soonest) {
            (Some(waiting), Some(soonest)) => {
                self.set("waiting", waiting).set("pending", text(agent)).set("due_at", time(soonest))
            }
            _ => self.remove(&["waiting", "pending", "due_at"]),
        };
        if soonest.is_none() && !suspended { indexed.expire(now) } else { indexed.remove(&[EXPIRES_MS, EXPIRES_AT]) }
    }

    /// Lets the entry live its time from now.
    pub(super) fn expire(self, now: Timestamp) -> Self {
        let expires = now.plus(LIFETIME);
        self.set(EXPIRES_MS, time(expires)).set(EXPIRES_AT, seconds(expires))
    }

    /// The condition, the update expression and their values.
    pub(super) fn build(self) -> (String, String, Item) {
        let mut update = format!("SET {}", self.sets.join(", "));
        if !self.removes.is_empty() {
            update.push_str(" REMOVE ");
            update.push_str(&self.removes.join(", "));
        }
        (self.condition, update, self.values)
    }
}
