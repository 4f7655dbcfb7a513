//! The event source mapping between an agent's queue and its function.

use anyhow::Context;
use aws_sdk_lambda::{Client, types::FunctionResponseType};
use mesh_core::Manifest;

use super::{
    super::Finding,
    APPLY,
    functions::{ALIAS, FunctionFacts},
};
use crate::aws::sdk;

/// The least that Lambda takes as a mapping's maximum.
const LEAST_CONCURRENCY: i32 = 2;

/// A mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MappingFacts {
    pub(super) uuid: String,
    pub(super) function_arn: String,
    pub(super) state: String,
    pub(super) batch_size: i32,
    pub(super) reports_failures: bool,
    pub(super) maximum_concurrency: Option<i32>,
    pub(super) filtered: bool,
}

pub(super) async fn facts(client: &Client, queue_arn: &str) -> anyhow::Result<Vec<MappingFacts>> {
    let mut found = Vec::new();
    let mut pages = client.list_event_source_mappings().event_source_arn(queue_arn).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(sdk).context("cannot list the event source mappings of the queue")?;
        found.extend(page.event_source_mappings.unwrap_or_default().into_iter().map(|one| {
            MappingFacts {
                uuid: one.uuid.unwrap_or_default(),
                function_arn: one.function_arn.unwrap_or_default(),
                state: one.state.unwrap_or_default(),
                batch_size: one.batch_size.unwrap_or(0),
                reports_failures: one
                    .function_response_types
                    .is_some_and(|types| types.contains(&FunctionResponseType::ReportBatchItemFailures)),
                maximum_concurrency: one.scaling_config.and_then(|scaling| scaling.maximum_concurrency),
                filtered: one
                    .filter_criteria
                    .and_then(|criteria| criteria.filters)
                    .is_some_and(|filters| !filters.is_empty()),
            }
        }));
    }
    Ok(found)
}

/// Judges the mappings of the function's queue, and what is reserved for them.
pub(super) fn judge(facts: &FunctionFacts, manifest: &Manifest) -> Vec<Finding> {
    let name = facts.name.as_str();
    let ours: Vec<&MappingFacts> = facts.mappings.iter().filter(|one| one.function_arn.contains(name)).collect();
    let [mapping] = ours.as_slice() else {
        let what = format!("{} event source mappings lead from its queue to it, not one", ours.len());
        let why = "none: nothing is handled; several: its concurrency is a multiple of what was asked for";
        return vec![Finding::error(name, what, why, "terraform apply; delete what it did not make")];
    };
    let mut findings = Vec::new();
    let update = |option: &str| format!("aws lambda update-event-source-mapping --uuid {} {option}", mapping.uuid);
    if !mapping.function_arn.ends_with(&format!(":{ALIAS}")) {
        let what = format!("its mapping invokes {}, not the alias {ALIAS}", mapping.function_arn);
        let why = "a release goes live at once, and a roll-back changes nothing";
        findings.push(Finding::error(name, what, why, APPLY));
    }
    if !["Enabled", "Enabling", "Creating", "Updating"].contains(&mapping.state.as_str()) {
        let what = format!("its mapping is {}", mapping.state);
        findings.push(Finding::error(name, what, "nothing is handled", update("--enabled")));
    }
    if !mapping.reports_failures {
        let why = "one message that is to come again brings its whole batch again, or none of it comes again";
        let mend = update("--function-response-types ReportBatchItemFailures");
        findings.push(Finding::error(name, "its mapping ignores which messages of a batch failed", why, mend));
    }
    if mapping.filtered {
        let why = "what a filter does not let through is deleted";
        findings.push(Finding::error(name, "its mapping has a filter", why, update("--filter-criteria '{}'")));
    }
    findings.extend(batch(name, mapping, manifest, &update));
    findings.extend(concurrency(facts, mapping, manifest));
    findings
}

