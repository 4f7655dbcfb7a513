//! An agent's queue and its two queues for dead letters.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use aws_sdk_sqs::types::QueueAttributeName;
use mesh_core::Manifest;
use serde_json::Value;

use super::{
    super::{Finding, Findings},
    APPLY, Patient, policy,
};
use crate::aws::{Deployment, sdk};

const FOURTEEN_DAYS: u64 = 14 * 24 * 3600;
/// Receives after which SQS itself moves a message: the net for "nothing ran at all".
const MAX_RECEIVE_COUNT: u64 = 20;
/// Fewer, and throttled or crashed invocations move messages nobody has tried.
const LEAST_RECEIVE_COUNT: u64 = 5;
/// What a message of the mesh may weigh.
const LEAST_SIZE: u64 = 256 * 1024;

/// A queue's attributes, as SQS names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct QueueFacts {
    name: String,
    attributes: BTreeMap<String, String>,
}

impl QueueFacts {
    fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn number(&self, name: &str) -> u64 {
        self.text(name).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    fn json(&self, name: &str) -> Option<Value> {
        serde_json::from_str(self.text(name)?).ok()
    }
}

/// What an agent's queue should be like.
struct Plan {
    timeout_seconds: u64,
    arn: String,
    dlq_arn: String,
    topics: BTreeSet<String>,
}

pub(super) async fn check(patient: &Patient<'_>, manifest: &Manifest, timeout_seconds: u64, findings: &mut Findings) {
    let (deployment, agent) = (&patient.deployment, &manifest.name);
    let names = &deployment.names;
    let plan = Plan {
        timeout_seconds,
        arn: deployment.queue_arn(&names.queue(agent)),
        dlq_arn: deployment.queue_arn(&names.dlq(agent)),
        topics: patient.topics_of(manifest),
    };
    type Judge = fn(&QueueFacts, &Plan) -> Vec<Finding>;
    let queues: [(String, Judge); 3] =
        [(names.queue(agent), queue), (names.dlq(agent), dlq), (names.undelivered(agent), undelivered)];
    for (name, judge) in queues {
        match facts(deployment, &name).await {
            Ok(Some(facts)) => findings.looked(judge(&facts, &plan)),
            Ok(None) => {
                let why = "what is sent there is lost, or never leaves its sender";
                findings.looked([Finding::error(&name, "the queue does not exist", why, "terraform apply")]);
            }
            Err(error) => findings.looked([patient.unchecked(&name, &error)]),
        }
    }
}

async fn facts(deployment: &Deployment, name: &str) -> anyhow::Result<Option<QueueFacts>> {
    let Some(url) = deployment.queue_url(name).await? else { return Ok(None) };
    let request = deployment.sqs.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All);
    let answer = request.send().await.map_err(sdk).with_context(|| format!("cannot read the attributes of {name}"))?;
    let attributes = answer.attributes.unwrap_or_default();
    let attributes = attributes.into_iter().map(|(name, value)| (name.as_str().to_owned(), value)).collect();
    Ok(Some(QueueFacts { name: name.to_owned(), attributes }))
}

fn queue(facts: &QueueFacts, plan: &Plan) -> Vec<Finding> {
    let name = facts.name.as_str();
    let mut findings = common(facts);
    let (is, least) = (facts.number("VisibilityTimeout"), 6 * plan.timeout_seconds);
    if is < least {
        let what =
            format!("its visibility time-out is {is} s, under six times the function's {} s", plan.timeout_seconds);
        let why = "a message comes again while it is still worked on";
        findings.push(Finding::error(name, what, why, set(facts, &format!("VisibilityTimeout={least}"))));
    }
    findings.extend(redrive(facts, plan));
    findings.extend(policy::judge(name, facts.text("Policy"), &plan.topics));
    findings
}

