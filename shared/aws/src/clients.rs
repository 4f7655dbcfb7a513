//! The SDK's clients, made from the standard credential chain and `AWS_ENDPOINT_URL`.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};

/// Bound on one call, its one repetition included.
pub(crate) const CALL: Duration = Duration::from_secs(20);
/// Bound on connecting.
const CONNECT: Duration = Duration::from_secs(3);

/// The configuration all clients share. The SDK repeats a call once and at once - a connection that died while a function
/// was frozen is no failure of ours -; every further patience is the runner's, so that retries do not multiply.
pub async fn config() -> SdkConfig {
    let retries = RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(50));
    let timeouts = TimeoutConfig::builder().operation_timeout(CALL).connect_timeout(CONNECT).build();
    aws_config::defaults(BehaviorVersion::latest()).retry_config(retries).timeout_config(timeouts).load().await
}

/// A client of S3 that also finds buckets on a local endpoint, where no host name leads to them.
#[must_use]
pub fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let local = config.endpoint_url().is_some();
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(local).build())
}
