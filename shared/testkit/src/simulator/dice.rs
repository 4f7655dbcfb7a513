//! What a seed lets go wrong with the calls of ports.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    entropy::SeededEntropy,
    faulty::{CallRecord, Fault},
};

/// Of so many calls the [`Odds`] speak.
const OF: u64 = 10_000;
/// Entries of a batch that a fault looks at: the most that a service takes at once.
const BATCH: u64 = 10;
/// For how long a task stands still, in seconds: less than a lease, longer than one, longer than any message is hidden.
const FREEZES: [u64; 4] = [20, 150, 800, 1_200];

/// How often something goes wrong, in 10,000 calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Odds {
    /// The call fails.
    pub fail: u64,
    /// It happens, and its reply is lost.
    pub lost: u64,
    /// The service asks for fewer calls.
    pub throttle: u64,
    /// Some entries of a batch are not taken.
    pub entries: u64,
    /// The process dies: before it, after it, partway through it.
    pub crash: u64,
    /// It takes up to two seconds.
    pub slow: u64,
    /// The task stands still before it.
    pub freeze: u64,
}

/// What is thrown for every call.
pub struct Dice {
    entropy: SeededEntropy,
    odds: Mutex<Odds>,
}

/// How long a call waits.
pub(super) enum Pause {
    None,
    Slow(Duration),
    Freeze(Duration),
}

impl Dice {
    /// The throws of this seed.
    #[must_use]
    pub fn new(seed: u64, odds: Odds) -> Self {
        Self { entropy: SeededEntropy::new(seed), odds: Mutex::new(odds) }
    }

    /// From here on nothing goes wrong.
    pub fn heal(&self) {
        *self.odds.lock().unwrap_or_else(PoisonError::into_inner) = Odds::default();
    }

    /// What becomes of a call.
    pub fn fault(&self, call: &CallRecord) -> Option<Fault> {
        let odds = self.odds();
        let mut throw = self.entropy.below(OF);
        let mut falls = |share: u64| {
            let falls = throw < share;
            throw = throw.wrapping_sub(share);
            falls
        };
        let batch = matches!(call.operation, "publish" | "send" | "ack");
        if falls(odds.fail) {
            return Some(Fault::FailBefore);
        }
        if falls(odds.lost) {
            return Some(Fault::FailAfter);
        }
        if falls(odds.throttle) {
            return Some(Fault::Throttle);
        }
        if falls(odds.crash) {
            return Some(self.crash(batch));
        }
        // There are few batches: what fails in them is thrown for ten times as often.
        (batch && falls(odds.entries * 10)).then(|| self.entries())
    }

    pub(super) fn pause(&self) -> Pause {
        let odds = self.odds();
        let throw = self.entropy.below(OF);
        if throw < odds.freeze {
            let seconds = FREEZES[self.index(FREEZES.len())];
            return Pause::Freeze(Duration::from_secs(seconds));
        }
        if throw < odds.freeze + odds.slow {
            return Pause::Slow(Duration::from_millis(1 + self.entropy.below(2_000)));
        }
        Pause::None
    }

    fn crash(&self, batch: bool) -> Fault {
        match self.entropy.below(if batch { 3 } else { 2 }) {
            0 => Fault::CrashBefore,
            1 => Fault::CrashAfter,
            _ => Fault::CrashPartway(self.index(4)),
        }
    }

    /// Some entries, the first or the second among them, so that a small batch is hit as well.
    fn entries(&self) -> Fault {
        let bits = self.entropy.next_u64();
        let first = usize::from(bits & 1 == 1 && bits & 2 == 2);
        let others = (2..BATCH).filter(|index| bits >> index & 3 == 3).filter_map(|index| usize::try_from(index).ok());
        Fault::FailEntries(others.chain([first]).collect())
    }

    fn index(&self, bound: usize) -> usize {
        usize::try_from(self.entropy.below(bound as u64)).unwrap_or(0)
    }

    fn odds(&self) -> Odds {
        *self.odds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Dice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dice({:?})", self.odds())
    }
}
