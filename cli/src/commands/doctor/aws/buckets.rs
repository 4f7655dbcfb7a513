//! The buckets: who may read them, and how long they keep what.

use anyhow::Context;
use aws_sdk_s3::{
    Client,
    error::ProvideErrorMetadata,
    types::{ExpirationStatus, LifecycleRule},
};
use mesh_aws::clients;

use super::{
    super::{Finding, Findings},
    APPLY, Patient,
};
use crate::aws::sdk;

/// What outlives a queue, its dead-letter queue and the ledger.
const LEAST_DAYS: i32 = 90;
/// What goes one day: answers, quarantine, drafts nobody published.
const PASSING: &[&str] = &["answers/", "quarantine/"];

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
struct BucketFacts {
    name: String,
    /// Whether all four blocks of public access are on.
    private: bool,
    encrypted: bool,
    /// Prefix and days after which objects expire.
    expiries: Vec<(String, i32)>,
}

pub(super) async fn check(patient: &Patient<'_>, findings: &mut Findings) {
    let client = clients::s3(&patient.deployment.config);
    let buckets = &patient.deployment.buckets;
    for (name, passing) in [(&buckets.objects, PASSING), (&buckets.site, &[])] {
        match facts(&client, name).await {
            Ok(Some(facts)) => findings.looked(judge(&facts, passing)),
            Ok(None) => {
                let why = "agents can keep nothing; their messages come again until it is there";
                let mend =
                    "terraform apply; or name it with MESH_OBJECTS_BUCKET and MESH_SITE_BUCKET (variable buckets)";
                findings.looked([Finding::error(name, "the bucket does not exist", why, mend)]);
            }
            Err(error) => findings.looked([patient.unchecked(name, &error)]),
        }
    }
}

async fn facts(client: &Client, name: &str) -> anyhow::Result<Option<BucketFacts>> {
    if let Err(error) = client.head_bucket().bucket(name).send().await {
        return match error.as_service_error().is_some_and(|error| error.is_not_found()) {
            true => Ok(None),
            false => Err(sdk(error)).context("cannot reach the bucket"),
        };
    }
    let private = match client.get_public_access_block().bucket(name).send().await {
        Ok(answer) => answer.public_access_block_configuration.is_some_and(|block| {
            let on = [block.block_public_acls, block.block_public_policy, block.ignore_public_acls];
            on.into_iter().chain([block.restrict_public_buckets]).all(|on| on == Some(true))
        }),
        Err(error) if error.code() == Some("NoSuchPublicAccessBlockConfiguration") => false,
        Err(error) => return Err(sdk(error)).context("cannot read the public access block"),
    };
    let encrypted = match client.get_bucket_encryption().bucket(name).send().await {
        Ok(answer) => answer.server_side_encryption_configuration.is_some_and(|one| !one.rules.is_empty()),
        Err(error) if error.code() == Some("ServerSideEncryptionConfigurationNotFoundError") => false,
        Err(error) => return Err(sdk(error)).context("cannot read the encryption"),
    };
    let rules = match client.get_bucket_lifecycle_configuration().bucket(name).send().await {
        Ok(answer) => answer.rules.unwrap_or_default(),
        Err(error) if error.code() == Some("NoSuchLifecycleConfiguration") => Vec::new(),
        Err(error) => return Err(sdk(error)).context("cannot read the lifecycle rules"),
    };
    let expiries = rules.iter().filter_map(expiry).collect();
    Ok(Some(BucketFacts { name: name.to_owned(), private, encrypted, expiries }))
}

fn expiry(rule: &LifecycleRule) -> Option<(String, i32)> {
    let days = rule.expiration.as_ref()?.days?;
    let filter = rule.filter.as_ref();
    let both = || filter?.and.as_ref()?.prefix.clone();
    #[allow(deprecated, reason = "rules made by older tools carry their prefix there")]
    let prefix = filter.and_then(|filter| filter.prefix.clone()).or_else(both).or_else(|| rule.prefix.clone());
    (rule.status == ExpirationStatus::Enabled).then(|| (prefix.unwrap_or_default(), days))
}

fn judge(facts: &BucketFacts, passing: &[&str]) -> Vec<Finding> {
    let name = facts.name.as_str();
    let mut findings = Vec::new();
    if !facts.private {
        let why = "a slip in a policy or an ACL makes drafts and answers public";
        findings.push(Finding::error(name, "public access is not blocked in all four ways", why, APPLY));
    }
    if !facts.encrypted {
        findings.push(Finding::warning(name, "it names no encryption", "objects lie as S3 thinks best", APPLY));
    }
    for (prefix, days) in facts.expiries.iter().filter(|(_, days)| *days < LEAST_DAYS) {
        let prefix = if prefix.is_empty() { "everything" } else { prefix };
        let what = format!("{prefix} expires after {days} days, under {LEAST_DAYS}");
        let why = "a message replayed from a dead-letter queue, or a ledger entry, points at what is gone";
        findings.push(Finding::error(name, what, why, APPLY));
    }
    for prefix in passing {
        if !facts.expiries.iter().any(|(of, _)| prefix.starts_with(of.as_str())) {
            let what = format!("{prefix} never expires");
            findings.push(Finding::note(name, what, "what nobody can use any more is paid for", APPLY));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(expiries: &[(&str, i32)]) -> BucketFacts {
        let expiries = expiries.iter().map(|(prefix, days)| ((*prefix).to_owned(), *days)).collect();
        BucketFacts { name: "b".into(), private: true, encrypted: true, expiries }
    }

    fn whats(facts: &BucketFacts) -> Vec<String> {
        judge(facts, PASSING).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn buckets_keep_for_ninety_days_and_not_for_ever() {
        assert!(whats(&bucket(&[("answers/", 120), ("quarantine/", 90)])).is_empty());
        assert!(whats(&bucket(&[("", 90)])).is_empty(), "a rule for everything");
        let short = whats(&bucket(&[("answers/", 89), ("quarantine/", 90)]));
        assert_eq!(short, ["answers/ expires after 89 days, under 90"]);
        assert_eq!(whats(&bucket(&[("answers/", 90)])), ["quarantine/ never expires"]);
    }

    #[test]
    fn an_open_bucket_is_an_error() {
        let open = BucketFacts { private: false, encrypted: false, ..bucket(&[("", 90)]) };
        assert_eq!(whats(&open), ["public access is not blocked in all four ways", "it names no encryption"]);
    }
}
