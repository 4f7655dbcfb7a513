//! Checks of a deployment on AWS: each kind of resource is looked at, and what was seen is judged apart from looking.

mod alarms;
mod buckets;
mod functions;
mod letters;
mod mappings;
mod policy;
mod queues;
mod secrets;
mod settings;
mod tables;
mod topics;

use std::collections::BTreeSet;

use mesh_core::{Manifest, ports::Clock};
use mesh_embedded::SystemClock;

use super::{DoctorArgs, Finding, Findings};
use crate::{app::App, aws::Deployment, registry};

/// What mends whatever Terraform makes.
const APPLY: &str = "terraform apply: the agent's module sets it; somebody has changed it by hand";

/// A deployment, and how it is to be looked at.
struct Patient<'a> {
    app: &'a App,
    deployment: Deployment,
    manifests: Vec<Manifest>,
    /// Agents run as workers: there need be no functions.
    workers: bool,
    /// It is on a local endpoint, which lacks parts of AWS and needs no backups.
    local: bool,
}

impl Patient<'_> {
    /// What could not be looked at: denied, or not known to a local endpoint.
    fn unchecked(&self, resource: &str, error: &anyhow::Error) -> Finding {
        let what = format!("could not be checked: {error:#}");
        let why = "what cannot be seen cannot be judged";
        match self.local {
            true => Finding::note(resource, what, why, "nothing, where the local endpoint does not know the call"),
            false => {
                Finding::warning(resource, what, why, "allow the call to whoever runs the doctor, and run it again")
            }
        }
    }

    /// The channels that agents listen to or publish on.
    fn channels(&self) -> BTreeSet<&'static str> {
        let used = |spec: &&mesh_contracts::EventSpec| {
            self.manifests.iter().any(|one| one.may_publish(spec.event_type) || one.handles(spec.event_type).is_some())
        };
        mesh_contracts::EVENTS.iter().filter(used).map(|spec| spec.channel).collect()
    }

    /// The ARNs of the topics an agent listens to.
    fn topics_of(&self, manifest: &Manifest) -> BTreeSet<String> {
        manifest.subscribes.iter().map(|one| self.deployment.names.topic_arn(&one.channel)).collect()
    }
}

/// Looks at everything.
pub(super) async fn check(args: &DoctorArgs, app: &App) -> anyhow::Result<Findings> {
    let deployment = Deployment::find(app).await?;
    let agents = registry::agents(&app.settings(None)?)?;
    let manifests: Vec<Manifest> =
        agents.iter().map(|agent| agent.manifest().clone()).filter(|one| one.deploy).collect();
    if let Some(first) = manifests.first()
        && deployment.queue_url(&deployment.names.queue(&first.name)).await?.is_none()
    {
        // Neither queue nor topic: nothing was deployed here, and a list of all that is missing would help nobody.
        deployment.must_exist().await?;
    }
    let local = deployment.config.endpoint_url().is_some();
    let patient = Patient { app, deployment, manifests, workers: args.workers, local };
    let mut findings = Findings::default();
    let bar = app.out.bar(6);
    for (step, name) in (1u64..).zip(["agents", "topics", "tables", "buckets", "alarms", "left-overs"]) {
        match name {
            "agents" => {
                for manifest in &patient.manifests {
                    agent(&patient, manifest, &mut findings).await;
                }
            }
            "topics" => topics::check(&patient, &mut findings).await,
            "tables" => tables::check(&patient, &mut findings).await,
            "buckets" => buckets::check(&patient, &mut findings).await,
            "alarms" => alarms::check(&patient, &mut findings).await,
            _ => letters::leftovers(&patient, SystemClock::new().now(), args.tidy, &mut findings).await,
        }
        bar.reach(step, name);
    }
    bar.finish();
    Ok(findings)
}

async fn agent(patient: &Patient<'_>, manifest: &Manifest, findings: &mut Findings) {
    let function = functions::check(patient, manifest, findings).await;
    let timeout = function.as_ref().map_or(manifest.timeout_seconds, |function| function.timeout_seconds);
    queues::check(patient, manifest, timeout, findings).await;
    letters::check(patient, manifest, findings).await;
    if let Some(function) = function {
        secrets::check(patient, manifest, &function.environment, findings).await;
    }
}
