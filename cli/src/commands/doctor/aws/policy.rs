//! Who may send to a queue, by its policy.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{super::Finding, APPLY};

/// The policy of the queue `name` must let exactly these topics send.
pub(super) fn judge(name: &str, policy: Option<&str>, topics: &BTreeSet<String>) -> Vec<Finding> {
    let lost = "SNS does not repeat what a policy refuses: the message goes to the subscription's dead-letter queue";
    let Some(policy) = policy.and_then(|policy| serde_json::from_str::<Value>(policy).ok()) else {
        return vec![Finding::error(name, "no policy lets topics send to it", lost, APPLY)];
    };
    let mut findings = Vec::new();
    let mut allowed: BTreeSet<String> = BTreeSet::new();
    for statement in list(policy.get("Statement")).filter(|statement| statement["Effect"] == "Allow") {
        let sources = sources(statement);
        if sources.is_empty() {
            let what = "its policy lets somebody send whatever the source is";
            let why = "anybody who reaches it may give orders to the agent";
            // That is among them all its topics.
            return vec![Finding::error(name, what, why, APPLY)];
        }
        allowed.extend(sources);
    }
    for topic in topics.difference(&allowed) {
        findings.push(Finding::error(name, format!("its policy does not let {topic} send"), lost, APPLY));
    }
    for other in allowed.difference(topics) {
        let why = "the agent gets messages of channels it has not declared";
        findings.push(Finding::warning(name, format!("its policy also lets {other} send"), why, APPLY));
    }
    findings
}

/// The ARNs a statement is limited to.
fn sources(statement: &Value) -> BTreeSet<String> {
    let Some(condition) = statement.get("Condition").and_then(Value::as_object) else { return BTreeSet::new() };
    let operators = ["ArnEquals", "ArnLike", "StringEquals", "StringLike"];
    let of = |operator: &&str| condition.get(*operator).and_then(Value::as_object);
    let arns = operators.iter().filter_map(of).flatten().filter(|(key, _)| key.eq_ignore_ascii_case("aws:SourceArn"));
    arns.flat_map(|(_, value)| list(Some(value)).filter_map(Value::as_str)).map(str::to_owned).collect()
}

/// One or several, as policies write it.
fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let (many, one) = match value {
        Some(Value::Array(many)) => (many.as_slice(), None),
        one => (&[][..], one),
    };
    many.iter().chain(one)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn whats(statements: Value) -> Vec<String> {
        let topics = BTreeSet::from(["arn:t1".to_owned(), "arn:t2".to_owned()]);
        let policy = json!({"Statement": statements}).to_string();
        judge("q", Some(&policy), &topics).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn exactly_its_topics_may_send() {
        let allow = |arns: Value| {
            json!({"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                "Condition": {"ArnEquals": {"aws:SourceArn": arns}}})
        };
        let tls = json!({"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
        assert!(whats(json!([allow(json!(["arn:t1", "arn:t2"])), tls])).is_empty());
        assert!(whats(json!([allow(json!("arn:t1")), allow(json!("arn:t2"))])).is_empty(), "one statement each");
        assert_eq!(whats(allow(json!("arn:t1"))), ["its policy does not let arn:t2 send"]);
        assert_eq!(whats(json!([allow(json!(["arn:t1", "arn:t2", "arn:t3"]))])), ["its policy also lets arn:t3 send"]);
    }

    #[test]
    fn a_policy_for_everybody_and_none_at_all_are_errors() {
        let open = json!([{"Effect": "Allow", "Principal": "*", "Action": "sqs:*"}]);
        assert_eq!(whats(open), ["its policy lets somebody send whatever the source is"]);
        assert_eq!(judge("q", None, &BTreeSet::new())[0].what, "no policy lets topics send to it");
    }
}
