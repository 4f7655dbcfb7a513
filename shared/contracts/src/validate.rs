//! Judging a body by its contract.

use std::{collections::BTreeMap, sync::LazyLock};

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind as Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{EVENTS, RECORDS, Text, object::object_only};

/// One thing that is wrong with a body: the field, its value, the limit it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct Detail {
    /// Where, as a dotted path: `word_count`, `keywords.3`; `body` for the whole.
    pub field: Text<1, 200>,
    /// What was there, as JSON, cut to 200 characters; absent when the field is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Text<0, 200>>,
    /// What is allowed: `at least 300`, `at most 200 characters`, `required`.
    pub limit: Text<1, 500>,
}
object_only!(Detail);

impl Detail {
    /// A detail from plain text, cut to the lengths allowed.
    #[must_use]
    pub fn new(field: &str, value: Option<&str>, limit: &str) -> Self {
        Self { field: Text::clip(field), value: value.map(Text::clip), limit: Text::clip(limit) }
    }
}

static VALIDATORS: LazyLock<BTreeMap<&'static str, Option<Validator>>> = LazyLock::new(|| {
    let compile = |schema: schemars::Schema| jsonschema::draft202012::new(schema.as_value()).ok();
    EVENTS.iter().chain(RECORDS).map(|spec| (spec.contract, compile((spec.schema)()))).collect()
});

/// Judges a payload by the schema of `contract` (such as `content-request-v1`).
///
/// # Errors
/// Every violation, at most 50. A contract that does not exist is a violation of `ce-dataschema`.
pub fn validate(contract: &str, payload: &Value) -> Result<(), Vec<Detail>> {
    let Some(Some(validator)) = VALIDATORS.get(contract) else {
        return Err(vec![Detail::new("ce-dataschema", Some(contract), "a known contract and version")]);
    };
    if validator.is_valid(payload) {
        return Ok(());
    }
    Err(validator.iter_errors(payload).flat_map(|error| details(&error)).take(50).collect())
}

/// Reads a payload into its type.
///
/// # Errors
/// One sentence saying why the type refuses it.
pub fn read<T: DeserializeOwned>(payload: &Value) -> Result<T, String> {
    T::deserialize(payload).map_err(|error| error.to_string())
}

fn details(error: &ValidationError<'_>) -> Vec<Detail> {
    let path = error.instance_path().to_string().trim_start_matches('/').replace('/', ".");
    let here = if path.is_empty() { "body" } else { path.as_str() };
    let value = error.instance().to_string();
    if let Kind::Required { property } = error.kind() {
        let name = property.as_str().unwrap_or("?");
        let field = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        return vec![Detail::new(&field, None, "required")];
    }
    if let Kind::OneOfNotValid { context } = error.kind()
        && let Some(words) = words(context)
    {
        return vec![Detail::new(here, Some(&value), &format!("one of {words}"))];
    }
    if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind() {
        // `null` is the other branch of an optional field; the branch that speaks of the value is the useful one.
        let inner: Vec<Detail> = context
            .iter()
            .filter(|branch| !branch.iter().any(|e| e.schema_path().to_string().ends_with("/1/type")))
            .flatten()
            .flat_map(details)
            .collect();
        if !inner.is_empty() {
            return inner;
        }
    }
    vec![Detail::new(here, Some(&value), &limit(error))]
}

/// The words a field takes, when each branch of its `oneOf` is one word.
fn words(branches: &[Vec<ValidationError<'_>>]) -> Option<String> {
    let word = |branch: &Vec<ValidationError<'_>>| {
        branch.iter().find_map(|error| match error.kind() {
            Kind::Constant { expected_value } => expected_value.as_str().map(str::to_owned),
            _ => None,
        })
    };
    Some(branches.iter().map(word).collect::<Option<Vec<String>>>()?.join(", "))
}

fn limit(error: &ValidationError<'_>) -> String {
    match error.kind() {
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::MinLength { limit: 1 } => "at least 1 character".to_owned(),
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::Type { kind } => match kind {
            jsonschema::error::TypeKind::Single(name) => format!("of type {name}"),
            jsonschema::error::TypeKind::Multiple(names) => {
                let mut names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
                names.sort_by_key(|name| name == "null");
                format!("of type {}", names.join(" or "))
            }
        },
        Kind::Enum { options } => format!("one of {options}"),
        Kind::Pattern { pattern } if pattern.starts_with("[^\\u0009") => "not blank".to_owned(),
        Kind::Pattern { pattern } => format!("matching {pattern}"),
        // The schema's own sentence, without the value, which may be long.
        other => format!("valid ({})", other.keyword()),
    }
}
