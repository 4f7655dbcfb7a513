//! One attempt at an event: begin, handle, and what a failure costs it.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::{FutureExt, future::Either};
use mesh_contracts::events::ErrorType;
use uuid::Uuid;

use super::{
    Ended, Fate, LEASE_MARGIN, Lease, Runner, Setback, backoff,
    conclude::{Conclusive, Settled},
    dispatch, freeze,
};
use crate::{
    agent::{AgentError, Outcome},
    context::Context,
    envelope::{Arrival, Rejection},
    event::Event,
    ids,
    ports::{BeginRequest, Begun, Delivery, DocKey},
};

/// How often a handler is run again on fresh state after a conflict.
const CONFLICT_RUNS: u32 = 3;
/// From this receive on, a conflict counts: what never clears is to be suspended by its name before the queue, after 20
/// receives, moves it away without one.
const CONFLICTS_COUNT_FROM: u32 = 10;
/// What every event needs, for the circuits.
const STORES: [&str; 2] = ["state_store", "blobs"];
/// Kind of the rows that say how a run ended.
pub(super) const FATES: &str = "fates";

/// An event in hand: what arrived, under which lease, for the how-manieth time.
pub(super) struct Attempt<'a> {
    pub(super) arrival: &'a Arrival,
    pub(super) delivery: &'a Delivery,
    pub(super) lease: Lease,
    pub(super) number: u32,
    pub(super) suspensions: u32,
    /// What models were paid during this attempt.
    pub(super) spent: mesh_contracts::events::Cost,
}

impl Runner {
    pub(super) async fn begin(
        &self,
        mut arrival: Arrival,
        delivery: &Delivery,
        ends_at: Option<crate::time::Timestamp>,
    ) -> Fate {
        let now = self.ports.clock.now();
        let needs = self.needs(&arrival).into_iter();
        if let Err(wait) = self.circuits.admit(needs, delivery.receive_count, now, self.policy.backoff_scale) {
            return Fate::retry(Ended::NotBegun, wait);
        }
        let lease = self.lease(ends_at);
        let mut begun = self.ports.state.begin(&self.begin_request(&arrival, lease)).await;
        if matches!(begun, Ok(Begun::Reused)) {
            if self.agent.manifest().observes() {
                return Fate::ack(Ended::Ignored);
            }
            arrival = reused(arrival);
            begun = self.ports.state.begin(&self.begin_request(&arrival, lease)).await;
        }
        match begun {
            Ok(Begun::Started { attempt, suspensions }) => {
                self.log_received(&arrival, attempt);
                let spent = mesh_contracts::events::Cost::default();
                let attempt = Attempt { arrival: &arrival, delivery, lease, number: attempt, suspensions, spent };
                self.attempt(attempt).await
            }
            Ok(Begun::Held { until }) => {
                let wait = self.ports.clock.now().until(until) + Duration::from_millis(50);
                Fate::retry(Ended::Held, wait.min(Duration::from_secs(900)))
            }
            Ok(Begun::Done { undispatched }) => {
                dispatch::dispatch(&self.ports, self.name(), arrival.id, &undispatched).await;
                Fate::ack(Ended::AlreadyDone)
            }
            Ok(Begun::Reused) => Fate::retry(Ended::SetBack("IDEMPOTENCY_KEY_REUSED"), self.soon()),
            Err(error) => {
                self.circuits.failed(error.port(), now, self.policy.backoff_scale);
                tracing::warn!(agent = self.name(), %error, "The ledger could not be reached.");
                // It may have begun all the same, and nothing was tried.
                self.release(arrival.id, lease, false).await;
                Fate::retry(Ended::SetBack("STORE_UNAVAILABLE"), self.soon())
            }
        }
    }

    fn begin_request(&self, arrival: &Arrival, lease: Lease) -> BeginRequest {
        BeginRequest {
            agent: self.name().to_owned(),
            event_id: arrival.id,
            fingerprint: arrival.fingerprint.clone(),
            correlation_id: arrival.correlation_id,
            event_type: arrival.event_type.map_or_else(|| "unknown".to_owned(), |spec| spec.event_type.to_owned()),
            token: lease.token,
            lease_until: lease.deadline.plus(LEASE_MARGIN),
            afresh: false,
        }
    }

