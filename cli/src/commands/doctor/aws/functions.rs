//! An agent's function: the version that is live, its limits, its environment.

use std::collections::BTreeMap;

use anyhow::Context;
use aws_sdk_lambda::Client;
use mesh_core::Manifest;

use super::{
    super::{Finding, Findings},
    APPLY, Patient,
    mappings::{self, MappingFacts},
    settings,
};
use crate::aws::sdk;

/// The alias that queue and sweep invoke.
pub(super) const ALIAS: &str = "live";
const RUNTIME: &str = "provided.al2023";

/// What is live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FunctionFacts {
    pub(super) name: String,
    pub(super) runtime: String,
    pub(super) timeout_seconds: u64,
    pub(super) environment: BTreeMap<String, String>,
    /// Concurrency kept for it.
    pub(super) reserved: Option<i32>,
    /// What Lambda does with a chain that comes back; `None`: it did not say.
    pub(super) recursion: Option<String>,
    pub(super) mappings: Vec<MappingFacts>,
}

/// Looks at the function; answers what is live, if anything is.
pub(super) async fn check(
    patient: &Patient<'_>,
    manifest: &Manifest,
    findings: &mut Findings,
) -> Option<FunctionFacts> {
    let name = patient.deployment.names.queue(&manifest.name);
    let client = Client::new(&patient.deployment.config);
    let queue_arn = patient.deployment.queue_arn(&name);
    match live(&client, &name, &queue_arn).await {
        Ok(Some(mut facts)) => {
            match recursion(&client, &name).await {
                Ok(recursion) => facts.recursion = Some(recursion),
                Err(error) => findings.looked([patient.unchecked(&name, &error)]),
            }
            findings.looked(judge(&facts));
            findings.looked(mappings::judge(&facts, manifest));
            findings.looked(settings::judge(&facts, manifest, &patient.deployment.names));
            Some(facts)
        }
        Ok(None) if patient.workers => None,
        Ok(None) => {
            let why = "nothing handles the agent's messages, unless a worker does (--workers)";
            let what = format!("there is no function with the alias {ALIAS}");
            findings.looked([Finding::error(
                &name,
                what,
                why,
                "terraform apply, then scripts/live.sh moves the alias",
            )]);
            None
        }
        Err(error) => {
            findings.looked([patient.unchecked(&name, &error)]);
            None
        }
    }
}

async fn live(client: &Client, name: &str, queue_arn: &str) -> anyhow::Result<Option<FunctionFacts>> {
    let found = match client.get_function_configuration().function_name(name).qualifier(ALIAS).send().await {
        Ok(found) => found,
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
            return Ok(None);
        }
        Err(error) => return Err(sdk(error)).context("cannot read the function"),
    };
    let reserved = client.get_function_concurrency().function_name(name).send().await;
    let reserved = reserved.map_err(sdk).context("cannot read the reserved concurrency")?;
    let environment = found.environment.and_then(|environment| environment.variables).unwrap_or_default();
    Ok(Some(FunctionFacts {
        name: name.to_owned(),
        runtime: found.runtime.map(|runtime| runtime.as_str().to_owned()).unwrap_or_default(),
        timeout_seconds: u64::try_from(found.timeout.unwrap_or(0)).unwrap_or(0),
        environment: environment.into_iter().collect(),
        reserved: reserved.reserved_concurrent_executions,
        recursion: None,
        mappings: mappings::facts(client, queue_arn).await?,
    }))
}

async fn recursion(client: &Client, name: &str) -> anyhow::Result<String> {
    let answer = client.get_function_recursion_config().function_name(name).send().await;
    let answer = answer.map_err(sdk).context("cannot read what Lambda does with loops")?;
    Ok(answer.recursive_loop.map(|value| value.as_str().to_owned()).unwrap_or_default())
}

fn judge(facts: &FunctionFacts) -> Vec<Finding> {
    let name = facts.name.as_str();
    let mut findings = Vec::new();
    if facts.runtime != RUNTIME {
        let what = format!("its runtime is {}, not {RUNTIME}", facts.runtime);
        let why = "the binary needs the C library of that runtime";
        findings.push(Finding::error(name, what, why, APPLY));
    }
    if facts.recursion.as_deref().is_some_and(|recursion| recursion != "Terminate") {
        let why = "agents that answer each other in a loop go on without end, and models cost money";
        let mend =
            format!("aws lambda put-function-recursion-config --function-name {name} --recursive-loop Terminate");
        findings.push(Finding::warning(name, "Lambda lets loops of it run", why, mend));
    }
    findings
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// The function of content-gen as Terraform makes it.
    pub(in super::super) fn facts() -> FunctionFacts {
        let pairs = [
            ("MESH_PREFIX", "va-dev"),
            ("MESH_ENVIRONMENT", "dev"),
            ("MESH_ACCOUNT", "123456789012"),
            ("MESH_OBJECTS_BUCKET", "va-dev-content-objects"),
            ("MESH_SITE_BUCKET", "va-dev-site"),
            ("MESH_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/123456789012/va-dev-content-gen"),
            ("MESH_DLQ_URL", "https://sqs.eu-central-1.amazonaws.com/123456789012/va-dev-content-gen-dlq"),
            ("MESH_LOG", "info"),
            ("MESH_TEXT_MODEL", "offline"),
        ];
        FunctionFacts {
            name: "va-dev-content-gen".into(),
            runtime: RUNTIME.into(),
            timeout_seconds: 120,
            environment: pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            reserved: Some(3),
            recursion: Some("Terminate".into()),
            mappings: vec![mappings::testing::mapping()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtime_and_loops_are_judged() {
        assert_eq!(judge(&testing::facts()), Vec::new());
        let wrong = FunctionFacts { runtime: "python3.13".into(), recursion: Some("Allow".into()), ..testing::facts() };
        let whats: Vec<String> = judge(&wrong).into_iter().map(|finding| finding.what).collect();
        assert_eq!(whats, ["its runtime is python3.13, not provided.al2023", "Lambda lets loops of it run"]);
        let silent = FunctionFacts { recursion: None, ..testing::facts() };
        assert!(judge(&silent).is_empty(), "what could not be read is not judged");
    }
}
