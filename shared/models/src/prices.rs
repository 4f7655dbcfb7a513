//! What models cost, from `prices.json`: one table, parsed once, in whole millionths of a US dollar.
//!
//! Text: [`PriceTable::text`] gives a [`TextPrice`], which turns usage into money and a request into the most it can cost.
//! Images: [`PriceTable::image`] gives an [`ImagePrice`] for a model, a size (`1536x1024`) and a quality (`low`, `medium`,
//! `high`, `auto`), with the same two methods; `quote` is `None` where the provider names no price per image.
//!
//! Names are `provider/model`. A dated snapshot (`openai/gpt-5-mini-2025-08-07`) has the price of its model unless the
//! table names it itself, and `azure/…` that of `openai/…` unless the table names it itself. At Amazon Bedrock the version at
//! the end of an id (`-v1:0`) is none of the name, the global profile of a model of Anthropic's has Anthropic's price, and a
//! geographic one (`eu.`) that of the model where the entry names it among its `profiles`. Nothing else is guessed:
//! `gpt-5-pro` is not priced as `gpt-5`.

use std::{collections::BTreeMap, sync::LazyLock};

use mesh_core::ports::{ChatRequest, Usage};
use serde_json::Value;

use crate::{ConfigError, usage};

const TOKENS_PER_PRICE: u128 = 1_000_000;

static BUILT_IN: LazyLock<Result<PriceTable, ConfigError>> =
    LazyLock::new(|| PriceTable::parse(include_str!("../prices.json")));

/// Prices of models by `provider/model`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceTable {
    text: BTreeMap<String, TextPrice>,
    images: BTreeMap<String, ImageModel>,
}

/// Prices of a text model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextPrice {
    rates: Rates,
    /// More input tokens than this make the whole request dearer.
    long_context: Option<(u64, Rates)>,
}

/// Millionths of a US dollar per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rates {
    input: u64,
    cached_input: u64,
    /// Input that the provider puts into its cache, for minutes and for an hour.
    cache_write: u64,
    cache_write_hour: u64,
    output: u64,
}

impl Rates {
    /// What most providers take for a long context: twice the price of input and cache, one and a half times that of output.
    fn of_long_context(self) -> Self {
        Self {
            input: self.input.saturating_mul(2),
            cached_input: self.cached_input.saturating_mul(2),
            cache_write: self.cache_write.saturating_mul(2),
            cache_write_hour: self.cache_write_hour.saturating_mul(2),
            output: self.output.saturating_mul(3).div_ceil(2),
        }
    }
}

/// Prices of one image model at one size and quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImagePrice {
    /// Millionths of a US dollar per million text tokens of the prompt.
    input: u64,
    /// Millionths of a US dollar per million tokens of the image.
    output: u64,
    /// Millionths of a US dollar per million tokens of thoughts before it.
    output_text: u64,
    /// Millionths of a US dollar per image, without the prompt.
    per_image: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ImageModel {
    input: u64,
    output: u64,
    output_text: u64,
    /// By quality, then by size.
    per_image: BTreeMap<String, BTreeMap<String, u64>>,
}

impl PriceTable {
    /// The table that comes with this crate.
    ///
    /// # Errors
    /// [`ConfigError::Prices`] when it cannot be read.
    pub fn built_in() -> Result<&'static Self, ConfigError> {
        BUILT_IN.as_ref().map_err(Clone::clone)
    }

    /// A table of the form of `prices.json`; members it does not know are passed over.
    ///
    /// # Errors
    /// [`ConfigError::Prices`] naming the entry that cannot be read.
    pub fn parse(json: &str) -> Result<Self, ConfigError> {
        let table: Value = serde_json::from_str(json).map_err(|_| wrong("the file is no JSON"))?;
        if table.get("currency").and_then(Value::as_str) != Some("USD") {
            return Err(wrong("the currency is not USD"));
        }
        Ok(Self { text: entries(&table, "text", text_price)?, images: entries(&table, "images", image_model)? })
    }

    /// The price of a text model.
    #[must_use]
    pub fn text(&self, model: &str) -> Option<TextPrice> {
        find(&self.text, model).copied()
    }

    /// The price of an image model at a size and quality; of `auto`, that of the dearest quality.
    #[must_use]
    pub fn image(&self, model: &str, size: &str, quality: &str) -> Option<ImagePrice> {
        let model = find(&self.images, model)?;
        let per_image = match quality {
            "auto" => model.per_image.values().filter_map(|sizes| sizes.get(size)).max(),
            _ => model.per_image.get(quality).and_then(|sizes| sizes.get(size)),
        };
        let ImageModel { input, output, output_text, .. } = *model;
        Some(ImagePrice { input, output, output_text, per_image: per_image.copied() })
    }
}

