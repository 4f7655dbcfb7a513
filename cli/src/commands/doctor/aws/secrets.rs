//! The key of the model's provider: that it is there, never what it is.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use aws_sdk_secretsmanager::Client;
use mesh_core::{Manifest, Settings};

use super::{
    super::{Finding, Findings},
    Patient,
};
use crate::aws::sdk;

/// Looks whether the secrets the agent asks for have values.
pub(super) async fn check(
    patient: &Patient<'_>,
    manifest: &Manifest,
    environment: &BTreeMap<String, String>,
    findings: &mut Findings,
) {
    let asks = manifest.subscribes.iter().any(|subscription| !subscription.asks.is_empty());
    let client = Client::new(&patient.deployment.config);
    for name in needed(environment).into_iter().filter(|_| asks) {
        match has_value(&client, &name).await {
            Ok(state) => findings.looked(judge(&name, state)),
            Err(error) => findings.looked([patient.unchecked(&name, &error)]),
        }
    }
}

/// The secrets of the providers whose models are asked.
fn needed(environment: &BTreeMap<String, String>) -> Vec<String> {
    let Ok(settings) = Settings::from_pairs(environment.clone()) else { return Vec::new() };
    let models: BTreeSet<&str> =
        settings.text_models.all().chain(settings.image_models.all()).map(|model| &*model.provider).collect();
    models.into_iter().filter_map(|provider| settings.server(provider)?.api_key_name.clone()).collect()
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
        assert_eq!(needed(&pairs("openai/m")), ["/va/dev/openai-api-key"]);
        assert_eq!(needed(&pairs("offline")), Vec::<String>::new());
    }
}
