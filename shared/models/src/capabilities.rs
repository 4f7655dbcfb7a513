//! What is known of models before the first call, from `capabilities.json`. What is not known there gets the minimum: no
//! temperature, `max_tokens`, and a schema told in words. What a server refuses all the same is left out from then on.

use std::{borrow::Cow, sync::LazyLock};

use serde_json::Value;

use crate::{
    ConfigError,
    ask::{Format, Shape},
    prices,
};

static BUILT_IN: LazyLock<Result<Vec<Entry>, ConfigError>> =
    LazyLock::new(|| parse(include_str!("../capabilities.json")));

/// What a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Capabilities {
    pub(crate) shape: Shape,
    /// Most tokens it writes.
    pub(crate) max_output: Option<u32>,
}

const MINIMUM: Capabilities =
    Capabilities { shape: Shape { older_limit: true, plain_sampling: true, format: Format::Text }, max_output: None };

#[derive(Debug)]
struct Entry {
    /// A name, or the beginning of one and `*`.
    pattern: String,
    capabilities: Capabilities,
}

/// The beginnings by which Amazon Bedrock tells profiles of one model apart.
const PROFILES: [&str; 9] = ["us.", "eu.", "apac.", "jp.", "au.", "ca.", "sa.", "us-gov.", "global."];

/// What is known of the model called `provider/model`: the first entry that fits, else that of the provider whose models are
/// sold under another word too.
pub(crate) fn of(name: &str) -> Result<Capabilities, ConfigError> {
    let entries = BUILT_IN.as_ref().map_err(Clone::clone)?;
    let name = &unprofiled(name);
    let find = |name: &str| entries.iter().find(|entry| fits(&entry.pattern, name)).map(|entry| entry.capabilities);
    Ok(find(name).or_else(|| find(&prices::original(name)?)).unwrap_or(MINIMUM))
}

/// `bedrock/anthropic.claude-haiku-4-5` of `bedrock/eu.anthropic.claude-haiku-4-5`: where a model runs is nothing it takes.
fn unprofiled(name: &str) -> Cow<'_, str> {
    let id = name.strip_prefix("bedrock/");
    let model = id.and_then(|id| PROFILES.iter().find_map(|profile| id.strip_prefix(profile)));
    model.map_or(Cow::Borrowed(name), |model| Cow::Owned(format!("bedrock/{model}")))
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

fn parse(json: &str) -> Result<Vec<Entry>, ConfigError> {
    let wrong = |what: String| ConfigError::Capabilities { what };
    let table: Value = serde_json::from_str(json).map_err(|_| wrong("the file is no JSON".into()))?;
    let models = table.get("models").and_then(Value::as_array).ok_or_else(|| wrong("`models` is missing".into()))?;
    let entry = |value: &Value| entry(value).ok_or_else(|| wrong(value.to_string().chars().take(160).collect()));
    models.iter().map(entry).collect()
}

fn entry(value: &Value) -> Option<Entry> {
    let word = |field| value.get(field).and_then(Value::as_str);
    let older_limit = match word("limit") {
        None | Some("max_tokens") => true,
        Some("max_completion_tokens") => false,
        Some(_) => return None,
    };
    let format = match word("json")? {
        "schema" => Format::Schema,
        "any" => Format::AnyJson,
        "told" => Format::Text,
        _ => return None,
    };
    let max_output = match value.get("max_output") {
        None => None,
        Some(number) => Some(u32::try_from(number.as_u64()?).ok()?),
    };
    let plain_sampling = !value.get("temperature")?.as_bool()?;
    let shape = Shape { older_limit, plain_sampling, format };
    Some(Entry { pattern: word("pattern")?.to_owned(), capabilities: Capabilities { shape, max_output } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_entry_that_fits_counts_and_strangers_get_the_minimum() {
        let shape = |name| of(name).unwrap().shape;
        assert_eq!(shape("openai/gpt-4o-mini"), Shape::default());
        assert_eq!(shape("openai/gpt-5-mini"), Shape { plain_sampling: true, ..Shape::default() });
        assert_eq!(shape("azure/gpt-5-mini"), shape("openai/gpt-5-mini"));
        let bedrock = "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
        assert_eq!((shape(bedrock).plain_sampling, shape(bedrock).format), (false, Format::Schema));
        assert_eq!(shape("bedrock/global.anthropic.claude-opus-4-8"), MINIMUM.shape);
        assert_eq!(of("bedrock/us.amazon.nova-pro-v1:0"), of("bedrock/amazon.nova-pro-v1:0"));
        assert_eq!(of("bedrock/xai.grok-4.3").unwrap(), MINIMUM);
        assert_eq!(of("nobody/gpt-5-mini").unwrap(), MINIMUM);
        assert_eq!(of("").unwrap(), MINIMUM);
    }

    #[test]
    fn a_table_that_cannot_be_read_says_where() {
        for (table, word) in [
            ("[", "JSON"),
            ("{}", "models"),
            (r#"{"models": [{"pattern": "a/*", "temperature": true, "json": "xml"}]}"#, "a/*"),
            (r#"{"models": [{"pattern": "b/*", "temperature": 1, "json": "any"}]}"#, "b/*"),
            (r#"{"models": [{"pattern": "c/*", "temperature": true, "json": "any", "max_output": -1}]}"#, "c/*"),
        ] {
            assert!(parse(table).unwrap_err().to_string().contains(word), "{table}");
        }
    }
}
