//! Puts a process together: clients, ports, runner.

use std::{fmt::Display, sync::Arc};

use aws_config::SdkConfig;
use mesh_core::{
    Agent, ConfigError, Policy, Ports, Runner, Settings,
    config::Server,
    ports::{Clock, ModelSources, Models as Provided, Queue, Secrets},
};
use mesh_system::{SystemClock, SystemEntropy};

use super::{Deployment, Place};
use crate::{Buckets, DEFAULT_SECRET_LIFETIME, DynamoState, S3Blobs, SecretsManager, SnsTopics, SqsQueue, clients};

/// What `main.rs` hands over to build the model with.
pub(super) type Models<E> = fn(&Settings, ModelSources, &SdkConfig) -> Result<Provided, E>;

/// What a process was told to be.
pub(super) struct Plan {
    pub(super) settings: Settings,
    pub(super) deployment: Deployment,
    pub(super) agent: Arc<dyn Agent>,
}

/// A process, ready to take messages.
pub(super) struct Parts {
    pub(super) runner: Arc<Runner>,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) key: Option<Key>,
}

/// The API key that the first text model needs.
#[derive(Debug)]
pub(super) struct Key {
    secrets: Arc<dyn Secrets>,
    name: String,
}

impl Plan {
    /// Whether the agent asks a model at all.
    pub(super) fn asks(&self) -> bool {
        asks(&*self.agent)
    }

    /// Refuses what this host cannot do.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let plain = |server: &Server| {
            let key = server.provider.key.as_ref()?;
            (server.api_key_name.as_deref() == Some(key.value)).then_some(key.secret)
        };
        match self.settings.servers.iter().find_map(plain).filter(|_| self.asks()) {
            Some(name) => {
                let why = "on AWS the key comes from Secrets Manager, never from the environment";
                Err(ConfigError::Missing { name, why })
            }
            None => Ok(()),
        }
    }

    /// Makes clients and ports; calls nobody. A function does this before it asks for work, although it takes most of its
    /// start (some 5 ms, TLS roots above all): until then it has a whole processor, afterwards a fraction of one.
    pub(super) async fn build<E: Display>(self, models: Models<E>) -> Result<Parts, String> {
        let Self { settings, deployment, agent } = self;
        let Deployment { place, queue_url, dlq_url } = deployment;
        let config = clients::config().await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let manager = aws_sdk_secretsmanager::Client::new(&config);
        let secrets: Arc<dyn Secrets> =
            Arc::new(SecretsManager::new(manager, Arc::clone(&clock), DEFAULT_SECRET_LIFETIME));
        let sources = ModelSources { secrets: Arc::clone(&secrets), clock: Arc::clone(&clock), others: None };
        let models = models(&settings, sources, &config).map_err(|error| error.to_string())?;
        let sqs = aws_sdk_sqs::Client::new(&config);
        let name = agent.manifest().name.clone();
        let queue: Arc<dyn Queue> = Arc::new(SqsQueue::new(sqs.clone(), queue_url, place.names.queue(&name)));
        let dlq: Arc<dyn Queue> = Arc::new(SqsQueue::new(sqs, dlq_url, place.names.dlq(&name)));
        let ports = ports(&config, place, clock, models, &settings);
        let key = key(&*agent, &settings, secrets);
        let policy = Policy { attempts: settings.attempts, backoff_scale: settings.backoff_scale };
        let runner = Arc::new(Runner::new(agent, ports, dlq, policy));
        Ok(Parts { runner, queue, key })
    }
}

/// The ports of a process of this deployment.
pub(super) fn ports(
    config: &SdkConfig,
    place: Place,
    clock: Arc<dyn Clock>,
    models: Provided,
    settings: &Settings,
) -> Ports {
    let Place { names, objects_bucket, site_bucket, .. } = place;
    let buckets = Buckets { objects: objects_bucket, site: site_bucket };
    let dynamo = aws_sdk_dynamodb::Client::new(config);
    Ports {
        state: Arc::new(DynamoState::new(dynamo, names.clone(), Arc::clone(&clock))),
        blobs: Arc::new(S3Blobs::new(clients::s3(config), buckets)),
        publisher: Arc::new(SnsTopics::new(aws_sdk_sns::Client::new(config), names)),
        models,
        clock,
        entropy: Arc::new(SystemEntropy),
        model_timeout: settings.model_timeout,
    }
}

/// Whether the agent asks a model at all.
pub(super) fn asks(agent: &dyn Agent) -> bool {
    agent.manifest().subscribes.iter().any(|one| !one.asks.is_empty())
}

fn key(agent: &dyn Agent, settings: &Settings, secrets: Arc<dyn Secrets>) -> Option<Key> {
    let first = settings.server(&settings.text_models.primary().provider)?;
    let name = first.api_key_name.clone().filter(|_| asks(agent))?;
    Some(Key { secrets, name })
}

impl Key {
    /// Fetches it into the cache of [`Secrets`]. A failure is only said: who needs the key fetches it again.
    pub(super) async fn warm(&self) {
        match self.secrets.fetch(&self.name).await {
            Ok(_) => tracing::info!(event = "SecretFetched", secret = self.name),
            Err(error) => tracing::warn!(secret = self.name, %error, "The API key could not be fetched yet."),
        }
    }
}
