//! Topics and their subscriptions.

use std::collections::BTreeMap;

use anyhow::Context;

use super::{
    super::{Finding, Findings},
    APPLY, Patient,
};
use crate::aws::{Deployment, Subscription, sdk, subscriptions};

/// Most subscriptions of a topic that carries large messages.
const MOST_SUBSCRIPTIONS: usize = 100;

/// A subscription with its attributes, as SNS names them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Subscribed {
    subscription: Subscription,
    attributes: BTreeMap<String, String>,
}

/// An agent that listens to a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listener {
    queue_arn: String,
    undelivered_arn: String,
}

pub(super) async fn check(patient: &Patient<'_>, findings: &mut Findings) {
    let (deployment, names) = (&patient.deployment, &patient.deployment.names);
    for channel in patient.channels() {
        let topic = names.topic(channel);
        let listening = patient.manifests.iter().filter(|one| one.subscribes.iter().any(|s| s.channel == channel));
        let listeners: Vec<Listener> = listening
            .map(|manifest| Listener {
                queue_arn: deployment.queue_arn(&names.queue(&manifest.name)),
                undelivered_arn: deployment.queue_arn(&names.undelivered(&manifest.name)),
            })
            .collect();
        match facts(deployment, channel).await {
            Ok(Some(all)) => findings.looked(judge(&topic, &all, &listeners)),
            Ok(None) => {
                let why = "agents cannot publish there; what they have committed waits for it";
                findings.looked([Finding::error(&topic, "the topic does not exist", why, "terraform apply")]);
            }
            Err(error) => findings.looked([patient.unchecked(&topic, &error)]),
        }
    }
}

async fn facts(deployment: &Deployment, channel: &str) -> anyhow::Result<Option<Vec<Subscribed>>> {
    let Some(all) = subscriptions(deployment, channel).await? else { return Ok(None) };
    let mut found = Vec::new();
    for subscription in all {
        let mut attributes = BTreeMap::new();
        if !subscription.is_pending() {
            let request = deployment.sns.get_subscription_attributes().subscription_arn(&subscription.arn);
            let answer = request.send().await.map_err(sdk);
            let answer = answer.with_context(|| format!("cannot read the subscription {}", subscription.arn))?;
            attributes.extend(answer.attributes.unwrap_or_default());
        }
        found.push(Subscribed { subscription, attributes });
    }
    Ok(Some(found))
}

fn judge(topic: &str, all: &[Subscribed], listeners: &[Listener]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Listener { queue_arn, undelivered_arn } in listeners {
        match all.iter().find(|one| one.subscription.endpoint == *queue_arn) {
            Some(one) => findings.extend(agent(topic, one, undelivered_arn)),
            None => {
                let why = "the agent hears nothing of what is published there";
                let what = format!("{queue_arn} is not subscribed");
                findings.push(Finding::error(topic, what, why, "terraform apply"));
            }
        }
    }
    for one in all.iter().filter(|one| listeners.iter().all(|other| other.queue_arn != one.subscription.endpoint)) {
        findings.extend(other(topic, one));
    }
    if all.len() > MOST_SUBSCRIPTIONS {
        let what = format!("it has {} subscriptions, over {MOST_SUBSCRIPTIONS}", all.len());
        let why = "its messages can then never be larger than 256 KiB";
        findings.push(Finding::warning(topic, what, why, "let a queue or function of yours pass them on"));
    }
    findings
}

/// The subscription of one of our agents.
fn agent(topic: &str, one: &Subscribed, undelivered_arn: &str) -> Vec<Finding> {
    let endpoint = &one.subscription.endpoint;
    let attribute = |name: &str| one.attributes.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let set = |name: &str, value: &str| {
        let arn = &one.subscription.arn;
        format!(
            "aws sns set-subscription-attributes --subscription-arn {arn} \
             --attribute-name {name} --attribute-value {value}"
        )
    };
    if one.subscription.is_pending() {
        let why = "nothing is delivered until it is confirmed";
        return vec![Finding::error(topic, format!("the subscription of {endpoint} is not confirmed"), why, APPLY)];
    }
    let mut findings = Vec::new();
    if attribute("RawMessageDelivery").is_some_and(|raw| raw.eq_ignore_ascii_case("true")) {
        let why = "a message with more than ten attributes is dropped, and SNS's id of bare requests is lost";
        let what = format!("the subscription of {endpoint} is raw");
        findings.push(Finding::error(topic, what, why, set("RawMessageDelivery", "false")));
    }
    if attribute("FilterPolicy").is_some_and(|policy| policy.trim() != "{}") {
        let why = "what the policy does not let through vanishes without a trace, bare requests first";
        let what = format!("the subscription of {endpoint} has a filter policy");
        findings.push(Finding::error(topic, what, why, set("FilterPolicy", "'{}'")));
    }
    let redrive = attribute("RedrivePolicy").and_then(|policy| serde_json::from_str::<serde_json::Value>(policy).ok());
    if redrive.is_none_or(|policy| policy["deadLetterTargetArn"] != undelivered_arn) {
        let why = "what SNS cannot deliver is lost; it does not repeat what a missing queue or a policy refuses";
        let what = format!("what it cannot deliver to {endpoint} does not go to {undelivered_arn}");
        let mend = set("RedrivePolicy", &format!("'{{\"deadLetterTargetArn\":\"{undelivered_arn}\"}}'"));
        findings.push(Finding::error(topic, what, why, mend));
    }
    findings
}

