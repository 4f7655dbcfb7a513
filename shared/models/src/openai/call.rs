//! One request from the caller's point of view: as many exchanges as it takes, none past the deadline.

use std::{future::Future, time::Duration};

use mesh_core::{
    Timestamp,
    ports::{ChatRequest, ChatResponse, ModelError, ModelErrorKind, PortError, Usage},
};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::{OpenAiChat, answer, failure::Failure, http, scrub, wire, wire::Shape};
use crate::retry::Tries;

/// Far beyond any deadline, and near enough to be added to an instant.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What to do after a failure.
enum Next {
    /// Ask again at once, in another shape.
    Reshape(Shape),
    /// Ask again with a key fetched anew.
    Rekey,
    /// Ask again after a while.
    Wait(Duration),
    GiveUp,
}

/// The state of one request.
pub(super) struct Call<'a> {
    model: &'a OpenAiChat,
    request: &'a ChatRequest,
    /// The deadline on tokio's clock, which does the waiting.
    until: Instant,
    tries: Tries,
    exchanges: u32,
    key: Option<SecretString>,
    rekeyed: bool,
}

impl<'a> Call<'a> {
    pub(super) fn new(model: &'a OpenAiChat, request: &'a ChatRequest, deadline: Timestamp) -> Self {
        let until = Instant::now() + model.clock.now().until(deadline).min(LONGEST);
        Self { model, request, until, tries: Tries::new(), exchanges: 0, key: None, rekeyed: false }
    }

    pub(super) async fn run(mut self) -> Result<ChatResponse, ModelError> {
        loop {
            let shape = self.model.shape();
            let failure = match self.ask(shape).await {
                Ok(response) => return Ok(ChatResponse { attempts: self.exchanges, ..response }),
                Err(failure) => failure,
            };
            match self.after(&failure, shape) {
                Next::Reshape(simpler) => self.model.remember(simpler),
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
    async fn ask(&mut self, shape: Shape) -> Result<ChatResponse, Failure> {
        let body = wire::body(self.request, &self.model.settings.model, shape);
        let body = body.ok_or_else(|| Failure::new(ModelErrorKind::InvalidRequest, "images are not supported"))?;
        if self.key.is_none() {
            let fetched = self.in_time(self.model.secrets.fetch(&self.model.settings.api_key_name)).await?;
            self.key = Some(fetched.map_err(|error| no_key(&error))?);
        }
        let authorization = self.key.as_ref().and_then(http::authorization);
        let authorization = authorization
            .ok_or_else(|| Failure::new(ModelErrorKind::Auth, "the API key is empty or no header can carry it"))?;
        let mut request = self.model.client.post(self.model.endpoint.clone());
        request = request.header(AUTHORIZATION, authorization).header(CONTENT_TYPE, "application/json").body(body);
        if let Some(organisation) = &self.model.organisation {
            request = request.header("OpenAI-Organization", organisation.clone());
        }
        if self.remaining().is_zero() {
            return Err(Failure::late());
        }
        self.exchanges += 1;
        let reply = self.in_time(http::exchange(request, self.model.clock.now())).await??;
        answer::read(&reply, self.request, &self.model.settings.model)
    }

    fn after(&mut self, failure: &Failure, shape: Shape) -> Next {
        if let Some(simpler) = failure.unsupported.and_then(|field| shape.without(field, self.request)) {
            return Next::Reshape(simpler);
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
        let fetched = self.in_time(self.model.secrets.refresh(&self.model.settings.api_key_name)).await?;
        let fresh = fetched.map_err(|error| no_key(&error))?;
        let same = self.key.as_ref().is_some_and(|old| old.expose_secret() == fresh.expose_secret());
        self.key = Some(fresh);
        if same { Err(failure) } else { Ok(()) }
    }

    async fn in_time<T: Send>(&self, work: impl Future<Output = T> + Send) -> Result<T, Failure> {
        tokio::time::timeout_at(self.until, work).await.map_err(|_| Failure::late())
    }

    fn remaining(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    fn log(&self, failure: &Failure, wait: Duration) {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let request_id = failure.request_id.as_deref().unwrap_or_default();
        tracing::warn!(model = %self.model.name, code = failure.kind.code(), wait_ms, request_id, "The model is asked again.");
    }

    fn error(&self, failure: Failure) -> ModelError {
        let key = self.key.as_ref().map(ExposeSecret::expose_secret);
        ModelError {
            kind: failure.kind,
            model: self.model.name.clone(),
            message: scrub::shown(&failure.message, key, self.request),
            retry_after: failure.retry_after,
            provider_request_id: failure.request_id,
            usage: Usage::default(),
        }
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