fn redrive(facts: &QueueFacts, plan: &Plan) -> Option<Finding> {
    let name = facts.name.as_str();
    let Some(redrive) = facts.json("RedrivePolicy") else {
        let why = "a message that nothing can even begin comes again until its 14 days are over, and is gone";
        return Some(Finding::error(name, "it has no redrive policy", why, APPLY));
    };
    // Numbers stand there as numbers or as texts, as whoever set them wrote them.
    let count = &redrive["maxReceiveCount"];
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok()).unwrap_or(0);
    if redrive["deadLetterTargetArn"] != plan.dlq_arn.as_str() {
        let what = format!("its dead letters go to {}", redrive["deadLetterTargetArn"]);
        return Some(Finding::error(name, what, "`mesh dlq` and the alarms look elsewhere", APPLY));
    }
    let what = format!("maxReceiveCount is {count}, not {MAX_RECEIVE_COUNT}");
    let why =
        "attempts are counted in the ledger; SQS counts crashes, throttles and back-offs as well, and gives up sooner";
    match count {
        0..LEAST_RECEIVE_COUNT => Some(Finding::error(name, what, why, APPLY)),
        MAX_RECEIVE_COUNT => None,
        _ => Some(Finding::warning(name, what, why, APPLY)),
    }
}

fn dlq(facts: &QueueFacts, plan: &Plan) -> Vec<Finding> {
    let name = facts.name.as_str();
    let mut findings = common(facts);
    let allow = facts.json("RedriveAllowPolicy").unwrap_or_default();
    let listed =
        allow["sourceQueueArns"].as_array().is_some_and(|arns| arns.iter().any(|arn| *arn == plan.arn.as_str()));
    let permission = allow["redrivePermission"].as_str().unwrap_or("allowAll");
    let why = "other queues may put their dead letters there, or the agent's own may not";
    match (permission, listed) {
        ("byQueue", true) => {}
        ("allowAll", _) => {
            findings.push(Finding::warning(name, "every queue of the account may put dead letters there", why, APPLY));
        }
        _ => findings.push(Finding::error(name, "the agent's queue may not put dead letters there", why, APPLY)),
    }
    findings
}

fn undelivered(facts: &QueueFacts, plan: &Plan) -> Vec<Finding> {
    let mut findings = common(facts);
    findings.extend(policy::judge(&facts.name, facts.text("Policy"), &plan.topics));
    findings
}

/// What holds of every queue.
fn common(facts: &QueueFacts) -> Vec<Finding> {
    let name = facts.name.as_str();
    let mut findings = Vec::new();
    let retention = facts.number("MessageRetentionPeriod");
    if retention < FOURTEEN_DAYS {
        let what = format!("it keeps messages for {retention} s, not {FOURTEEN_DAYS} s (14 days)");
        let why = "messages vanish; a dead letter keeps the time it was first sent at, so it needs the full 14 days";
        findings.push(Finding::error(name, what, why, set(facts, &format!("MessageRetentionPeriod={FOURTEEN_DAYS}"))));
    }
    let size = facts.number("MaximumMessageSize");
    if size < LEAST_SIZE {
        let what = format!("it takes messages of at most {size} bytes, under {LEAST_SIZE}");
        let why = "SNS cannot deliver a larger event, and does not repeat it";
        findings.push(Finding::error(name, what, why, set(facts, &format!("MaximumMessageSize={LEAST_SIZE}"))));
    }
    if let Some(key) = facts.text("KmsMasterKeyId").filter(|key| key.ends_with("alias/aws/sqs")) {
        let what = format!("it is encrypted with {key}, which SNS may not use");
        let why = "SNS cannot deliver to it, and does not repeat it";
        findings.push(Finding::error(name, what, why, set(facts, "KmsMasterKeyId=,SqsManagedSseEnabled=true")));
    }
    findings
}

