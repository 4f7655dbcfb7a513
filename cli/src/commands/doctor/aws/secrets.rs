//! The key of the model's provider: that it is there, never what it is.

use std::collections::BTreeMap;

use anyhow::Context;
use aws_sdk_secretsmanager::Client;
use mesh_core::{Manifest, Settings, config::TextModelSettings};

use super::{
    super::{Finding, Findings},
    Patient,
};
use crate::aws::sdk;

/// Looks whether the secret the agent asks for has a value.
pub(super) async fn check(
    patient: &Patient<'_>,
    manifest: &Manifest,
    environment: &BTreeMap<String, String>,
    findings: &mut Findings,
) {
    let asks = manifest.subscribes.iter().any(|subscription| !subscription.asks.is_empty());
    let Some(name) = needed(environment).filter(|_| asks) else { return };
    let client = Client::new(&patient.deployment.config);
    match has_value(&client, &name).await {
        Ok(state) => findings.looked(judge(&name, state)),
        Err(error) => findings.looked([patient.unchecked(&name, &error)]),
    }
}

/// The secret that the settings ask for, where they ask for one.
fn needed(environment: &BTreeMap<String, String>) -> Option<String> {
    match Settings::from_pairs(environment.clone()).ok()?.text_model {
        TextModelSettings::OpenAi { api_key_name, .. } => Some(api_key_name),
        TextModelSettings::Offline { .. } => None,
    }
}

/// Whether the secret has a current value; `None`: there is no such secret.
async fn has_value(client: &Client, name: &str) -> anyhow::Result<Option<bool>> {
    match client.describe_secret().secret_id(name).send().await {
        Ok(answer) => {
            let stages = answer.version_ids_to_stages.unwrap_or_default();
            Ok(Some(stages.values().flatten().any(|stage| stage == "AWSCURRENT")))
        }
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => Ok(None),
        Err(error) => Err(sdk(error)).context("cannot describe the secret"),
    }
}

fn judge(name: &str, has_value: Option<bool>) -> Option<Finding> {
    let why = "every request fails with MODEL_AUTH";
    let put = format!("aws secretsmanager put-secret-value --secret-id {name} --secret-string file:///dev/stdin");
    match has_value {
        Some(true) => None,
        Some(false) => Some(Finding::error(name, "the secret has no value", why, put)),
        None => Some(Finding::error(name, "the secret does not exist", why, "create_secret = true, terraform apply")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_needs_a_value_where_a_provider_is_asked() {
        assert_eq!(judge("s", Some(true)), None);
        assert_eq!(judge("s", Some(false)).map(|finding| finding.what).as_deref(), Some("the secret has no value"));
        assert_eq!(judge("s", None).map(|finding| finding.what).as_deref(), Some("the secret does not exist"));
        let pairs = |model: &str| {
            let pairs = [("MESH_TEXT_MODEL", model), ("OPENAI_API_KEY_SECRET", "/va/dev/openai-api-key")];
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
        };
        assert_eq!(needed(&pairs("openai/m")).as_deref(), Some("/va/dev/openai-api-key"));
        assert_eq!(needed(&pairs("offline")), None);
    }
}