/// Agents that ask models take one message at a time: the time-out is that of one.
fn batch(name: &str, mapping: &MappingFacts, manifest: &Manifest, update: &dyn Fn(&str) -> String) -> Option<Finding> {
    let asks = manifest.subscribes.iter().any(|subscription| !subscription.asks.is_empty());
    let most = if asks { 1 } else { 10 };
    let what = format!("its mapping hands over up to {} messages at once, not {most}", mapping.batch_size);
    let why = "the function's time-out is made for fewer; what it does not come to counts as received once more";
    (mapping.batch_size > most).then(|| Finding::warning(name, what, why, update(&format!("--batch-size {most}"))))
}

fn concurrency(facts: &FunctionFacts, mapping: &MappingFacts, manifest: &Manifest) -> Vec<Finding> {
    let name = facts.name.as_str();
    let why = "the mapping takes more from the queue than the function may run; each such message counts as received";
    let Some(maximum) = mapping.maximum_concurrency else {
        let mend = format!("terraform apply; concurrency in agent.json is {}", manifest.concurrency);
        return vec![Finding::error(name, "its mapping has no maximum concurrency", why, mend)];
    };
    let mut findings = Vec::new();
    let wanted = i32::try_from(manifest.concurrency).unwrap_or(i32::MAX).max(LEAST_CONCURRENCY);
    if maximum != wanted {
        let what = format!("its mapping runs up to {maximum} at once, agent.json says {wanted}");
        let why = "on purpose when overrides say so; else the provider of the model, or the budget, gets another load";
        findings.push(Finding::note(name, what, why, "overrides.<agent>.concurrency in the environment's tfvars"));
    }
    match facts.reserved {
        None => {
            let what = "no concurrency is reserved for it";
            let mend = "reserve_concurrency = true, once the account has more than 100 to spare";
            findings.push(Finding::warning(name, what, why, mend));
        }
        Some(reserved) if reserved <= maximum => {
            let what = format!("{reserved} are reserved for it, not {} (mapping and sweep)", maximum + 1);
            let mend = format!(
                "aws lambda put-function-concurrency --function-name {name} --reserved-concurrent-executions {}",
                maximum + 1
            );
            findings.push(Finding::error(name, what, why, mend));
        }
        Some(_) => {}
    }
    findings
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// The mapping of content-gen as Terraform makes it.
    pub(in super::super) fn mapping() -> MappingFacts {
        MappingFacts {
            uuid: "u".into(),
            function_arn: "arn:aws:lambda:eu-central-1:123456789012:function:va-dev-content-gen:live".into(),
            state: "Enabled".into(),
            batch_size: 1,
            reports_failures: true,
            maximum_concurrency: Some(2),
            filtered: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::functions::testing::facts, *};

    fn whats(change: impl FnOnce(&mut FunctionFacts)) -> Vec<String> {
        let manifest = Manifest::parse(agent_content_gen::MANIFEST).expect("a manifest");
        let mut facts = facts();
        change(&mut facts);
        judge(&facts, &manifest).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_mapping_as_terraform_makes_it_is_well() {
        assert_eq!(whats(|_| {}), Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_with_a_mapping_is_said() {
        let one = |change: fn(&mut MappingFacts)| whats(|facts| change(&mut facts.mappings[0]));
        assert!(one(|m| m.function_arn = "arn:function:va-dev-content-gen".into())[0].contains("not the alias live"));
        assert_eq!(one(|m| m.state = "Disabled".into()), ["its mapping is Disabled"]);
        assert!(one(|m| m.reports_failures = false)[0].contains("ignores"));
        assert_eq!(one(|m| m.filtered = true), ["its mapping has a filter"]);
        assert!(one(|m| m.batch_size = 10)[0].contains("up to 10 messages at once, not 1"));
        assert_eq!(one(|m| m.maximum_concurrency = None), ["its mapping has no maximum concurrency"]);
        assert!(whats(|facts| facts.mappings.clear())[0].starts_with("0 event source mappings"));
    }

    #[test]
    fn one_more_is_reserved_than_the_mapping_uses() {
        assert_eq!(whats(|facts| facts.reserved = Some(2)), ["2 are reserved for it, not 3 (mapping and sweep)"]);
        assert_eq!(whats(|facts| facts.reserved = None), ["no concurrency is reserved for it"]);
        assert!(whats(|facts| facts.reserved = Some(9)).is_empty());
    }
}