/// The command that sets attributes of a queue.
fn set(facts: &QueueFacts, attributes: &str) -> String {
    let url = format!("$(aws sqs get-queue-url --queue-name {} --output text)", facts.name);
    format!("aws sqs set-queue-attributes --queue-url {url} --attributes {attributes}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan() -> Plan {
        let topics = BTreeSet::from(["arn:t".to_owned()]);
        Plan { timeout_seconds: 120, arn: "arn:q".into(), dlq_arn: "arn:q-dlq".into(), topics }
    }

    /// A queue as Terraform makes it, with these attributes instead.
    fn facts(other: &[(&str, &str)]) -> QueueFacts {
        let policy =
            json!({"Statement": [{"Effect": "Allow", "Condition": {"ArnEquals": {"aws:SourceArn": "arn:t"}}}]});
        let attributes = [
            ("VisibilityTimeout", "720"),
            ("MessageRetentionPeriod", "1209600"),
            ("MaximumMessageSize", "262144"),
            ("RedrivePolicy", r#"{"deadLetterTargetArn":"arn:q-dlq","maxReceiveCount":20}"#),
            ("RedriveAllowPolicy", r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:q"]}"#),
            ("Policy", &policy.to_string()),
        ];
        let all = attributes.iter().chain(other).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        QueueFacts { name: "q".into(), attributes: all.collect() }
    }

    fn whats(judge: fn(&QueueFacts, &Plan) -> Vec<Finding>, other: &[(&str, &str)]) -> Vec<String> {
        judge(&facts(other), &plan()).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn queues_as_terraform_makes_them_are_well() {
        for judge in [queue, dlq, undelivered] {
            assert_eq!(whats(judge, &[]), Vec::<String>::new());
        }
    }

    #[test]
    fn a_visibility_shorter_than_six_time_outs_is_an_error_with_its_cure() {
        let found = queue(&facts(&[("VisibilityTimeout", "719")]), &plan());
        assert_eq!(found.len(), 1);
        assert!(
            found[0].what.contains("719 s") && found[0].mend.ends_with("--attributes VisibilityTimeout=720"),
            "{found:?}"
        );
    }

    #[test]
    fn retention_and_size_hold_for_all_three() {
        for judge in [queue, dlq, undelivered] {
            assert!(whats(judge, &[("MessageRetentionPeriod", "345600")])[0].contains("345600 s"));
            assert!(whats(judge, &[("MaximumMessageSize", "65536")])[0].contains("65536 bytes"));
            assert!(whats(judge, &[("KmsMasterKeyId", "alias/aws/sqs")])[0].contains("SNS may not use"));
        }
    }

    #[test]
    fn dead_letters_go_where_they_are_looked_for_and_not_too_soon() {
        let redrive = |count: &str, target: &str| {
            let policy = format!(r#"{{"deadLetterTargetArn":"{target}","maxReceiveCount":{count}}}"#);
            queue(&facts(&[("RedrivePolicy", &policy)]), &plan())
        };
        assert!(redrive("20", "arn:q-dlq").is_empty() && redrive(r#""20""#, "arn:q-dlq").is_empty());
        assert!(redrive("20", "arn:other")[0].what.contains("arn:other"));
        assert_eq!(redrive("3", "arn:q-dlq")[0].severity, super::super::super::Severity::Error);
        assert_eq!(redrive("10", "arn:q-dlq")[0].severity, super::super::super::Severity::Warning);
        assert_eq!(whats(queue, &[("RedrivePolicy", "")]), ["it has no redrive policy"]);
    }

    #[test]
    fn only_the_agents_queue_may_put_dead_letters_there() {
        let open = r#"{"redrivePermission":"allowAll"}"#;
        assert_eq!(
            whats(dlq, &[("RedriveAllowPolicy", open)]),
            ["every queue of the account may put dead letters there"]
        );
        let other = r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:x"]}"#;
        assert_eq!(whats(dlq, &[("RedriveAllowPolicy", other)]), ["the agent's queue may not put dead letters there"]);
    }
}