impl TextPrice {
    /// What a call cost, rounded up to the next millionth of a dollar; `None` beyond what a `u64` holds.
    ///
    /// Where writing to the cache costs extra and the answer does not tell how much was written, all input that was not
    /// read from it counts as written.
    #[must_use]
    pub fn cost(&self, usage: &Usage) -> Option<u64> {
        let long = self.long_context.filter(|(limit, _)| usage.input_tokens > *limit);
        let rates = long.map_or(self.rates, |(_, rates)| rates);
        let cached = usage.cached_tokens.min(usage.input_tokens);
        let fresh = usage.input_tokens - cached;
        let written = usage.cache_write_tokens.unwrap_or(fresh).min(fresh);
        let written_for_an_hour = usage.cache_write_hour_tokens.unwrap_or(0).min(written);
        let sum = product(cached, rates.cached_input)
            + product(fresh - written, rates.input)
            + product(written - written_for_an_hour, rates.cache_write)
            + product(written_for_an_hour, rates.cache_write_hour)
            + product(usage.output_tokens, rates.output);
        u64::try_from(sum.div_ceil(TOKENS_PER_PRICE)).ok()
    }

    /// The most a request can cost: its text, generously counted, and an answer that fills its limit.
    #[must_use]
    pub fn quote(&self, request: &ChatRequest) -> Option<u64> {
        let usage = Usage {
            input_tokens: usage::at_most(request),
            output_tokens: request.max_output_tokens.into(),
            ..Usage::default()
        };
        self.cost(&usage)
    }
}

impl ImagePrice {
    /// What an image cost, rounded up: by its tokens when they were counted, else as [`ImagePrice::quote`] has it for the
    /// estimated input; `None` when neither is known.
    #[must_use]
    pub fn cost(&self, usage: &Usage) -> Option<u64> {
        if usage.estimated || usage.output_tokens == 0 {
            return self.with_input(usage.input_tokens);
        }
        self.cost_without_image(usage)
    }

    /// What a call cost that brought no image: its tokens alone, `None` when nobody counted them.
    #[must_use]
    pub fn cost_without_image(&self, usage: &Usage) -> Option<u64> {
        if usage.estimated {
            return None;
        }
        let thoughts = usage.reasoning_tokens.min(usage.output_tokens);
        let sum = product(usage.input_tokens, self.input)
            + product(usage.output_tokens - thoughts, self.output)
            + product(thoughts, self.output_text);
        u64::try_from(sum.div_ceil(TOKENS_PER_PRICE)).ok()
    }

    /// The most an image of this prompt can cost, without thoughts; `None` when no price per image is known.
    #[must_use]
    pub fn quote(&self, prompt: &str) -> Option<u64> {
        self.with_input(usage::tokens_at_most(prompt.len()))
    }

    fn with_input(&self, tokens: u64) -> Option<u64> {
        let input = u64::try_from(product(tokens, self.input).div_ceil(TOKENS_PER_PRICE)).ok()?;
        self.per_image?.checked_add(input)
    }
}

fn product(tokens: u64, price: u64) -> u128 {
    u128::from(tokens) * u128::from(price)
}

/// The entry of the name, or else of the name without a date at its end, or else of the model it is another word for.
fn find<'a, T>(entries: &'a BTreeMap<String, T>, model: &str) -> Option<&'a T> {
    let own = |model: &str| entries.get(model).or_else(|| entries.get(undated(model)?));
    let model = unversioned(model);
    own(model).or_else(|| own(&original(model)?))
}