    /// What handling this event depends on, for the circuits. What is no valid event is rejected without a model.
    fn needs<'a>(&'a self, arrival: &Arrival) -> Vec<&'a str> {
        let valid = arrival.event_type.filter(|_| matches!(arrival.verdict, Some(Ok(_))));
        let handled = valid.and_then(|spec| self.agent.manifest().handles(spec.event_type));
        let asks = handled.map(|subscription| subscription.asks.as_slice()).unwrap_or_default();
        STORES.into_iter().chain(asks.iter().map(String::as_str)).collect()
    }

    pub(super) fn soon(&self) -> Duration {
        backoff::soon(self.policy.backoff_scale, self.ports.entropy.bits())
    }

    async fn attempt(&self, mut attempt: Attempt<'_>) -> Fate {
        if attempt.number > self.policy.attempts {
            let message = format!("{} attempts ended without a word (crash or time-out)", self.policy.attempts);
            return self.suspend(&attempt, "HANDLER_DIED", ErrorType::Infrastructure, &message).await;
        }
        for _ in 0..CONFLICT_RUNS {
            match self.run_once(&mut attempt).await {
                Settled::Fate(fate) => return fate,
                Settled::Conflict => continue,
            }
        }
        if attempt.delivery.receive_count >= CONFLICTS_COUNT_FROM {
            let message = format!("others wrote first in each of {CONFLICT_RUNS} runs of this attempt");
            let error_type = ErrorType::Infrastructure;
            let setback = Setback { code: "CONFLICT", error_type, message, after: None, counted: true };
            return self.set_back(&attempt, setback).await;
        }
        self.give_back(&attempt, false).await;
        Fate::retry(Ended::SetBack("CONFLICT"), self.soon())
    }

    async fn run_once(&self, attempt: &mut Attempt<'_>) -> Settled {
        let conclusive = match self.handle(attempt).await {
            Ok(conclusive) => conclusive,
            Err(setback) => return Settled::Fate(self.set_back(attempt, setback).await),
        };
        match conclusive.ended {
            Ended::Failed(_) => {}
            // Whoever rejects need not have asked a model: that says nothing of it.
            Ended::Rejected(_) => self.circuits.succeeded(STORES.into_iter()),
            _ => self.circuits.succeeded(self.needs(attempt.arrival).into_iter()),
        }
        self.conclude(attempt, conclusive).await
    }

    /// Runs the handler (or not, for what is no valid event) and turns its answer into what is to be committed.
    async fn handle(&self, attempt: &mut Attempt<'_>) -> Result<Conclusive, Setback> {
        let result = match &attempt.arrival.verdict {
            Some(Ok(event)) => {
                let context = Context::new(self.agent.manifest(), &self.ports, event, attempt.lease);
                let result = self.guarded(event, &context, attempt.lease).await;
                attempt.spent = context.spent();
                result
            }
            Some(Err(Rejection { code, message, details })) => {
                Err(AgentError::Reject { code, message: message.clone(), details: details.clone() })
            }
            None => Ok(Outcome::nothing()),
        };
        match result {
            Ok(outcome) => freeze::outcome(self, attempt, outcome),
            Err(AgentError::Reject { code, message, details }) => self.rejected(attempt, code, &message, details).await,
            Err(AgentError::Fail { code, error_type, message, writes }) => {
                let event_id = attempt.arrival.id;
                tracing::error!(agent = self.name(), %event_id, code, ?error_type, reason = message, "The event failed for good.");
                self.failed(attempt, code, error_type, &message, writes).await
            }
            Err(AgentError::Retry { code, error_type, message, after, dependency, counted }) => {
                if let Some(dependency) = dependency {
                    self.circuits.failed(dependency, self.ports.clock.now(), self.policy.backoff_scale);
                }
                Err(Setback { code, error_type, message, after, counted })
            }
        }
    }

    /// The handler under its deadline, its panics caught.
    async fn guarded(&self, event: &Event, context: &Context<'_>, lease: Lease) -> Result<Outcome, AgentError> {
        let broken = |code, message: &str| AgentError::Retry {
            code,
            error_type: ErrorType::Infrastructure,
            message: message.to_owned(),
            after: None,
            dependency: None,
            counted: true,
        };
        let handler = AssertUnwindSafe(self.agent.handle(event, context)).catch_unwind();
        let timeout = self.ports.clock.sleep_until(lease.deadline);
        match futures_util::future::select(handler, timeout).await {
            Either::Left((Ok(result), _)) => result,
            Either::Left((Err(_), _)) => Err(broken("HANDLER_PANICKED", "the handler panicked")),
            Either::Right(((), _)) => Err(broken("TIMEOUT", "the handler did not end before its deadline")),
        }
    }

    async fn set_back(&self, attempt: &Attempt<'_>, setback: Setback) -> Fate {
        let Setback { code, error_type, message, after, counted } = setback;
        tracing::warn!(agent = self.name(), event_id = %attempt.arrival.id, attempt = attempt.number, code, reason = message, "The attempt failed.");
        if counted && attempt.number >= self.policy.attempts {
            return self.suspend(attempt, code, error_type, &message).await;
        }
        self.give_back(attempt, counted).await;
        if !counted && after == Some(Duration::ZERO) {
            return Fate::retry(Ended::SetBack(code), self.soon());
        }
        let random = self.ports.entropy.bits();
        let number = if counted { attempt.number } else { 1 };
        Fate::retry(Ended::SetBack(code), backoff::after(number, after, self.policy.backoff_scale, random))
    }

    /// Gives the lease back; when that fails the lease runs out by itself.
    pub(super) async fn give_back(&self, attempt: &Attempt<'_>, counted: bool) {
        self.release(attempt.arrival.id, attempt.lease, counted).await;
    }

    async fn release(&self, event_id: Uuid, lease: Lease, counted: bool) {
        if let Err(error) = self.ports.state.release(self.name(), event_id, lease.token, counted).await {
            tracing::warn!(agent = self.name(), %error, "The lease could not be given back; it runs out by itself.");
        }
    }
}

/// The same id with another payload is another message: it gets an id of its own, and is rejected.
fn reused(arrival: Arrival) -> Arrival {
    let id: Uuid = ids::derive(arrival.id, &["reused", &arrival.fingerprint]);
    let data = match arrival.verdict {
        Some(Ok(event)) => Some(event.data),
        _ => arrival.data,
    };
    let details = vec![mesh_contracts::Detail::new("ce-id", Some(&arrival.id.to_string()), "one payload per id")];
    let message = "the id was used before with another payload".to_owned();
    let rejection = Rejection { code: "IDEMPOTENCY_KEY_REUSED", message, details };
    Arrival { id, data, verdict: Some(Err(rejection)), ..arrival }
}

/// The key of the row that says how a run ended.
pub(super) fn fate_key(correlation_id: Uuid) -> DocKey {
    DocKey::new(FATES, correlation_id.to_string())
}
