//! Carries one message from delivery to its fate. The unit is [`Runner::process`]; loops, signals and threads are the host's.

mod afresh;
mod attempt;
mod backoff;
mod circuit;
mod conclude;
mod dispatch;
mod failure;
mod fate;
mod freeze;
mod predict;
mod quarantine;
mod report;
mod suspend;

use std::{sync::Arc, time::Duration};

pub use afresh::start_afresh;
pub use circuit::Circuits;
pub(crate) use conclude::entries;
pub use dispatch::redispatch;
pub(crate) use dispatch::{dispatch, sweep};
pub use fate::{Ended, Fate};
pub use predict::{Known, Pointed, Predicted, look_at, pointers, predict};
pub use quarantine::{Quarantined, quarantine_key};
pub use suspend::{DLQ_AGENT, DLQ_CODE, DLQ_EVENT_ID};

use mesh_contracts::events::ErrorType;
use report::MetricNames;
use tracing::Instrument;

use crate::{
    agent::Agent,
    envelope,
    ports::{Blobs, Clock, Delivery, Entropy, Models, Publisher, Queue, StateStore},
    time::Timestamp,
};

/// How long a handler's lease outlives its deadline.
pub const LEASE_MARGIN: Duration = Duration::from_secs(2);
/// How long before the invocation's end the handler's deadline is, to commit and dispatch in.
pub const COMMIT_RESERVE: Duration = Duration::from_secs(3);
/// A record with less time left is not begun.
pub const LEAST_TIME: Duration = Duration::from_secs(5);
/// Undispatched messages older than this are the sweeper's.
pub const SWEEP_AGE: Duration = Duration::from_secs(30);

/// How long fates are kept, like ledger, answers and quarantine.
pub const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// What a runner works with.
#[derive(Debug, Clone)]
pub struct Ports {
    /// Documents, ledger, outbox.
    pub state: Arc<dyn StateStore>,
    /// Drafts, answers, quarantine.
    pub blobs: Arc<dyn Blobs>,
    /// Topics.
    pub publisher: Arc<dyn Publisher>,
    /// The models agents may ask.
    pub models: Models,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// How long one model call may take.
    pub model_timeout: Duration,
}

/// How a runner behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Attempts before an event is suspended.
    pub attempts: u32,
    /// Factor on every back-off.
    pub backoff_scale: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { attempts: 5, backoff_scale: 1.0 }
    }
}

/// A right to handle an event, for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Proves it at commit.
    pub token: uuid::Uuid,
    /// When the handler must be done.
    pub deadline: Timestamp,
}

/// Runs one agent.
#[derive(Debug)]
pub struct Runner {
    agent: Arc<dyn Agent>,
    ports: Ports,
    dlq: Arc<dyn Queue>,
    policy: Policy,
    circuits: Circuits,
    metric_name: MetricNames,
}

impl Runner {
    /// A runner of `agent`; `dlq` is the dead-letter queue of the agent's queue.
    pub fn new(agent: Arc<dyn Agent>, ports: Ports, dlq: Arc<dyn Queue>, policy: Policy) -> Self {
        let metric_name = MetricNames::of(&agent.manifest().name, &ports.models.text_name());
        Self { agent, ports, dlq, policy, circuits: Circuits::default(), metric_name }
    }

    /// The agent.
    #[must_use]
    pub fn agent(&self) -> &Arc<dyn Agent> {
        &self.agent
    }

    /// Carries one delivery to its fate. `ends_at` is when the host has to give the processor back (a Lambda's deadline).
    /// The host then acks or nacks as the fate says.
    pub async fn process(&self, delivery: &Delivery, ends_at: Option<Timestamp>) -> Fate {
        let started = self.ports.clock.now();
        if ends_at.is_some_and(|end| started.until(end) < LEAST_TIME) {
            return Fate::retry(Ended::NotBegun, Duration::ZERO);
        }
        let arrival = envelope::decode(delivery, self.agent.manifest());
        let seen = report::Seen::of(&arrival);
        let span = self.span(&arrival, delivery);
        let fate = match arrival.verdict {
            None => Fate::ack(Ended::Ignored),
            // Who only looks on has nothing to say about it; whoever acts on the message rejects it.
            Some(Err(_)) if self.agent.manifest().observes() => Fate::ack(Ended::Ignored),
            Some(_) => self.begin(arrival, delivery, ends_at).instrument(span.clone()).await,
        };
        span.in_scope(|| self.report(&fate, &seen, started));
        fate
    }

    /// Publishes what earlier invocations committed and could not dispatch, and what has come due.
    /// Answers how many messages were sent.
    ///
    /// # Errors
    /// [`crate::ports::PortError`] when store or publisher is out of reach; the next sweep goes on.
    pub async fn sweep(&self) -> Result<usize, crate::ports::PortError> {
        dispatch::sweep(&self.ports, &self.agent.manifest().name, SWEEP_AGE).await
    }

    fn name(&self) -> &str {
        &self.agent.manifest().name
    }

    fn lease(&self, ends_at: Option<Timestamp>) -> Lease {
        let now = self.ports.clock.now();
        let own = now.plus(self.agent.manifest().timeout());
        let end = ends_at.map_or(own, |end| end.min(own));
        Lease { token: uuid::Uuid::from_u128(self.ports.entropy.bits()), deadline: end.minus(COMMIT_RESERVE) }
    }
}

/// A failed attempt, whatever failed.
#[derive(Debug, Clone)]
struct Setback {
    code: &'static str,
    error_type: ErrorType,
    message: String,
    after: Option<Duration>,
    counted: bool,
}
