//! `agent.json`: the one declaration of an agent, read by Rust, Terraform, the docs and the embedded host alike.

use std::time::Duration;

use mesh_contracts::{EventSpec, find_type};
use serde::Deserialize;

use crate::{config::ConfigError, env};

/// What an agent is, listens to, answers with, and may touch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Its name, kebab-case: queue, ledger and role carry it.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// The channels it listens to.
    pub subscribes: Vec<Subscription>,
    /// The event types its handler may emit (its failure and `ValidationError` are understood).
    pub publishes: Vec<String>,
    /// What it emits when it fails.
    pub failure: FailureSpec,
    /// Kinds of documents it reads; those it writes are understood.
    #[serde(default)]
    pub reads: Vec<String>,
    /// Kinds of documents it writes.
    #[serde(default)]
    pub writes: Vec<String>,
    /// Prefixes of blob keys it touches.
    #[serde(default)]
    pub blobs: BlobAccess,
    /// Names of the settings it uses; `@models` stands for all that tell which models there are.
    #[serde(default)]
    pub settings: Vec<String>,
    /// Lambda memory in MB.
    pub memory_mb: u32,
    /// Bound on one handling, in seconds.
    pub timeout_seconds: u64,
    /// How many events it handles at once.
    pub concurrency: usize,
    /// Whether it is part of a deployment.
    #[serde(default = "yes")]
    pub deploy: bool,
}

/// One channel an agent listens to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The channel's address.
    pub channel: String,
    /// The types it handles there; others are acked unread.
    pub types: Vec<String>,
    /// What handling them depends on: `text_model`, `image_model`.
    #[serde(default)]
    pub asks: Vec<String>,
}

/// The failure event of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureSpec {
    /// Its type.
    pub event: String,
    /// True: it never ends a run (the run goes on, or is over already).
    #[serde(default)]
    pub notice: bool,
}

/// Prefixes of blob keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobAccess {
    /// May be read; those that may be written are understood.
    #[serde(default)]
    pub reads: Vec<String>,
    /// May be written.
    #[serde(default)]
    pub writes: Vec<String>,
}

fn yes() -> bool {
    true
}

impl Manifest {
    /// Reads an `agent.json` and checks it against the contracts.
    ///
    /// # Errors
    /// [`ConfigError::Manifest`] naming agent and fault.
    pub fn parse(json: &str) -> Result<Self, ConfigError> {
        let manifest: Self = serde_json::from_str(json)
            .map_err(|error| ConfigError::Manifest { agent: "?".into(), message: error.to_string() })?;
        manifest.check().map_err(|message| ConfigError::Manifest { agent: manifest.name.clone(), message })?;
        Ok(manifest)
    }

    /// Whether it uses this setting.
    #[must_use]
    pub fn takes(&self, setting: &str) -> bool {
        let lists = |name: &str| self.settings.iter().any(|listed| listed == name);
        lists(setting) || (lists(env::MODELS_GROUP) && env::MODELS.contains(&setting))
    }

    fn check(&self) -> Result<(), String> {
        let known = |name: &str| find_type(name).ok_or_else(|| format!("no contract for the event type {name}"));
        for subscription in &self.subscribes {
            for name in &subscription.types {
                let spec = known(name)?;
                if spec.channel != subscription.channel {
                    return Err(format!("{name} travels on {}, not on {}", spec.channel, subscription.channel));
                }
            }
        }
        for name in self.publishes.iter().chain([&self.failure.event]) {
            known(name)?;
        }
        if let Some(name) =
            self.settings.iter().find(|name| *name != env::MODELS_GROUP && !env::ALL.contains(&&***name))
        {
            return Err(format!("{name} is no setting of the mesh"));
        }
        if self.subscribes.is_empty() || self.concurrency == 0 {
            return Err("subscribes to nothing, or has a concurrency of 0".into());
        }
        if self.timeout_seconds < 5 || self.timeout_seconds > 900 {
            return Err(format!("timeout_seconds is {}, allowed are 5 to 900", self.timeout_seconds));
        }
        Ok(())
    }

    /// The subscription that handles `event_type`, if any does.
    #[must_use]
    pub fn handles(&self, event_type: &str) -> Option<&Subscription> {
        self.subscribes.iter().find(|subscription| subscription.types.iter().any(|name| name == event_type))
    }

    /// Whether the agent may emit `event_type`.
    #[must_use]
    pub fn may_publish(&self, event_type: &str) -> bool {
        event_type == self.failure.event
            || event_type == "ValidationError"
            || self.publishes.iter().any(|name| name == event_type)
    }

    /// Whether it only looks on: it answers no event with another. What is invalid is rejected by those who act on it.
    #[must_use]
    pub fn observes(&self) -> bool {
        self.publishes.is_empty()
    }

    /// Whether the agent may write documents of `kind`.
    #[must_use]
    pub fn may_write(&self, kind: &str) -> bool {
        self.writes.iter().any(|name| name == kind)
    }

    /// Whether the agent may read documents of `kind`.
    #[must_use]
    pub fn may_read(&self, kind: &str) -> bool {
        self.may_write(kind) || self.reads.iter().any(|name| name == kind)
    }

    /// Whether the agent may write the blob `key`.
    #[must_use]
    pub fn may_put(&self, key: &str) -> bool {
        self.blobs.writes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }

    /// Whether the agent may read the blob `key`.
    #[must_use]
    pub fn may_fetch(&self, key: &str) -> bool {
        self.may_put(key) || self.blobs.reads.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }

    /// The type of a bare payload on the channel of `topic` (a topic's name or ARN); without one, the agent's first.
    #[must_use]
    pub fn type_on(&self, topic: Option<&str>) -> Option<&'static EventSpec> {
        let of_topic = |topic: &str| {
            self.subscribes.iter().find(|subscription| topic.ends_with(&subscription.channel.replace('/', "-")))
        };
        let subscription = match topic {
            Some(topic) => of_topic(topic),
            None => self.subscribes.first(),
        };
        find_type(subscription?.types.first()?)
    }

    /// The bound on one handling.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// The visibility time-out of its queue: six times the bound, so that a handler never outlives it
    /// (AWS: "Configuring an SQS queue to trigger a Lambda function").
    #[must_use]
    pub fn visibility(&self) -> Duration {
        self.timeout() * 6
    }

    /// The name of its dead-letter queue.
    #[must_use]
    pub fn dlq(&self) -> String {
        format!("{}-dlq", self.name)
    }
}
