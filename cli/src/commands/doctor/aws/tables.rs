//! Tables: documents, fates, ledgers.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use aws_sdk_dynamodb::{
    Client,
    types::{KeySchemaElement, KeyType, TimeToLiveStatus},
};

use super::{
    super::{Finding, Findings},
    APPLY, Patient,
};
use crate::aws::sdk;

/// The attribute whose time has to come before an item may go.
const EXPIRES_AT: &str = "expires_at";
/// Indexes of a table of documents, and of a ledger: name, hash key, range key.
const DOCUMENTS: [(&str, &str, &str); 2] = [("by-owner", "owner", "sort"), ("by-index", "index", "sort")];
const LEDGER: [(&str, &str, &str); 2] = [("due", "pending", "due_at"), ("by-run", "correlation_id", "begun_at")];

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TableFacts {
    name: String,
    /// Its key, and those of its indexes: hash and range.
    key: (String, String),
    indexes: BTreeMap<String, (String, String)>,
    /// The attribute of its time to live, where that is switched on.
    ttl: Option<String>,
    /// Whether it can be restored to any second; `None`: that is not asked of it.
    recovery: Option<bool>,
}

pub(super) async fn check(patient: &Patient<'_>, findings: &mut Findings) {
    let client = Client::new(&patient.deployment.config);
    let names = &patient.deployment.names;
    let mut kinds = BTreeSet::from(["fates"]);
    for manifest in &patient.manifests {
        kinds.extend(manifest.reads.iter().chain(&manifest.writes).map(String::as_str));
    }
    let documents = kinds.iter().map(|kind| (names.table(kind), true));
    let ledgers = patient.manifests.iter().map(|manifest| (names.ledger(&manifest.name), false));
    for (name, documents) in documents.chain(ledgers) {
        match facts(&client, &name, patient.local).await {
            Ok(Some(facts)) => findings.looked(judge(&facts, documents)),
            Ok(None) => {
                let why = "agents can do nothing without it; their messages come again until it is there";
                findings.looked([Finding::error(&name, "the table does not exist", why, "terraform apply")]);
            }
            Err(error) => findings.looked([patient.unchecked(&name, &error)]),
        }
    }
}

async fn facts(client: &Client, name: &str, local: bool) -> anyhow::Result<Option<TableFacts>> {
    let table = match client.describe_table().table_name(name).send().await {
        Ok(answer) => answer.table.context("DynamoDB described no table")?,
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
            return Ok(None);
        }
        Err(error) => return Err(sdk(error)).context("cannot describe the table"),
    };
    let ttl = client.describe_time_to_live().table_name(name).send().await;
    let ttl = ttl.map_err(sdk).context("cannot read the time to live")?.time_to_live_description;
    let on = |status: &TimeToLiveStatus| matches!(status, TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling);
    let ttl = ttl.filter(|ttl| ttl.time_to_live_status.as_ref().is_some_and(on)).and_then(|ttl| ttl.attribute_name);
    let indexes = table.global_secondary_indexes.unwrap_or_default().into_iter();
    Ok(Some(TableFacts {
        name: name.to_owned(),
        key: key(table.key_schema.as_deref().unwrap_or_default()),
        indexes: indexes
            .map(|one| (one.index_name.unwrap_or_default(), key(one.key_schema.as_deref().unwrap_or_default())))
            .collect(),
        ttl,
        recovery: if local { None } else { Some(recovery(client, name).await?) },
    }))
}

async fn recovery(client: &Client, name: &str) -> anyhow::Result<bool> {
    let answer = client.describe_continuous_backups().table_name(name).send().await;
    let answer = answer.map_err(sdk).context("cannot read the point-in-time recovery")?;
    let status = answer
        .continuous_backups_description
        .and_then(|backups| backups.point_in_time_recovery_description)
        .and_then(|recovery| recovery.point_in_time_recovery_status);
    Ok(status.is_some_and(|status| status.as_str() == "ENABLED"))
}

