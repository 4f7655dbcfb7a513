//! One request from the caller's point of view: as many exchanges as it takes, none past the deadline.

use std::{future::Future, time::Duration};

use mesh_core::{
    Timestamp,
    ports::{ModelError, ModelErrorKind, PortError},
};
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{Connection, Failure, Reply, exchange, scrub};
use crate::retry::Tries;

/// Far beyond any deadline, and near enough to be added to an instant.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What is asked over a [`Connection`], and what its answers mean.
pub(crate) trait Exchange: Send {
    /// What is made of a good answer.
    type Answer: Send;

    /// The JSON body in the shape that the server is known to take.
    fn body(&mut self) -> Result<Vec<u8>, Failure>;

    /// The answer in a reply, or what is wrong with it.
    fn read(&self, reply: &Reply) -> Result<Self::Answer, Failure>;

    /// Takes to a simpler shape when the failure names a field that the server does not take; false when that would change
    /// nothing. After true it is asked again at once.
    fn reshape(&mut self, failure: &Failure) -> bool;

    /// Our own words, which no error may quote.
    fn texts(&self) -> Vec<&str>;
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
pub(crate) struct Call<'a, E> {
    connection: &'a Connection,
    exchange: E,
    /// The deadline on tokio's clock, which does the waiting.
    until: Instant,
    tries: Tries,
    exchanges: u32,
    key: Option<SecretString>,
    rekeyed: bool,
}

impl<'a, E: Exchange> Call<'a, E> {
    pub(crate) fn new(connection: &'a Connection, exchange: E, deadline: Timestamp) -> Self {
        let until = Instant::now() + connection.clock.now().until(deadline).min(LONGEST);
        Self { connection, exchange, until, tries: Tries::new(), exchanges: 0, key: None, rekeyed: false }
    }

    /// The answer, and how many HTTP calls it took.
    pub(crate) async fn run(mut self) -> Result<(E::Answer, u32), ModelError> {
        loop {
            let failure = match self.ask().await {
                Ok(answer) => return Ok((answer, self.exchanges)),
                Err(failure) => failure,
            };
            match self.after(&failure) {
                Next::Reshaped => {}
                Next::Rekey => {
                    if let Err(failure) = self.rekey(failure).await {
                        return Err(self.error(failure));
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

    /// One exchange.
    async fn ask(&mut self) -> Result<E::Answer, Failure> {
        let body = self.exchange.body()?;
        let connection = self.connection;
        let mut request = connection.client.post(connection.endpoint.clone()).headers(connection.headers.clone());
        request = request.header(CONTENT_TYPE, "application/json").body(body);
        if let Some(key) = self.key().await? {
            let header = connection.auth.header(key);
            let (name, value) = header
                .ok_or_else(|| Failure::new(ModelErrorKind::Auth, "the API key is empty or no header can carry it"))?;
            request = request.header(name, value);
        }
        connection.pace.wait(self.until).await?;
        if self.remaining().is_zero() {
            return Err(Failure::late());
        }
        self.exchanges += 1;
        let ids = connection.dialect.request_ids;
        let now = connection.clock.now();
        let exchange = exchange::exchange(request, now, connection.body_cap, ids);
        let reply = in_time(self.until, exchange).await??;
        if let Some(time) = (connection.dialect.closed)(&reply.headers, now) {
            connection.pace.close(time);
        }
        self.exchange.read(&reply)
    }

    /// The key, fetched when it is needed first; `None` for a server without one.
    async fn key(&mut self) -> Result<Option<&SecretString>, Failure> {
        let Some(name) = &self.connection.api_key_name else { return Ok(None) };
        if self.key.is_none() {
            let fetched = in_time(self.until, self.connection.secrets.fetch(name)).await?;
            self.key = Some(fetched.map_err(|error| no_key(&error))?);
        }
        Ok(self.key.as_ref())
    }

    fn after(&mut self, failure: &Failure) -> Next {
        if self.exchange.reshape(failure) {
            return Next::Reshaped;
        }
        if failure.kind == ModelErrorKind::Auth && self.exchanges > 0 && !self.rekeyed {
            return Next::Rekey;
        }
        if !failure.may_heal() {
            return Next::GiveUp;
        }
        let remaining = self.remaining();
        self.tries.wait(failure.retry_after, remaining).map_or(Next::GiveUp, Next::Wait)
    }

    /// Fetches the key anew; fails as before when it is still the same.
    async fn rekey(&mut self, failure: Failure) -> Result<(), Failure> {
        self.rekeyed = true;
        let Some(name) = &self.connection.api_key_name else { return Err(failure) };
        let fetched = in_time(self.until, self.connection.secrets.refresh(name)).await?;
        let fresh = fetched.map_err(|error| no_key(&error))?;
        let same = self.key.as_ref().is_some_and(|old| old.expose_secret() == fresh.expose_secret());
        self.key = Some(fresh);
        if same { Err(failure) } else { Ok(()) }
    }

    fn remaining(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    fn log(&self, failure: &Failure, wait: Duration) {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let request_id = failure.request_id.as_deref().unwrap_or_default();
        let model = &self.connection.name;
        tracing::warn!(%model, code = failure.kind.code(), wait_ms, request_id, "The model is asked again.");
    }

    fn error(&self, failure: Failure) -> ModelError {
        let key = self.key.as_ref().map(ExposeSecret::expose_secret);
        ModelError {
            kind: failure.kind,
            model: self.connection.name.clone(),
            message: scrub::shown(&failure.message, key, &self.exchange.texts()),
            retry_after: failure.retry_after,
            provider_request_id: failure.request_id,
            usage: failure.usage.as_deref().copied().unwrap_or_default(),
        }
    }
}

async fn in_time<T: Send>(until: Instant, work: impl Future<Output = T> + Send) -> Result<T, Failure> {
    tokio::time::timeout_at(until, work).await.map_err(|_| Failure::late())
}

/// Says what is wrong with the secret store in our own words: its words may come from anywhere.
fn no_key(error: &PortError) -> Failure {
    if error.is_transient() {
        Failure::new(ModelErrorKind::Transport, "the secret store that holds the API key is out of reach")
    } else {
        Failure::new(ModelErrorKind::Auth, "the secret that should hold the API key cannot be read")
    }
}
