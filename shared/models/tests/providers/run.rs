//! Runs the cases of a provider.

use crate::{case::Case, check, log, provider::Provider};

/// What every provider must have a case of.
pub(crate) const NEEDED: [&str; 26] = [
    "ok",
    "ok_schema",
    "truncated",
    "auth",
    "permission",
    "model_not_found",
    "context_length",
    "unsupported_then_ok",
    "unsupported_schema_then_ok",
    "rate_limit_seconds",
    "rate_limit_millis",
    "rate_limit_date",
    "rate_limit_past_deadline",
    "quota",
    "server_error_then_ok",
    "html_502",
    "html_200",
    "empty_body",
    "slow_answer",
    "slow_body",
    "huge_body",
    "invalid_utf8",
    "duplicate_keys",
    "redirect",
    "echo",
    "usage_missing",
];

/// Cases side by side. Some have to be answered in a third of a second, on whatever machine.
const AT_ONCE: usize = 6;

/// Runs all cases of a provider and tells of all that broke.
pub(crate) async fn run(provider: &'static Provider, needed: &[&str], at_least: usize) {
    log::start();
    let mut cases = Case::all(provider.fixtures);
    // Those that are asked again wait; they wait together.
    cases.sort_by_key(|case| case.expect("calls").and_then(serde_json::Value::as_u64));
    for needed in needed {
        assert!(cases.iter().any(|case| case.name == *needed), "{} has no case {needed}", provider.fixtures);
    }
    assert!(cases.len() >= at_least, "{} cases of {} alone", cases.len(), provider.fixtures);
    let mut broken = Vec::new();
    for some in cases.chunks(AT_ONCE) {
        // Clients take a while to build; deadlines start after that.
        let prepared: Vec<_> = some.iter().map(|case| check::prepare(provider, case)).collect();
        let mut running = tokio::task::JoinSet::new();
        for ready in prepared {
            running.spawn(ready.run());
        }
        let outcomes = running.join_all().await;
        for case in some {
            let outcome = outcomes.iter().find(|outcome| outcome.case == case.name).unwrap();
            let what = check::case(provider, case, outcome);
            broken.extend(what.into_iter().map(|what| format!("{}/{}: {what}", provider.fixtures, case.name)));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
    log::check();
}