fn key(schema: &[KeySchemaElement]) -> (String, String) {
    let of = |kind: &KeyType| {
        schema.iter().find(|one| one.key_type == *kind).map(|one| one.attribute_name.clone()).unwrap_or_default()
    };
    (of(&KeyType::Hash), of(&KeyType::Range))
}

fn judge(facts: &TableFacts, documents: bool) -> Vec<Finding> {
    let name = facts.name.as_str();
    let mut findings = Vec::new();
    let (key, indexes) = if documents { (("partition", "id"), DOCUMENTS) } else { (("event_id", ""), LEDGER) };
    let is = |found: &(String, String), wanted: (&str, &str)| (found.0.as_str(), found.1.as_str()) == wanted;
    if !is(&facts.key, key) {
        let what = format!("its key is {}/{}, not {}/{}", facts.key.0, facts.key.1, key.0, key.1);
        findings.push(Finding::error(name, what, "agents cannot read or write it", "make it anew; move its items"));
    }
    for (index, hash, range) in indexes {
        let why = match index {
            "due" => "what could not be dispatched is never sent",
            "by-run" => "`mesh show` and `mesh retry` see nothing of a run",
            _ => "lists and the search for the same topic fail",
        };
        if !facts.indexes.get(index).is_some_and(|found| is(found, (hash, range))) {
            let what = format!("it has no index {index} over {hash} and {range}");
            findings.push(Finding::error(name, what, why, APPLY));
        }
    }
    if facts.ttl.as_deref() != Some(EXPIRES_AT) {
        let what = format!("its time to live is not on {EXPIRES_AT}");
        let mend = format!(
            "aws dynamodb update-time-to-live --table-name {name} \
             --time-to-live-specification Enabled=true,AttributeName={EXPIRES_AT}"
        );
        findings.push(Finding::error(name, what, "nothing that has expired goes, and it grows for ever", mend));
    }
    if facts.recovery == Some(false) {
        let mend = format!(
            "aws dynamodb update-continuous-backups --table-name {name} \
             --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
        );
        let why = "what somebody deletes by mistake is gone";
        findings.push(Finding::warning(name, "it has no point-in-time recovery", why, mend));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(documents: bool) -> TableFacts {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let indexes = if documents { DOCUMENTS } else { LEDGER };
        TableFacts {
            name: "t".into(),
            key: if documents { pair("partition", "id") } else { pair("event_id", "") },
            indexes: indexes.iter().map(|(name, hash, range)| ((*name).to_owned(), pair(hash, range))).collect(),
            ttl: Some(EXPIRES_AT.into()),
            recovery: Some(true),
        }
    }

    fn whats(documents: bool, change: impl FnOnce(&mut TableFacts)) -> Vec<String> {
        let mut facts = table(documents);
        change(&mut facts);
        judge(&facts, documents).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn tables_as_terraform_makes_them_are_well() {
        assert!(whats(true, |_| {}).is_empty() && whats(false, |_| {}).is_empty());
        assert!(whats(true, |table| table.recovery = None).is_empty(), "not asked of a local endpoint");
    }

    #[test]
    fn what_a_table_lacks_is_said() {
        assert_eq!(whats(false, |table| table.ttl = None), ["its time to live is not on expires_at"]);
        assert_eq!(whats(false, |table| table.ttl = Some("ttl".into())), ["its time to live is not on expires_at"]);
        assert_eq!(whats(true, |table| table.recovery = Some(false)), ["it has no point-in-time recovery"]);
        let gone = |table: &mut TableFacts| drop(table.indexes.remove("due"));
        assert_eq!(whats(false, gone), ["it has no index due over pending and due_at"]);
        let wrong = |table: &mut TableFacts| table.key = ("id".into(), String::new());
        assert_eq!(whats(true, wrong), ["its key is id/, not partition/id"]);
    }
}
