//! What an account may spend in a month: one document, changed by many handlers at once.

use std::{collections::BTreeMap, fmt, time::Duration};

use chrono::Datelike;
use mesh_contracts::events::ErrorType;
use serde::{Deserialize, Serialize};

use crate::{
    agent::AgentError,
    ports::{DocKey, Document, Write, WriteMode},
    time::Timestamp,
};

/// The kind of these documents. It is the core's own, as `fates` is: no manifest lists it.
pub(super) const BUDGETS: &str = "budgets";
/// How long a month is kept after its last change, for whoever looks back.
const KEPT: Duration = Duration::from_secs(180 * 24 * 3600);

/// A calendar month in UTC; its text is `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Month {
    year: i32,
    month: u32,
}

impl Month {
    /// The month of a time.
    pub(super) fn of(at: Timestamp) -> Self {
        let at = at.datetime();
        Self { year: at.year(), month: at.month() }
    }

    /// The month before.
    pub(super) fn previous(self) -> Self {
        match self.month {
            0 | 1 => Self { year: self.year - 1, month: 12 },
            month => Self { month: month - 1, ..self },
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// The key of an account's month.
pub(super) fn key(account: &str, month: Month) -> DocKey {
    DocKey::new(BUDGETS, format!("{account}/{month}"))
}

/// Money is in millionths of a US dollar.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Budget {
    /// The bound, as the last reservation had it.
    limit_micro_usd: u64,
    /// What calls cost.
    spent_micro_usd: u64,
    /// What calls under way can still cost, by agent, event and step.
    #[serde(default)]
    reserved: BTreeMap<String, Reservation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Reservation {
    micro_usd: u64,
}

/// The answer to a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reserved {
    /// It was made now.
    Now,
    /// An earlier attempt made it, and may have been charged for its call.
    Earlier,
    /// The budget does not hold it; so much is left.
    Short(u64),
}

impl Budget {
    /// Reads it as it is stored.
    pub(super) fn read(document: &Document) -> Result<Self, AgentError> {
        Self::deserialize(&document.body).map_err(|error| {
            let message = format!("the budget {} cannot be read: {error}", document.key.id);
            AgentError::fail("PAYLOAD_CORRUPT", ErrorType::Infrastructure, message)
        })
    }

    /// The write that replaces this version of it (0: there was none).
    pub(super) fn write(&self, key: DocKey, version: u64, now: Timestamp) -> Result<Write, AgentError> {
        let mut write = Write::create(&key.kind, key.id, self)?;
        if version > 0 {
            write.mode = WriteMode::IfVersion(version);
        }
        write.document.expires_at = Some(now.plus(KEPT));
        Ok(write)
    }

    /// Reserves for a call, unless an earlier attempt at it reserved enough.
    pub(super) fn reserve(&mut self, call: &str, limit: u64, quote: u64) -> Reserved {
        let own = self.reserved.get(call).map(|own| own.micro_usd);
        if own.is_some_and(|own| own >= quote) {
            return Reserved::Earlier;
        }
        let left = limit.saturating_sub(self.taken()).saturating_add(own.unwrap_or(0));
        if quote > left {
            return Reserved::Short(left);
        }
        self.limit_micro_usd = limit;
        self.reserved.insert(call.to_owned(), Reservation { micro_usd: quote });
        if own.is_some() { Reserved::Earlier } else { Reserved::Now }
    }

    /// Turns a reservation into what the call cost, as much as was reserved when that is not known; false when there is
    /// none.
    pub(super) fn settle(&mut self, call: &str, cost: Option<u64>) -> bool {
        let Some(reservation) = self.reserved.remove(call) else { return false };
        self.spent_micro_usd = self.spent_micro_usd.saturating_add(cost.unwrap_or(reservation.micro_usd));
        true
    }

    /// Takes a reservation back; false when there is none.
    pub(super) fn release(&mut self, call: &str) -> bool {
        self.reserved.remove(call).is_some()
    }

    /// What is spent or may yet be.
    fn taken(&self) -> u64 {
        self.reserved.values().fold(self.spent_micro_usd, |sum, one| sum.saturating_add(one.micro_usd))
    }
}

/// An amount for people: `0.0125 USD`.
pub(super) fn usd(micro: u64) -> String {
    let digits = format!("{:06}", micro % 1_000_000);
    let (cents, rest) = digits.split_at(2);
    format!("{}.{cents}{} USD", micro / 1_000_000, rest.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::{Budget, Month, Reserved, usd};
    use crate::time::Timestamp;

    #[test]
    fn a_month_is_that_of_utc_and_follows_another() {
        let of = |text: &str| Month::of(Timestamp::parse(text).expect("a time"));
        assert_eq!(of("2026-03-31T23:59:59.999Z").to_string(), "2026-03");
        assert_eq!(of("2026-04-01T01:00:00+02:00").to_string(), "2026-03");
        assert_eq!(of("2026-01-05T09:00:00Z").previous().to_string(), "2025-12");
        assert_eq!(of("2026-12-05T09:00:00Z").previous().to_string(), "2026-11");
    }

    #[test]
    fn amounts_have_cents_at_least() {
        let amounts = [(0, "0.00"), (1, "0.000001"), (12_500, "0.0125"), (3_000_000, "3.00"), (20_100_000, "20.10")];
        for (micro, text) in amounts {
            assert_eq!(usd(micro), format!("{text} USD"));
        }
    }

    #[test]
    fn a_reservation_counts_until_it_is_settled_or_released() {
        let mut budget = Budget::default();
        assert_eq!(budget.reserve("a", 100, 60), Reserved::Now);
        assert_eq!(budget.reserve("b", 100, 41), Reserved::Short(40));
        assert!(budget.settle("a", Some(25)), "it was reserved");
        assert!(!budget.settle("a", Some(25)), "once");
        assert_eq!(budget.reserve("b", 100, 75), Reserved::Now);
        assert!(budget.release("b") && !budget.release("b"));
        assert_eq!(budget.reserve("c", 100, 70), Reserved::Now);
        assert!(budget.settle("c", None), "as much as was reserved");
        assert_eq!(budget.reserve("d", 100, 6), Reserved::Short(5));
        assert_eq!(budget.reserve("d", 90, 1), Reserved::Short(0), "a lowered bound");
    }

    #[test]
    fn a_later_attempt_finds_its_own_and_adds_what_lacks() {
        let mut budget = Budget::default();
        assert_eq!(budget.reserve("a", 100, 60), Reserved::Now);
        assert_eq!(budget.reserve("a", 10, 60), Reserved::Earlier, "what is reserved stays");
        assert_eq!(budget.reserve("a", 100, 90), Reserved::Earlier);
        assert_eq!(budget.reserve("b", 100, 11), Reserved::Short(10), "90 are reserved");
        assert_eq!(budget.reserve("a", 100, 101), Reserved::Short(100), "its own is not in its way");
    }
}
