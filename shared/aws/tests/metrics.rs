//! Metrics as CloudWatch reads them. A process of its own: there is one collector in each.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, dead_code, missing_docs)]

#[path = "host/support.rs"]
mod support;

use mesh_aws::observe::{Metrics, NAMESPACE};
use serde_json::{Value, json};

use crate::support::{Bench, batch, record};

fn lines(metrics: Metrics) -> Vec<Value> {
    let mut written = Vec::new();
    metrics.write(&mut written).expect("written");
    let text = String::from_utf8(written).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

/// The line with these dimensions.
fn with<'a>(lines: &'a [Value], dimensions: &[&str]) -> &'a Value {
    let fits = |line: &&Value| line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == json!([dimensions]);
    lines.iter().find(fits).unwrap_or_else(|| panic!("no line with {dimensions:?}: {lines:#?}"))
}

/// Each metric of a line with its unit.
fn units(line: &Value) -> Vec<String> {
    let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().expect("metrics");
    let mut units: Vec<String> = metrics.iter().map(|one| format!("{} {}", one["Name"], one["Unit"])).collect();
    units.sort();
    units
}

#[test]
fn an_invocation_counts_by_agent_and_failures_by_type_as_well() {
    let metrics = Metrics::start("teller").expect("the first");
    metrics.of_request("req-1");
    let bench = Bench::new();
    let records =
        [record("a", "hello"), record("b", "hi"), record("c", "never"), json!({ "messageId": "d", "body": "{}" })];
    bench.invoke(batch(&records)).expect("an answer");
    let lines = lines(metrics);
    assert_eq!(lines.len(), 3, "{lines:#?}");
    for line in &lines {
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], NAMESPACE);
        assert_eq!((&line["Agent"], &line["requestId"]), (&"teller".into(), &"req-1".into()));
        assert!(line["_aws"]["Timestamp"].is_u64());
    }

    let of_agent = with(&lines, &["Agent"]);
    assert_eq!((&of_agent["Teller.SuccessCount"], &of_agent["Teller.FailureCount"]), (&2.into(), &2.into()));
    assert_eq!(of_agent["Teller.LatencyMs"].as_array().map(Vec::len), Some(2));
    let expected = [
        r#""Teller.FailureCount" "Count""#,
        r#""Teller.LatencyMs" "Milliseconds""#,
        r#""Teller.SuccessCount" "Count""#,
    ];
    assert_eq!(units(of_agent), expected);

    let by_type = lines.iter().filter(|line| line.get("ErrorType").is_some());
    let mut types: Vec<(&str, u64)> = by_type
        .map(|line| {
            (line["ErrorType"].as_str().expect("a type"), line["Teller.FailureCount"].as_u64().expect("a count"))
        })
        .collect();
    types.sort_unstable();
    assert_eq!(types, [("EchoFailure", 1), ("ValidationError", 1)]);
    with(&lines, &["Agent", "ErrorType"]);

    assert_eq!(self::lines(metrics), Vec::<Value>::new(), "counted once");
}
