//! Which deployment a process belongs to.

use std::collections::BTreeMap;

use mesh_core::{ConfigError, env};

use crate::Names;

/// Where the SDK finds the region as well; the names need it too.
const AWS_REGION: &str = "AWS_REGION";
/// So that the longest name made of it, a bucket's, keeps within 63 characters.
const LONGEST_PREFIX: usize = 40;

/// The deployment a process belongs to, from its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What everything is called.
    pub names: Names,
    /// `local`, `dev`, `staging` or `prod`; empty when nobody said.
    pub environment: String,
    /// Bucket of drafts, answers, quarantine.
    pub objects_bucket: String,
    /// Bucket of the site.
    pub site_bucket: String,
}

/// The names and addresses of an agent's process, from its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The deployment.
    pub place: Place,
    /// Address of the agent's queue.
    pub queue_url: String,
    /// Address of its dead-letter queue.
    pub dlq_url: String,
}

impl Deployment {
    /// Reads it from an environment. Empty values count as not set.
    ///
    /// # Errors
    /// [`ConfigError`] naming the first variable that is missing or malformed.
    pub fn from_pairs(pairs: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let reader = Reader(pairs);
        Ok(Self {
            place: Place::from_pairs(pairs)?,
            queue_url: reader.url(env::MESH_QUEUE_URL, "it is where the agent's messages come from")?,
            dlq_url: reader.url(env::MESH_DLQ_URL, "messages go there after their last attempt")?,
        })
    }
}

impl Place {
    /// Reads it from an environment. Empty values count as not set.
    ///
    /// # Errors
    /// [`ConfigError`] naming the first variable that is missing or malformed.
    pub fn from_pairs(pairs: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let reader = Reader(pairs);
        let prefix = reader.needed(env::MESH_PREFIX, "every name of the deployment begins with it")?;
        check(
            env::MESH_PREFIX,
            &prefix,
            "lower-case letters, digits and hyphens, at most 40, a letter first",
            is_prefix,
        )?;
        let account = reader.needed(env::MESH_ACCOUNT, "the ARNs of the topics hold it")?;
        check(env::MESH_ACCOUNT, &account, "twelve digits", |text| text.len() == 12 && all_digits(text))?;
        let region = reader.needed(AWS_REGION, "the ARNs of the topics hold it")?;
        let names = Names::new(prefix, account, region);
        Ok(Self {
            environment: reader.environment()?,
            objects_bucket: reader.bucket(env::MESH_OBJECTS_BUCKET, names.objects_bucket())?,
            site_bucket: reader.bucket(env::MESH_SITE_BUCKET, names.site_bucket())?,
            names,
        })
    }
}

struct Reader<'a>(&'a BTreeMap<String, String>);

impl Reader<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn needed(&self, name: &'static str, why: &'static str) -> Result<String, ConfigError> {
        self.text(name).ok_or(ConfigError::Missing { name, why })
    }

    fn url(&self, name: &'static str, why: &'static str) -> Result<String, ConfigError> {
        let url = self.needed(name, why)?;
        check(name, &url, "the http or https address of a queue", |url| {
            url.split_once("://")
                .is_some_and(|(scheme, rest)| ["http", "https"].contains(&scheme) && rest.contains('/'))
        })?;
        Ok(url)
    }

    fn bucket(&self, name: &'static str, default: String) -> Result<String, ConfigError> {
        let Some(bucket) = self.text(name) else { return Ok(default) };
        let allowed = "a bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens";
        check(name, &bucket, allowed, |text| (3..=63).contains(&text.len()) && text.chars().all(is_bucket))?;
        Ok(bucket)
    }

    fn environment(&self) -> Result<String, ConfigError> {
        let environment = self.text(env::MESH_ENVIRONMENT).unwrap_or_default();
        let known = ["", "local", "dev", "staging", "prod"];
        check(env::MESH_ENVIRONMENT, &environment, "local, dev, staging or prod", |text| known.contains(&text))?;
        Ok(environment)
    }
}

fn check(name: &'static str, value: &str, allowed: &str, fits: impl Fn(&str) -> bool) -> Result<(), ConfigError> {
    if fits(value) {
        return Ok(());
    }
    Err(ConfigError::Invalid { name, value: value.to_owned(), allowed: allowed.to_owned() })
}

fn all_digits(text: &str) -> bool {
    text.chars().all(|one| one.is_ascii_digit())
}

fn is_prefix(text: &str) -> bool {
    let plain = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-';
    text.len() <= LONGEST_PREFIX && text.starts_with(|one: char| one.is_ascii_lowercase()) && text.chars().all(plain)
}

fn is_bucket(one: char) -> bool {
    one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-' || one == '.'
}
