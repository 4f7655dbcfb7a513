//! What lies in queues for dead letters, and what killed tails left behind.

use mesh_core::{Manifest, Timestamp};

use super::{
    super::{Finding, Findings},
    Patient,
};
use crate::{app::App, aws, mesh::Source};

/// Looks how many letters wait.
pub(super) async fn check(patient: &Patient<'_>, manifest: &Manifest, findings: &mut Findings) {
    let names = &patient.deployment.names;
    for (source, name) in
        [(Source::Dlq, names.dlq(&manifest.name)), (Source::Undelivered, names.undelivered(&manifest.name))]
    {
        match waiting(patient, &name).await {
            Ok(count) => findings.looked(judge(&manifest.name, source, &name, count, patient.app)),
            Err(error) => findings.looked([patient.unchecked(&name, &error)]),
        }
    }
}

/// How many messages a queue holds; one that is missing is the judgement of queues.
async fn waiting(patient: &Patient<'_>, name: &str) -> anyhow::Result<u64> {
    match patient.deployment.queue_url(name).await? {
        Some(_) => Ok(patient.deployment.queue(name).await?.depth().await?.total()),
        None => Ok(0),
    }
}

fn judge(agent: &str, source: Source, name: &str, count: u64, app: &App) -> Option<Finding> {
    let finding = match source {
        Source::Dlq => {
            let why = "their runs stand still; dead letters are kept for 14 days";
            Finding::warning(name, format!("{count} dead letters"), why, app.command(&["dlq", "peek", agent]))
        }
        Source::Undelivered => {
            let why = "SNS could not deliver them: the agent's queue or its policy was not as it should be";
            let mend = format!("mend the queue first, then {}", app.command(&["dlq", "replay", agent, "--yes"]));
            Finding::error(name, format!("{count} undelivered messages"), why, mend)
        }
    };
    (count > 0).then_some(finding)
}

/// Looks for what killed tails left behind, and removes it when that is asked for.
pub(super) async fn leftovers(patient: &Patient<'_>, now: Timestamp, remove: bool, findings: &mut Findings) {
    let deployment = &patient.deployment;
    let found = match aws::leftovers(deployment, now).await {
        Ok(found) => found,
        Err(error) => return findings.looked([patient.unchecked("left-overs of tails", &error)]),
    };
    findings.looked([]);
    for leftover in found {
        let what = format!("a killed tail left it behind, with {} subscriptions", leftover.subscriptions.len());
        let why = "every event is still sent there";
        if remove {
            match leftover.remove(deployment).await {
                Ok(()) => {
                    findings.looked([Finding::note(&leftover.name, what, why, "nothing: it was removed just now")])
                }
                Err(error) => findings.looked([patient.unchecked(&leftover.name, &error)]),
            }
        } else {
            let mend = patient.app.command(&["doctor", "--tidy"]);
            findings.looked([Finding::warning(&leftover.name, what, why, mend)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::app;

    #[test]
    fn letters_are_a_warning_and_undelivered_messages_an_error() {
        let of = |source, count| judge("echo", source, "q", count, &app());
        assert_eq!(of(Source::Dlq, 0), None);
        let dead = of(Source::Dlq, 2).expect("a finding");
        assert_eq!((dead.what.as_str(), dead.mend.as_str()), ("2 dead letters", "mesh dlq peek echo"));
        let lost = of(Source::Undelivered, 1).expect("a finding");
        assert!(lost.mend.ends_with("mesh dlq replay echo --yes"), "{}", lost.mend);
    }
}
