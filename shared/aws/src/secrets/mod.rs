//! Secrets in AWS Secrets Manager.

mod value;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use mesh_core::{
    Timestamp,
    ports::{Clock, PortError, Secrets},
};
use secrecy::SecretString;
use tokio::sync::Mutex as AsyncMutex;

use crate::error::port_error;

const PORT: &str = "secrets";

/// How long a value is kept, unless the host says otherwise.
pub const DEFAULT_SECRET_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// How soon after a refresh another one is answered with what that one fetched.
const REFRESHED: Duration = Duration::from_secs(5);

/// Secrets by name or ARN. What they do is in [`Secrets`].
///
/// A value is the plain text of a secret, or the text under `api_key` or `OPENAI_API_KEY` when the secret is a JSON
/// object, as the console makes them.
///
/// One `GetSecretValue` per name and lifetime, however many callers wait for it. A refresh asks again - unless another
/// refresh of that name did so in the last five seconds: when a key is rotated, everything in flight fails at once, and
/// each handler refreshes.
pub struct SecretsManager {
    client: Client,
    clock: Arc<dyn Clock>,
    lifetime: Duration,
    slots: Mutex<BTreeMap<String, Arc<AsyncMutex<Slot>>>>,
}

/// What is known of one secret. Its lock is held while the value is fetched, so that others wait for it.
#[derive(Default)]
struct Slot {
    value: Option<(SecretString, Timestamp)>,
    refreshed_at: Option<Timestamp>,
}

impl Slot {
    /// The value, unless it is older than `lifetime`.
    fn current(&self, now: Timestamp, lifetime: Duration) -> Option<SecretString> {
        let (value, fetched_at) = self.value.as_ref()?;
        (now < fetched_at.plus(lifetime)).then(|| value.clone())
    }
}

impl fmt::Debug for SecretsManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let names: Vec<&String> = slots.keys().collect();
        f.debug_struct("SecretsManager").field("names", &names).field("lifetime", &self.lifetime).finish()
    }
}

impl SecretsManager {
    /// Secrets kept for `lifetime`; see [`DEFAULT_SECRET_LIFETIME`].
    #[must_use]
    pub fn new(client: Client, clock: Arc<dyn Clock>, lifetime: Duration) -> Self {
        Self { client, clock, lifetime, slots: Mutex::default() }
    }

    fn slot(&self, name: &str) -> Arc<AsyncMutex<Slot>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(name.to_owned()).or_default())
    }

    /// Fetches the value into its slot. A failure leaves nothing: whoever comes next asks again.
    async fn fill(&self, name: &str, slot: &mut Slot) -> Result<SecretString, PortError> {
        slot.value = None;
        let answer = self.client.get_secret_value().secret_id(name).send().await;
        let answer = answer.map_err(|error| match port_error(PORT, &format!("fetch the secret {name}"), error) {
            PortError::NotFound { .. } => value::absent(name),
            other => other,
        })?;
        let value = value::read(name, answer.secret_string)?;
        slot.value = Some((value.clone(), self.clock.now()));
        Ok(value)
    }
}

#[async_trait]
impl Secrets for SecretsManager {
    async fn fetch(&self, name: &str) -> Result<SecretString, PortError> {
        let slot = self.slot(name);
        let mut slot = slot.lock().await;
        match slot.current(self.clock.now(), self.lifetime) {
            Some(value) => Ok(value),
            None => self.fill(name, &mut slot).await,
        }
    }

    async fn refresh(&self, name: &str) -> Result<SecretString, PortError> {
        let slot = self.slot(name);
        let mut slot = slot.lock().await;
        let now = self.clock.now();
        let just_refreshed = slot.refreshed_at.is_some_and(|at| now < at.plus(REFRESHED));
        if let Some(value) = slot.current(now, self.lifetime).filter(|_| just_refreshed) {
            return Ok(value);
        }
        let value = self.fill(name, &mut slot).await?;
        slot.refreshed_at = Some(self.clock.now());
        Ok(value)
    }
}