/// Somebody else's subscription.
fn other(topic: &str, one: &Subscribed) -> Option<Finding> {
    let Subscription { protocol, endpoint, .. } = &one.subscription;
    if one.subscription.is_pending() {
        let what = format!("the subscription of {protocol} {endpoint} is not confirmed");
        let mend = "confirm it (the link is in the mail or request SNS sent), or remove it from subscriptions";
        return Some(Finding::warning(topic, what, "nothing is delivered there", mend));
    }
    let lost = matches!(protocol.as_str(), "sqs" | "lambda" | "https" | "http")
        && !endpoint.contains("-tail-")
        && one.attributes.get("RedrivePolicy").is_none_or(|policy| policy.trim().is_empty());
    let what = format!("what it cannot deliver to {protocol} {endpoint} goes nowhere");
    let mend = "make the subscription with the variable subscriptions, which gives it a queue for that";
    lost.then(|| Finding::warning(topic, what, "it is lost for that subscriber", mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscribed(endpoint: &str, attributes: &[(&str, &str)]) -> Subscribed {
        let (protocol, endpoint, arn) = ("sqs".to_owned(), endpoint.to_owned(), "arn:aws:sns:r:1:t:u".to_owned());
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Subscribed { subscription: Subscription { protocol, endpoint, arn }, attributes }
    }

    fn whats(all: &[Subscribed]) -> Vec<String> {
        let listeners = [Listener { queue_arn: "arn:q".into(), undelivered_arn: "arn:q-undelivered".into() }];
        judge("t", all, &listeners).into_iter().map(|finding| finding.what).collect()
    }

    const REDRIVE: (&str, &str) = ("RedrivePolicy", r#"{"deadLetterTargetArn":"arn:q-undelivered"}"#);

    #[test]
    fn a_subscription_as_terraform_makes_it_is_well() {
        assert_eq!(whats(&[subscribed("arn:q", &[REDRIVE, ("RawMessageDelivery", "false")])]), Vec::<String>::new());
    }

    #[test]
    fn what_loses_messages_is_an_error() {
        assert_eq!(whats(&[]), ["arn:q is not subscribed"]);
        let with = |other: (&str, &str)| whats(&[subscribed("arn:q", &[REDRIVE, other])]);
        assert_eq!(with(("RawMessageDelivery", "true")), ["the subscription of arn:q is raw"]);
        assert_eq!(with(("FilterPolicy", r#"{"a":["b"]}"#)), ["the subscription of arn:q has a filter policy"]);
        let nowhere = ["what it cannot deliver to arn:q does not go to arn:q-undelivered"];
        assert_eq!(whats(&[subscribed("arn:q", &[])]), nowhere);
        assert_eq!(whats(&[subscribed("arn:q", &[("RedrivePolicy", r#"{"deadLetterTargetArn":"arn:x"}"#)])]), nowhere);
    }

    #[test]
    fn others_are_warned_of_what_they_lose() {
        let ours = subscribed("arn:q", &[REDRIVE]);
        assert_eq!(
            whats(&[ours.clone(), subscribed("arn:x", &[])]),
            ["what it cannot deliver to sqs arn:x goes nowhere"]
        );
        let mut pending = subscribed("a@example.org", &[]);
        (pending.subscription.protocol, pending.subscription.arn) = ("email".into(), "PendingConfirmation".into());
        assert_eq!(whats(&[ours, pending]), ["the subscription of email a@example.org is not confirmed"]);
    }
}
