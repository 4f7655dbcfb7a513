//! Bedrock's models, and what each of their requests must look like.

use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use mesh_aws::{BedrockChat, BedrockImages, BedrockSettings};
use mesh_models::ConfigError;

use crate::{
    server::Received,
    world::{KEY, Model, clock},
};

/// Who asks. The secret part is that of `world`; none of it may be shown.
const ACCESS_KEY: &str = "AKIDA1B2C3EXAMPLE";
const SESSION_TOKEN: &str = "session-A1B2C3-token";

pub(crate) struct Provider {
    /// The folder of its cases.
    pub(crate) fixtures: &'static str,
    /// The model that is asked unless a case says otherwise.
    pub(crate) model: &'static str,
    /// What comes after the model in the address.
    operation: &'static str,
    /// Another header that every request has.
    pub(crate) header: (&'static str, &'static str),
    make: fn(BedrockSettings) -> Result<Model, ConfigError>,
}

impl Provider {
    /// The settings for a server at `origin`, such as `http://127.0.0.1:1`.
    #[allow(clippy::unused_self, reason = "as the providers over HTTPS have it")]
    pub(crate) fn settings(&self, origin: &str, model: &str) -> BedrockSettings {
        BedrockSettings { endpoint: Some(origin.to_owned()), ..BedrockSettings::new(model) }
    }

    pub(crate) fn make(&self, settings: BedrockSettings) -> Result<Model, ConfigError> {
        (self.make)(settings)
    }

    /// The first line of a request.
    pub(crate) fn line(&self, model: &str) -> String {
        let model = model.replace(':', "%3A").replace('/', "%2F");
        format!("POST /model/{model}/{} HTTP/1.1", self.operation)
    }

    /// Whether it is signed for Bedrock by who asks; what it is signed with stays here.
    #[allow(clippy::unused_self, reason = "as the providers over HTTPS have it")]
    pub(crate) fn is_opened_by(&self, received: &Received) -> bool {
        let signed = received.header("authorization").unwrap_or_default();
        signed.starts_with(&format!("AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/"))
            && signed.contains("/eu-central-1/bedrock/aws4_request")
            && received.header("x-amz-security-token") == Some(SESSION_TOKEN)
            && !received.head.contains(KEY)
    }
}

/// A configuration as the product has it: with a bound on calls and tries of its own, neither of which is for models.
pub(crate) fn config() -> SdkConfig {
    let credentials = Credentials::new(ACCESS_KEY, KEY, Some(SESSION_TOKEN.to_owned()), None, "made up");
    let hasty = TimeoutConfig::builder().operation_timeout(std::time::Duration::from_millis(40)).build();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .timeout_config(hasty)
        .build()
}

pub(crate) static BEDROCK: Provider = Provider {
    fixtures: "bedrock",
    model: "eu.anthropic.claude-sonnet-4-6",
    operation: "converse",
    header: ("content-type", "application/json"),
    make: |settings| Ok(Model::Text(Arc::new(BedrockChat::new(settings, &config(), clock())?))),
};

pub(crate) static BEDROCK_IMAGES: Provider = Provider {
    fixtures: "bedrock_images",
    model: "amazon.nova-canvas-v1:0",
    operation: "invoke",
    make: |settings| Ok(Model::Image(Arc::new(BedrockImages::new(settings, &config(), clock())?))),
    ..BEDROCK
};