/// The name of a model at the provider that makes it, for one that is sold elsewhere at the same price.
pub(crate) fn original(model: &str) -> Option<String> {
    let anthropics = || model.strip_prefix("bedrock/global.anthropic.").map(|model| format!("anthropic/{model}"));
    model.strip_prefix("azure/").map(|model| format!("openai/{model}")).or_else(anthropics)
}

/// `bedrock/amazon.nova-pro` of `bedrock/amazon.nova-pro-v1:0`; names elsewhere have no such end.
fn unversioned(model: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let version = |end: &str| end.split(':').all(digits);
    match model.rsplit_once("-v") {
        Some((name, end)) if model.starts_with("bedrock/") && version(end) => name,
        _ => model,
    }
}

/// `gpt-5-mini` of `gpt-5-mini-2025-08-07`, `claude-haiku-4-5` of `claude-haiku-4-5-20251001`.
fn undated(model: &str) -> Option<&str> {
    ["-0000-00-00", "-00000000"].into_iter().find_map(|form| {
        let (name, date) = model.split_at_checked(model.len().checked_sub(form.len())?)?;
        let alike = |(at, form): (u8, u8)| if form == b'-' { at == b'-' } else { at.is_ascii_digit() };
        date.bytes().zip(form.bytes()).all(alike).then_some(name)
    })
}

fn wrong(what: impl Into<String>) -> ConfigError {
    ConfigError::Prices { what: what.into() }
}

/// The members of a part of the table, each read by `read`.
fn entries<T>(table: &Value, part: &str, read: fn(&Value) -> Option<T>) -> Result<BTreeMap<String, T>, ConfigError> {
    let members = table.get(part).and_then(Value::as_object).ok_or_else(|| wrong(format!("`{part}` is missing")))?;
    let mut entries = BTreeMap::new();
    for (name, value) in members {
        let unreadable = || wrong(format!("{part}: {name}"));
        for profile in profiles(name, value).ok_or_else(unreadable)? {
            entries.insert(profile, read(value).ok_or_else(unreadable)?);
        }
        entries.insert(name.clone(), read(value).ok_or_else(unreadable)?);
    }
    Ok(entries)
}

/// The names of the profiles that a model of Amazon Bedrock has the same price by: `bedrock/eu.{id}`.
fn profiles(name: &str, value: &Value) -> Option<Vec<String>> {
    let Some(profiles) = value.get("profiles") else { return Some(Vec::new()) };
    let (provider, id) = name.split_once('/')?;
    profiles.as_array()?.iter().map(|profile| Some(format!("{provider}/{}.{id}", profile.as_str()?))).collect()
}

fn text_price(value: &Value) -> Option<TextPrice> {
    let own = rates(value)?;
    let long_context = match (value.get("long_context_above"), value.get("long_context")) {
        (None, None) => None,
        (Some(above), None) => Some((above.as_u64()?, own.of_long_context())),
        (above, Some(prices)) => Some((above?.as_u64()?, rates(prices)?)),
    };
    Some(TextPrice { rates: own, long_context })
}

fn rates(value: &Value) -> Option<Rates> {
    let price = |field| value.get(field).and_then(Value::as_u64);
    let or = |field, other| value.get(field).map_or(Some(other), Value::as_u64);
    let input = price("input")?;
    let cache_write = or("cache_write", input)?;
    Some(Rates {
        input,
        cached_input: price("cached_input")?,
        cache_write,
        cache_write_hour: or("cache_write_hour", cache_write)?,
        output: price("output")?,
    })
}

fn image_model(value: &Value) -> Option<ImageModel> {
    let sizes = |sizes: &Value| {
        let each = sizes.as_object()?.iter().map(|(size, price)| Some((size.clone(), price.as_u64()?)));
        each.collect::<Option<BTreeMap<_, _>>>()
    };
    let qualities = value.get("per_image")?.as_object()?.iter();
    let output = value.get("output")?.as_u64()?;
    Some(ImageModel {
        input: value.get("input")?.as_u64()?,
        output,
        output_text: value.get("output_text").map_or(Some(output), Value::as_u64)?,
        per_image: qualities
            .map(|(quality, by_size)| Some((quality.clone(), sizes(by_size)?)))
            .collect::<Option<_>>()?,
    })
}
