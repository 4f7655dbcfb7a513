//! What everything in a deployment is called. Terraform builds the same names (`terraform/`, `local.names`).

/// Names of one deployment: a prefix in an account and region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Prefix of every name, such as `va-phase1`.
    pub prefix: String,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// Region, such as `eu-central-1`.
    pub region: String,
    /// Account, twelve digits.
    pub account: String,
}

impl Names {
    /// Names under `prefix` in `account` and `region`; the partition follows from the region.
    pub fn new(prefix: impl Into<String>, account: impl Into<String>, region: impl Into<String>) -> Self {
        let region = region.into();
        let partition = match region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        Self { prefix: prefix.into(), partition: partition.to_owned(), region, account: account.into() }
    }

    /// The topic of a channel: `/content/request` gives `<prefix>-content-request`.
    #[must_use]
    pub fn topic(&self, channel: &str) -> String {
        format!("{}{}", self.prefix, channel.replace('/', "-"))
    }

    /// The topic's ARN.
    #[must_use]
    pub fn topic_arn(&self, channel: &str) -> String {
        format!("arn:{}:sns:{}:{}:{}", self.partition, self.region, self.account, self.topic(channel))
    }

    /// The table of a kind of documents: `site_build` gives `<prefix>-site-build`.
    #[must_use]
    pub fn table(&self, kind: &str) -> String {
        format!("{}-{}", self.prefix, kind.replace('_', "-"))
    }

    /// The table of an agent's ledger.
    #[must_use]
    pub fn ledger(&self, agent: &str) -> String {
        format!("{}-{agent}-ledger", self.prefix)
    }

    /// An agent's queue; also the name of its function.
    #[must_use]
    pub fn queue(&self, agent: &str) -> String {
        format!("{}-{agent}", self.prefix)
    }

    /// An agent's dead-letter queue.
    #[must_use]
    pub fn dlq(&self, agent: &str) -> String {
        format!("{}-{agent}-dlq", self.prefix)
    }

    /// Where SNS puts what it could not deliver to an agent's queue.
    #[must_use]
    pub fn undelivered(&self, agent: &str) -> String {
        format!("{}-{agent}-undelivered", self.prefix)
    }

    /// The bucket of drafts, answers and quarantine, unless settings name another.
    #[must_use]
    pub fn objects_bucket(&self) -> String {
        format!("{}-content-objects", self.prefix)
    }

    /// The bucket of the site, unless settings name another.
    #[must_use]
    pub fn site_bucket(&self) -> String {
        format!("{}-site", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_design_document() {
        let names = Names::new("va-phase1", "123456789012", "eu-central-1");
        assert_eq!(names.table("content"), "va-phase1-content");
        assert_eq!(names.objects_bucket(), "va-phase1-content-objects");
        assert_eq!(
            names.topic_arn("/content/request"),
            "arn:aws:sns:eu-central-1:123456789012:va-phase1-content-request"
        );
        assert_eq!(names.table("site_build"), "va-phase1-site-build");
        assert_eq!(names.dlq("content-gen"), "va-phase1-content-gen-dlq");
    }
}
