//! Requests over a [`Connection`].

use async_trait::async_trait;
use mesh_core::{
    Timestamp,
    ports::{ModelError, ModelErrorKind, PortError, Usage},
};
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{Connection, Failure, Reply, exchange};
use crate::call::{Attempt, Call, in_time};

/// What is asked over a [`Connection`], and what its answers mean.
pub(crate) trait Exchange: Send {
    /// What is made of a good answer.
    type Answer: Send;

    /// The JSON body in the shape that the server is known to take.
    fn body(&mut self) -> Result<Vec<u8>, Failure>;

    /// The answer in a reply, or what is wrong with it.
    fn read(&self, reply: &Reply) -> Result<Self::Answer, Failure>;

    /// As [`Attempt::reshape`].
    fn reshape(&mut self, failure: &Failure) -> bool;

    /// As [`Attempt::texts`].
    fn texts(&self) -> Vec<&str>;

    /// As [`Attempt::cost`].
    fn cost(&self, usage: &Usage) -> Option<u64>;
}

/// The answer, and how many HTTP calls it took.
pub(crate) async fn call<E: Exchange>(
    connection: &Connection,
    exchange: E,
    deadline: Timestamp,
) -> Result<(E::Answer, u32), ModelError> {
    let attempt = HttpAttempt { connection, exchange, exchanges: 0, key: None };
    Call::new(attempt, &*connection.clock, deadline).run().await
}

/// The state of one request.
struct HttpAttempt<'a, E> {
    connection: &'a Connection,
    exchange: E,
    exchanges: u32,
    key: Option<SecretString>,
}

impl<E: Exchange> HttpAttempt<'_, E> {
    /// The key, fetched when it is needed first; `None` for a server without one.
    async fn fetched(&mut self, until: Instant) -> Result<Option<&SecretString>, Failure> {
        let Some(name) = &self.connection.api_key_name else { return Ok(None) };
        if self.key.is_none() {
            let fetched = in_time(until, self.connection.secrets.fetch(name)).await?;
            self.key = Some(fetched.map_err(|error| no_key(&error))?);
        }
        Ok(self.key.as_ref())
    }
}

#[async_trait]
impl<E: Exchange> Attempt for HttpAttempt<'_, E> {
    type Answer = E::Answer;

    fn name(&self) -> &str {
        &self.connection.name
    }

    async fn ask(&mut self, until: Instant) -> Result<E::Answer, Failure> {
        let body = self.exchange.body()?;
        let connection = self.connection;
        let mut request = connection.client.post(connection.endpoint.clone()).headers(connection.headers.clone());
        request = request.header(CONTENT_TYPE, "application/json").body(body);
        if let Some(key) = self.fetched(until).await? {
            let header = connection.auth.header(key);
            let (name, value) = header
                .ok_or_else(|| Failure::new(ModelErrorKind::Auth, "the API key is empty or no header can carry it"))?;
            request = request.header(name, value);
        }
        connection.pace.wait(until).await?;
        if until <= Instant::now() {
            return Err(Failure::late());
        }
        self.exchanges += 1;
        let ids = connection.dialect.request_ids;
        let now = connection.clock.now();
        let exchange = exchange::exchange(request, now, connection.body_cap, ids);
        let reply = in_time(until, exchange).await??;
        if let Some(time) = (connection.dialect.closed)(&reply.headers, now) {
            connection.pace.close(time);
        }
        self.exchange.read(&reply)
    }

    fn exchanges(&self) -> u32 {
        self.exchanges
    }

    fn reshape(&mut self, failure: &Failure) -> bool {
        self.exchange.reshape(failure)
    }

    /// False when the key is still the same.
    async fn rekey(&mut self, until: Instant) -> Result<bool, Failure> {
        let Some(name) = &self.connection.api_key_name else { return Ok(false) };
        let fetched = in_time(until, self.connection.secrets.refresh(name)).await?;
        let fresh = fetched.map_err(|error| no_key(&error))?;
        let same = self.key.as_ref().is_some_and(|old| old.expose_secret() == fresh.expose_secret());
        self.key = Some(fresh);
        Ok(!same)
    }

    fn key(&self) -> Option<&str> {
        self.key.as_ref().map(ExposeSecret::expose_secret)
    }

    fn texts(&self) -> Vec<&str> {
        self.exchange.texts()
    }

    fn cost(&self, usage: &Usage) -> Option<u64> {
        self.exchange.cost(usage)
    }
}

/// Says what is wrong with the secret store in our own words: its words may come from anywhere.
fn no_key(error: &PortError) -> Failure {
    if error.is_transient() {
        Failure::new(ModelErrorKind::Transport, "the secret store that holds the API key is out of reach")
    } else {
        Failure::new(ModelErrorKind::Auth, "the secret that should hold the API key cannot be read")
    }
}
