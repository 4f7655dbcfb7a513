//! How many requests a minute. Counted in this process alone: with n processes a key can make up to n times as many.

use std::{
    collections::BTreeMap,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use governor::{
    Quota, RateLimiter, clock::Clock as GovernorClock, middleware::NoOpMiddleware, nanos::Nanos, state::InMemoryState,
    state::NotKeyed,
};
use mesh_core::ports::Clock;

use crate::problem::{Kind, Problem};

/// Most names that are counted; beyond it counting starts anew, which lets more through and never less.
const MOST: usize = 10_000;

/// The mesh's clock as governor reads it.
#[derive(Debug, Clone)]
struct Ticks(Arc<dyn Clock>);

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        u64::try_from(self.0.now().0).unwrap_or(0).saturating_mul(1_000_000).into()
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Nanos>>;

/// Counters by name.
pub(crate) struct Limits {
    clock: Ticks,
    counters: Mutex<BTreeMap<String, (NonZeroU32, Arc<Limiter>)>>,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limits")
    }
}

impl Limits {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock: Ticks(clock), counters: Mutex::default() }
    }

    /// Counts one of at most `per_minute`; says in whole seconds when there is room again.
    pub(crate) fn count(&self, name: &str, per_minute: u32) -> Result<(), Problem> {
        let refused = match self.limiter(name, per_minute).check() {
            Ok(()) => return Ok(()),
            Err(refused) => refused,
        };
        let wait = refused.wait_time_from(self.clock.now());
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let detail = format!("more than {per_minute} requests a minute");
        Err(Problem::new(Kind::RateLimited, detail).after(seconds.max(1)))
    }

    fn limiter(&self, name: &str, per_minute: u32) -> Arc<Limiter> {
        let most = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, limiter)) = counters.get(name).filter(|(kept, _)| *kept == most) {
            return Arc::clone(limiter);
        }
        if counters.len() >= MOST {
            counters.clear();
        }
        let limiter = Arc::new(RateLimiter::direct_with_clock(Quota::per_minute(most), self.clock.clone()));
        counters.insert(name.to_owned(), (most, Arc::clone(&limiter)));
        limiter
    }
}
