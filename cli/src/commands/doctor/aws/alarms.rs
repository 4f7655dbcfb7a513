//! Alarms, and whether anybody hears them.

use std::collections::BTreeMap;

use anyhow::Context;
use aws_sdk_cloudwatch::Client;

use super::{
    super::{Finding, Findings},
    Patient,
};
use crate::aws::sdk;

/// The alarms without which messages are lost unnoticed, of each agent.
const OF_AGENTS: &[&str] = &["dead-letters", "undelivered", "age", "errors", "throttles"];

/// The topic of alarms: no channel, but named like one.
const OPS: &str = "/ops";

/// An alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct AlarmFacts {
    enabled: bool,
    actions: usize,
}

pub(super) async fn check(patient: &Patient<'_>, findings: &mut Findings) {
    let names = &patient.deployment.names;
    let client = Client::new(&patient.deployment.config);
    match facts(&client, &format!("{}-", names.prefix)).await {
        Ok(all) if patient.local && all.is_empty() => {
            let why = "a local endpoint is watched by whoever works with it";
            findings.looked([Finding::note("alarms", "there are none", why, "alarms = true in local.tfvars")]);
        }
        Ok(all) => {
            let agents = patient.manifests.iter().map(|manifest| names.queue(&manifest.name));
            let of_agents = agents.flat_map(|name| OF_AGENTS.iter().map(move |alarm| format!("{name}-{alarm}")));
            let channels = patient.channels();
            let of_topics = channels.iter().map(|channel| format!("{}-not-delivered", names.topic(channel)));
            for alarm in of_agents.chain(of_topics) {
                findings.looked(judge(&alarm, all.get(&alarm)));
            }
        }
        Err(error) => findings.looked([patient.unchecked("alarms", &error)]),
    }
    let ops = names.topic(OPS);
    match ears(patient).await {
        Ok(ears) => findings.looked(heard(&ops, ears)),
        Err(error) => findings.looked([patient.unchecked(&ops, &error)]),
    }
}

async fn facts(client: &Client, prefix: &str) -> anyhow::Result<BTreeMap<String, AlarmFacts>> {
    let mut found = BTreeMap::new();
    let mut pages = client.describe_alarms().alarm_name_prefix(prefix).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(sdk).context("cannot describe alarms")?;
        for alarm in page.metric_alarms.unwrap_or_default() {
            let actions = alarm.alarm_actions.unwrap_or_default().len();
            let facts = AlarmFacts { enabled: alarm.actions_enabled.unwrap_or(true), actions };
            found.insert(alarm.alarm_name.unwrap_or_default(), facts);
        }
    }
    Ok(found)
}

/// How many confirmed subscriptions the topic of alarms has; `None`: there is no such topic.
async fn ears(patient: &Patient<'_>) -> anyhow::Result<Option<usize>> {
    let found = crate::aws::subscriptions(&patient.deployment, OPS).await?;
    Ok(found.map(|all| all.iter().filter(|one| !one.is_pending()).count()))
}

fn judge(name: &str, facts: Option<&AlarmFacts>) -> Option<Finding> {
    let why = "nobody hears of messages that fail or cannot be delivered";
    match facts {
        None => Some(Finding::error(name, "the alarm does not exist", why, "terraform apply")),
        Some(AlarmFacts { enabled: false, .. }) => {
            let mend = format!("aws cloudwatch enable-alarm-actions --alarm-names {name}");
            Some(Finding::warning(name, "the alarm's actions are switched off", why, mend))
        }
        Some(AlarmFacts { actions: 0, .. }) => {
            Some(Finding::error(name, "the alarm does nothing", why, "terraform apply"))
        }
        Some(_) => None,
    }
}

fn heard(ops: &str, ears: Option<usize>) -> Option<Finding> {
    let why = "alarms go to this topic, and nowhere else";
    match ears {
        None => Some(Finding::error(ops, "the topic of alarms does not exist", why, "terraform apply")),
        Some(0) => {
            let mend = "alarm_endpoints in the environment's tfvars; mail addresses have to confirm";
            Some(Finding::warning(ops, "nobody listens to the topic of alarms", why, mend))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_must_exist_be_on_and_do_something() {
        let what = |facts: Option<AlarmFacts>| judge("a", facts.as_ref()).map(|finding| finding.what);
        assert_eq!(what(Some(AlarmFacts { enabled: true, actions: 1 })), None);
        assert_eq!(what(Some(AlarmFacts { enabled: true, actions: 0 })).as_deref(), Some("the alarm does nothing"));
        let off = what(Some(AlarmFacts { enabled: false, actions: 1 }));
        assert_eq!(off.as_deref(), Some("the alarm's actions are switched off"));
        assert_eq!(what(None).as_deref(), Some("the alarm does not exist"));
    }

    #[test]
    fn somebody_must_listen() {
        assert_eq!(heard("o", Some(1)), None);
        assert!(heard("o", Some(0)).is_some() && heard("o", None).is_some());
    }
}
