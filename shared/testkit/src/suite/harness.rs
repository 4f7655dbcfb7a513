//! What every suite is made of: cases, the harness that makes fixtures for them, and how time passes.

use std::{fmt, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use mesh_core::{Timestamp, ports::Clock};

use crate::clock::ManualClock;

/// What a case found: nothing, or what was seen instead of what is owed.
pub type Verdict = Result<(), String>;

/// One obligation of a port and the check of it.
pub struct Case<F> {
    /// Its name, as mutation tests and reports use it.
    pub name: &'static str,
    /// The obligation, in a sentence.
    pub must: &'static str,
    pub(crate) run: for<'a> fn(&'a F) -> BoxFuture<'a, Verdict>,
}

impl<F> fmt::Debug for Case<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Case({})", self.name)
    }
}

/// Names an `async fn(&Fixture) -> Verdict` as a [`Case`].
macro_rules! case {
    ($function:path, $must:literal) => {
        $crate::suite::Case {
            name: stringify!($function).rsplit("::").next().unwrap_or_default().trim(),
            must: $must,
            run: |fixture| Box::pin($function(fixture)),
        }
    };
}
pub(crate) use case;

/// A broken obligation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The case's name.
    pub case: &'static str,
    /// The obligation.
    pub must: &'static str,
    /// What was seen instead.
    pub seen: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    seen: {}", self.case, self.must, self.seen)
    }
}

type Make<F> = Box<dyn Fn() -> BoxFuture<'static, F> + Send + Sync>;

/// Makes a fresh fixture for each case: an adapter over an empty backend, and the data that describes it.
pub struct Harness<F> {
    make: Make<F>,
    at_once: usize,
}

impl<F> fmt::Debug for Harness<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Harness")
    }
}

impl<F: Send + 'static> Harness<F> {
    /// A harness whose fixtures are made at once.
    pub fn new(make: impl Fn() -> F + Send + Sync + 'static) -> Self {
        Self { make: Box::new(move || std::future::ready(make()).boxed()), at_once: 1 }
    }

    /// A harness whose fixtures need services to be asked (create a queue, a table, a bucket).
    pub fn asynchronous<T: Future<Output = F> + Send + 'static>(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self { make: Box::new(move || make().boxed()), at_once: 1 }
    }

    /// Runs this many cases at a time: worth it where most of a case is really waiting.
    #[must_use]
    pub fn at_once(mut self, cases: usize) -> Self {
        self.at_once = cases.max(1);
        self
    }
}

/// Runs every case on a fixture of its own; a panic inside counts as a breach of that case.
pub(crate) async fn examine<F>(harness: &Harness<F>, cases: Vec<Case<F>>) -> Vec<Breach> {
    let runs = cases.into_iter().map(|case| async move {
        let fixture = (harness.make)().await;
        let verdict = AssertUnwindSafe((case.run)(&fixture)).catch_unwind().await;
        let seen = match verdict {
            Ok(Ok(())) => return None,
            Ok(Err(seen)) => seen,
            Err(panic) => format!("a panic: {}", panic_text(panic.as_ref())),
        };
        Some(Breach { case: case.name, must: case.must, seen })
    });
    let breaches: Vec<Option<Breach>> = stream::iter(runs).buffered(harness.at_once).collect().await;
    breaches.into_iter().flatten().collect()
}

/// Panics with the list of breaches, if there are any.
pub(crate) fn enforce(port: &str, breaches: &[Breach]) {
    let report: Vec<String> = breaches.iter().map(|breach| format!("  - {breach}")).collect();
    assert!(report.is_empty(), "{port}: {} obligation(s) broken\n{}", report.len(), report.join("\n"));
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message").to_owned()
}

/// How a suite lets time pass for the adapter under test.
#[derive(Debug, Clone)]
pub enum Time {
    /// The adapter was built with this clock; the suite advances it.
    Manual(Arc<ManualClock>),
    /// The service has a clock of its own; the suite really waits.
    Real {
        /// The same time, and waiting for it.
        clock: Arc<dyn Clock>,
        /// The shortest span the service tells apart (SQS: one second).
        unit: Duration,
    },
}

impl Time {
    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Manual(clock) => clock.now(),
            Self::Real { clock, .. } => clock.now(),
        }
    }

    /// `n` units: the spans suites work with, ten seconds each when that costs nothing.
    #[must_use]
    pub fn units(&self, n: u32) -> Duration {
        match self {
            Self::Manual(_) => Duration::from_secs(10) * n,
            Self::Real { unit, .. } => *unit * n,
        }
    }

    /// Lets `by` pass.
    pub async fn pass(&self, by: Duration) {
        match self {
            Self::Manual(clock) => clock.advance(by),
            Self::Real { clock, .. } => clock.sleep_until(clock.now().plus(by)).await,
        }
    }

    /// Whether spans of months can pass; cases that need them are left out otherwise.
    #[must_use]
    pub fn leaps(&self) -> bool {
        matches!(self, Self::Manual(_))
    }

    /// How long a receive waits for a message that ought to be there.
    pub(crate) fn patience(&self) -> Duration {
        match self {
            Self::Manual(_) => Duration::ZERO,
            Self::Real { unit, .. } => *unit,
        }
    }
}

/// How long answers that may lag (queries, queue depths) take to become right.
#[derive(Debug, Clone)]
pub enum Settling {
    /// They never lag.
    AtOnce,
    /// They are asked again, up to `times`, with a pause on this clock in between.
    Eventually {
        /// A clock of real time.
        clock: Arc<dyn Clock>,
        /// Between two questions.
        pause: Duration,
        /// How often at most.
        times: u32,
    },
}

impl Settling {
    /// Asks until the answer passes, or until the patience is over; the last verdict counts.
    pub(crate) async fn until<T, A: Future<Output = T>>(
        &self,
        mut ask: impl FnMut() -> A,
        judge: impl Fn(&T) -> Verdict,
    ) -> Verdict {
        let mut verdict = judge(&ask().await);
        if let Self::Eventually { clock, pause, times } = self {
            for _ in 0..*times {
                if verdict.is_ok() {
                    break;
                }
                clock.sleep_until(clock.now().plus(*pause)).await;
                verdict = judge(&ask().await);
            }
        }
        verdict
    }
}
