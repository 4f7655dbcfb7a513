//! The environment of an agent's function. Values are judged, and shown only where they are no secret.

use std::{collections::BTreeMap, time::Duration};

use mesh_aws::Names;
use mesh_core::{
    Manifest, Settings,
    config::{ModelName, PROVIDERS},
    env,
    runner::COMMIT_RESERVE,
};

use super::{super::Finding, functions::FunctionFacts};

/// What every function must be told.
const NEEDED: &[&str] = &[env::MESH_PREFIX, env::MESH_ACCOUNT, env::MESH_QUEUE_URL, env::MESH_DLQ_URL];
/// What every agent knows besides its own settings.
const COMMON: &[&str] = &[
    env::MESH_PREFIX,
    env::MESH_ENVIRONMENT,
    env::MESH_ACCOUNT,
    env::MESH_OBJECTS_BUCKET,
    env::MESH_SITE_BUCKET,
    env::MESH_QUEUE_URL,
    env::MESH_DLQ_URL,
    env::MESH_LOG,
    env::MESH_ATTEMPTS,
    env::MESH_BACKOFF_SCALE,
];
/// What mends a setting.
const VARIABLE: &str = "settings.<agent> in the environment's tfvars, then terraform apply";

/// Judges the names and values of the environment.
pub(super) fn judge(facts: &FunctionFacts, manifest: &Manifest, names: &Names) -> Vec<Finding> {
    let (name, environment) = (facts.name.as_str(), &facts.environment);
    let mut findings = Vec::new();
    for needed in NEEDED.iter().filter(|needed| blank(environment, needed)) {
        let why = "the function refuses to start";
        findings.push(Finding::error(name, format!("{needed} is not set"), why, "terraform apply"));
    }
    if environment.get(env::MESH_PREFIX).is_some_and(|prefix| *prefix != names.prefix) {
        let what = format!("{} is not {}", env::MESH_PREFIX, names.prefix);
        findings.push(Finding::error(name, what, "it works for another deployment", "terraform apply"));
    }
    let keys: Vec<_> = PROVIDERS.iter().filter_map(|provider| provider.key.as_ref()).collect();
    for key in keys.iter().filter(|key| !blank(environment, key.value)) {
        let what = format!("{} is in its environment", key.value);
        let why = "whoever may read the function's configuration reads the key";
        let mend = format!("put it into Secrets Manager, name that in {}, and draw a new key", key.secret);
        findings.push(Finding::error(name, what, why, mend));
    }
    // Names with MESH_ that nobody knows are found when the values are read; the keys were judged above.
    let is_key = |name: &str| keys.iter().any(|key| key.value == name);
    let known = |name: &str| env::ALL.contains(&name) && !is_key(name) && !COMMON.contains(&name);
    for other in environment.keys().filter(|name| known(name) && !manifest.takes(name)) {
        let what = format!("{other} is no setting of {}", manifest.name);
        findings.push(Finding::warning(name, what, "it changes nothing there", VARIABLE));
    }
    findings.extend(values(facts));
    findings
}

/// Whether the settings can be read, and leave the function enough time.
fn values(facts: &FunctionFacts) -> Option<Finding> {
    let name = facts.name.as_str();
    let settings = match Settings::from_pairs(facts.environment.clone()) {
        Ok(settings) => settings,
        Err(error) => return Some(Finding::error(name, error.to_string(), "the function refuses to start", VARIABLE)),
    };
    let asks = !settings.text_models.all().all(ModelName::is_offline);
    let left = Duration::from_secs(facts.timeout_seconds).saturating_sub(COMMIT_RESERVE);
    (asks && settings.model_timeout >= left).then(|| {
        let (is, most) = (settings.model_timeout.as_secs(), left.as_secs());
        let what = format!("{} is {is}, not under {most} (the function's time-out less 3 s)", env::TIMEOUT_SECONDS);
        let why = "the function is stopped before an answer that is paid for can be kept";
        Finding::error(name, what, why, VARIABLE)
    })
}

fn blank(environment: &BTreeMap<String, String>, name: &str) -> bool {
    environment.get(name).is_none_or(|value| value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::{super::functions::testing::facts, *};

    fn whats(other: &[(&str, &str)]) -> Vec<String> {
        let manifest = Manifest::parse(agent_content_gen::MANIFEST).expect("a manifest");
        let mut facts = facts();
        facts.environment.extend(other.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let names = Names::new("va-dev", "123456789012", "eu-central-1");
        judge(&facts, &manifest, &names).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn an_environment_as_terraform_makes_it_is_well() {
        assert_eq!(whats(&[]), Vec::<String>::new());
        assert_eq!(whats(&[("MAX_WORDS", "900"), ("MESH_ATTEMPTS", "3")]), Vec::<String>::new());
    }

    #[test]
    fn names_are_known_and_complete() {
        assert_eq!(whats(&[("MESH_DLQ_URL", " ")]), ["MESH_DLQ_URL is not set"]);
        assert_eq!(whats(&[("MESH_PREFIX", "va-prod")]), ["MESH_PREFIX is not va-dev"]);
        assert_eq!(whats(&[("MESH_SITE_NAME", "x")]), ["MESH_SITE_NAME is no setting of content-gen"]);
        assert!(whats(&[("MESH_ATTEMPT", "3")])[0].starts_with("MESH_ATTEMPT is no setting of the mesh"));
        assert!(whats(&[("MAX_WORDS", "9000")])[0].starts_with("MAX_WORDS is \"9000\""));
    }

    #[test]
    fn a_model_gets_less_time_than_the_function_and_its_key_is_no_setting() {
        let openai = [("MESH_TEXT_MODEL", "openai/m"), ("OPENAI_API_KEY_SECRET", "/va/dev/openai-api-key")];
        assert_eq!(whats(&openai), Vec::<String>::new(), "100 s of 120 s");
        let slow = [&openai[..], &[("TIMEOUT_SECONDS", "117")]].concat();
        assert_eq!(whats(&slow), ["TIMEOUT_SECONDS is 117, not under 117 (the function's time-out less 3 s)"]);
        let found = whats(&[("OPENAI_API_KEY", "sk-1"), ("OPENAI_MODEL", "m")]);
        assert_eq!(found, ["OPENAI_API_KEY is in its environment"]);
        assert!(!found.concat().contains("sk-1"), "{found:?}");
    }
}
