//! The way to one model at Bedrock, and one exchange with it.

use std::{error::Error, future::Future, sync::Arc, time::Duration};

use aws_config::{Region, SdkConfig, retry::RetryConfig, stalled_stream_protection::StalledStreamProtectionConfig};
use aws_sdk_bedrockruntime::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata, SdkError},
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::timeout::TimeoutConfig;
use mesh_core::ports::Clock;
use mesh_models::{
    ConfigError,
    adapter::{Failure, Optional, Pace, check_endpoint, in_time},
};
use tokio::time::Instant;
use tracing::{Dispatch, instrument::WithSubscriber};

use super::{BedrockSettings, cap::Cap, failure};

/// The first part of the names of models, in records and tables.
const PROVIDER: &str = "bedrock";
const CONNECT: Duration = Duration::from_secs(5);

/// The way to one model.
pub(super) struct Door {
    /// `bedrock/{model}`, for records, errors and logs.
    pub(super) name: String,
    /// The name that the tables have it by.
    pub(super) listed: String,
    /// What the request calls it.
    pub(super) model: String,
    pub(super) client: Client,
    pub(super) pace: Pace,
    pub(super) clock: Arc<dyn Clock>,
}

impl Door {
    /// The way to the model of the settings, where answers are at most `most` bytes. Makes no call.
    pub(super) fn new(
        settings: BedrockSettings,
        config: &SdkConfig,
        clock: Arc<dyn Clock>,
        most: usize,
    ) -> Result<Self, ConfigError> {
        let model = settings.model.trim().to_owned();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/');
        if model.is_empty() || !model.chars().all(plain) {
            return Err(ConfigError::Field { field: "the model" });
        }
        let region = settings.region.clone().map(Region::new).or_else(|| config.region().cloned());
        let region = region.filter(|region| !region.as_ref().trim().is_empty());
        let region = region.ok_or(ConfigError::Field { field: "the region" })?;
        let endpoint = settings.endpoint.as_deref().or_else(|| config.endpoint_url());
        let own = || format!("https://bedrock-runtime.{}.amazonaws.com", region.as_ref());
        check_endpoint(&endpoint.map_or_else(own, str::to_owned), &settings.allowed_hosts)?;
        let builder = Builder::from(config)
            .region(region)
            // Tries and deadlines are the caller's: those of the SDK would multiply them, or end them early.
            .retry_config(RetryConfig::disabled())
            .timeout_config(unhurried())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .interceptor(Cap(most));
        let builder = match &settings.endpoint {
            Some(endpoint) => builder.endpoint_url(endpoint.trim()),
            None => builder,
        };
        Ok(Self {
            name: format!("{PROVIDER}/{model}"),
            listed: format!("{PROVIDER}/{}", listed(&model)),
            model,
            client: Client::from_conf(builder.build()),
            pace: Pace::new(settings.requests_per_minute),
            clock,
        })
    }
}

/// No bound but that on connecting.
fn unhurried() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .disable_operation_timeout()
        .disable_operation_attempt_timeout()
        .disable_read_timeout()
        .build()
}

/// The id at the end of an ARN that ends in one; an application's own profile says nothing of the model behind it.
fn listed(model: &str) -> &str {
    let named = |kind: &str| model.starts_with("arn:") && model.contains(kind);
    match model.rsplit_once('/') {
        Some((_, id)) if named(":inference-profile/") || named(":foundation-model/") => id,
        _ => model,
    }
}

/// The exchanges of one request.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    pub(super) count: u32,
    model_errors: u32,
}

impl Exchanges {
    /// One of them: `work`, in time. `optional` are the fields of the request that can be left out.
    pub(super) async fn make<T, E>(
        &mut self,
        door: &Door,
        until: Instant,
        optional: &[Optional],
        work: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    ) -> Result<T, Failure>
    where
        T: Send,
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        door.pace.wait(until).await?;
        if until <= Instant::now() {
            return Err(Failure::late());
        }
        self.count += 1;
        let now = door.clock.now();
        // Whatever level is asked for: below `info` the SDK writes down requests and answers.
        let silent = work.with_subscriber(Dispatch::none());
        let error = match in_time(until, silent).await? {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let failure = failure::of(&error, now, optional);
        self.model_errors += u32::from(failure::is_the_models(&error));
        // What the model itself fails at is worth one more try, not two.
        let again = if self.model_errors > 1 { Some(false) } else { failure.should_retry };
        Err(Failure { should_retry: again, ..failure })
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn arns_are_listed_by_the_id_they_end_in() {
        for (model, expected) in [
            ("amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"),
            (
                "arn:aws:bedrock:eu-central-1:1:inference-profile/eu.anthropic.claude-x-v1:0",
                "eu.anthropic.claude-x-v1:0",
            ),
            ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"),
            (
                "arn:aws:bedrock:eu-central-1:1:application-inference-profile/abc",
                "arn:aws:bedrock:eu-central-1:1:application-inference-profile/abc",
            ),
        ] {
            assert_eq!(listed(model), expected);
        }
    }
}
