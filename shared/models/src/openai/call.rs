//! One request from the caller's point of view: as many exchanges as it takes, none past the deadline.

use std::{future::Future, sync::Arc, time::Duration};

use mesh_core::{
    Timestamp,
    ports::{Clock, ModelError, ModelErrorKind, PortError, Secrets, Usage},
};
use reqwest::{
    Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{
    failure::Failure,
    http::{self, Reply},
    scrub,
};
use crate::retry::Tries;

/// Far beyond any deadline, and near enough to be added to an instant.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// The way to one endpoint of a provider, and whose key opens it.
pub(super) struct Connection {
    /// `provider/model`, for errors and logs.
    pub(super) name: String,
    /// The model's id at the provider.
    pub(super) model: String,
    pub(super) endpoint: Url,
    /// The name of the secret that holds the key.
    pub(super) api_key_name: String,
    /// The organisation to bill, sent as `OpenAI-Organization`.
    pub(super) organisation: Option<HeaderValue>,
    pub(super) client: reqwest::Client,
    /// Most bytes of an answer.
    pub(super) body_cap: usize,
    pub(super) secrets: Arc<dyn Secrets>,
    pub(super) clock: Arc<dyn Clock>,
}

/// What is asked over a [`Connection`], and what its answers mean.
pub(super) trait Exchange: Send {
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
pub(super) struct Call<'a, E> {
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
    pub(super) fn new(connection: &'a Connection, exchange: E, deadline: Timestamp) -> Self {
        let until = Instant::now() + connection.clock.now().until(deadline).min(LONGEST);
        Self { connection, exchange, until, tries: Tries::new(), exchanges: 0, key: None, rekeyed: false }
    }

    /// The answer, and how many HTTP calls it took.
    pub(super) async fn run(mut self) -> Result<(E::Answer, u32), ModelError> {
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
        if self.key.is_none() {
            let fetched = in_time(self.until, connection.secrets.fetch(&connection.api_key_name)).await?;
            self.key = Some(fetched.map_err(|error| no_key(&error))?);
        }
        let authorization = self.key.as_ref().and_then(http::authorization);
        let authorization = authorization
            .ok_or_else(|| Failure::new(ModelErrorKind::Auth, "the API key is empty or no header can carry it"))?;
        let mut request = connection.client.post(connection.endpoint.clone());
        request = request.header(AUTHORIZATION, authorization).header(CONTENT_TYPE, "application/json").body(body);
        if let Some(organisation) = &connection.organisation {
            request = request.header("OpenAI-Organization", organisation.clone());
        }
        if self.remaining().is_zero() {
            return Err(Failure::late());
        }
        self.exchanges += 1;
        let reply = in_time(self.until, http::exchange(request, connection.clock.now(), connection.body_cap)).await??;
        self.exchange.read(&reply)
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
        let connection = self.connection;
        let fetched = in_time(self.until, connection.secrets.refresh(&connection.api_key_name)).await?;
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
            usage: Usage::default(),
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
