//! One request from the caller's point of view: as many tries as it takes, none past the deadline.

use std::{future::Future, time::Duration};

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{Clock, ModelError, ModelErrorKind, Usage},
};
use tokio::time::Instant;

use crate::{
    http::{Failure, scrub},
    retry::Tries,
};

/// Far beyond any deadline, and near enough to be added to an instant.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// One request to a provider, as often as it is asked.
#[async_trait]
pub trait Attempt: Send {
    /// What is made of a good answer.
    type Answer: Send;

    /// `provider/model`, for errors and logs.
    fn name(&self) -> &str;

    /// Asks once; ends before `until`, with [`Failure::late`] when there is no answer by then.
    async fn ask(&mut self, until: Instant) -> Result<Self::Answer, Failure>;

    /// How often the provider was called.
    fn exchanges(&self) -> u32;

    /// Takes to a simpler shape when the failure names a field that the server does not take; false when that would change
    /// nothing. After true it is asked again at once.
    fn reshape(&mut self, failure: &Failure) -> bool;

    /// Fetches the key anew after it was refused; false when there is no other.
    async fn rekey(&mut self, _until: Instant) -> Result<bool, Failure> {
        Ok(false)
    }

    /// The key, which no error may show.
    fn key(&self) -> Option<&str> {
        None
    }

    /// Our own words, which no error may quote.
    fn texts(&self) -> Vec<&str>;

    /// What a failed exchange that used so much cost, in millionths of a US dollar; `None` when no price is known.
    fn cost(&self, usage: &Usage) -> Option<u64>;
}

/// What to do after a failure.
enum Next {
    /// Ask again at once, in another shape.
    Reshaped,
    /// Ask again with a key fetched anew.
    Rekey,
    /// Ask again after a while.
    Wait(Duration),
    GiveUp,
}

/// The state of one request.
#[derive(Debug)]
pub struct Call<A> {
    attempt: A,
    /// The deadline on tokio's clock, which does the waiting.
    until: Instant,
    tries: Tries,
    rekeyed: bool,
}

impl<A: Attempt> Call<A> {
    /// A request that ends before `deadline` on `clock`.
    pub fn new(attempt: A, clock: &dyn Clock, deadline: Timestamp) -> Self {
        let until = Instant::now() + clock.now().until(deadline).min(LONGEST);
        Self { attempt, until, tries: Tries::new(), rekeyed: false }
    }

    /// The answer, and how many calls of the provider it took.
    ///
    /// # Errors
    /// The last failure, without key, prompt or answer in it.
    pub async fn run(mut self) -> Result<(A::Answer, u32), ModelError> {
        loop {
            let failure = match self.attempt.ask(self.until).await {
                Ok(answer) => return Ok((answer, self.attempt.exchanges())),
                Err(failure) => failure,
            };
            match self.after(&failure) {
                Next::Reshaped => {}
                Next::Rekey => {
                    self.rekeyed = true;
                    match self.attempt.rekey(self.until).await {
                        Ok(true) => {}
                        Ok(false) => return Err(self.error(failure)),
                        Err(failure) => return Err(self.error(failure)),
                    }
                }
                Next::Wait(time) => {
                    self.log(&failure, time);
                    tokio::time::sleep(time).await;
                }
                Next::GiveUp => return Err(self.error(failure)),
            }
        }
    }

    fn after(&mut self, failure: &Failure) -> Next {
        if self.attempt.reshape(failure) {
            return Next::Reshaped;
        }
        if failure.kind == ModelErrorKind::Auth && self.attempt.exchanges() > 0 && !self.rekeyed {
            return Next::Rekey;
        }
        if !failure.may_heal() {
            return Next::GiveUp;
        }
        let remaining = self.until.saturating_duration_since(Instant::now());
        self.tries.wait(failure.retry_after, remaining).map_or(Next::GiveUp, Next::Wait)
    }

    fn log(&self, failure: &Failure, wait: Duration) {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let request_id = failure.request_id.as_deref().unwrap_or_default();
        let model = self.attempt.name();
        tracing::warn!(%model, code = failure.kind.code(), wait_ms, request_id, "The model is asked again.");
    }

    fn error(&self, failure: Failure) -> ModelError {
        ModelError {
            kind: failure.kind,
            model: self.attempt.name().to_owned(),
            message: scrub::shown(&failure.message, self.attempt.key(), &self.attempt.texts()),
            retry_after: failure.retry_after,
            provider_request_id: failure.request_id,
            usage: failure.usage.as_deref().copied().unwrap_or_default(),
            cost_micro_usd: failure.usage.and_then(|usage| self.attempt.cost(&usage)),
        }
    }
}

/// The outcome of the work, or [`Failure::late`] when there is none by then.
///
/// # Errors
/// As said.
pub async fn in_time<T: Send>(until: Instant, work: impl Future<Output = T> + Send) -> Result<T, Failure> {
    tokio::time::timeout_at(until, work).await.map_err(|_| Failure::late())
}
