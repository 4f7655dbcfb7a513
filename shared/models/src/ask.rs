//! One request as it is put to one server: what of it the server takes.

use mesh_core::ports::{ChatRequest, Part};
use serde_json::Value;

use crate::http::{Wish, schema};

/// How an answer in JSON is asked for, the strictest way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Format {
    /// By its schema, which the server holds to.
    #[default]
    Schema,
    /// Any JSON, the schema told in the instructions.
    AnyJson,
    /// In words alone.
    Text,
}

/// What a server takes. Starts from what is known of the model and only ever steps down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    /// The older name of the bound on the answer, where a provider has two.
    pub older_limit: bool,
    /// No `temperature`.
    pub plain_sampling: bool,
    /// How an answer in JSON is asked for.
    pub format: Format,
}

impl Shape {
    /// The next simpler shape when the server does not take this; `None` when that would change nothing.
    #[must_use]
    pub fn without(self, wish: Wish, request: &ChatRequest) -> Option<Self> {
        let simpler = match wish {
            Wish::Limit => Self { older_limit: true, ..self },
            Wish::Temperature if request.hints.temperature.is_some() => Self { plain_sampling: true, ..self },
            Wish::Json => {
                let format = match Json::of(request, self.format) {
                    Json::Plain => return None,
                    Json::Strict(_) => Format::AnyJson,
                    Json::Any | Json::Told => Format::Text,
                };
                Self { format, ..self }
            }
            Wish::Temperature | Wish::Other => self,
        };
        (simpler != self).then_some(simpler)
    }

    /// What neither of two calls at the same time found to be taken.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            older_limit: self.older_limit || other.older_limit,
            plain_sampling: self.plain_sampling || other.plain_sampling,
            format: self.format.max(other.format),
        }
    }
}

/// What is asked for about JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// Plain text.
    Plain,
    /// An answer that fits this schema of the strict subset.
    Strict(Value),
    /// Any JSON; the instructions tell the schema.
    Any,
    /// Nothing but what the instructions tell.
    Told,
}

impl Json {
    fn of(request: &ChatRequest, format: Format) -> Self {
        let Some(schema) = &request.json_schema else { return Self::Plain };
        let strict = (format == Format::Schema).then(|| schema::strict(schema)).flatten();
        match (format, strict) {
            (_, Some(strict)) => Self::Strict(strict),
            (Format::Text, None) => Self::Told,
            (_, None) => Self::Any,
        }
    }
}

/// One request in the shape that the server is known to take.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// What is asked.
    pub request: &'a ChatRequest,
    /// The model's id at the provider.
    pub model: &'a str,
    /// What the server takes.
    pub shape: Shape,
    /// Most tokens the model writes, where that is known.
    pub max_output: Option<u32>,
}

impl Ask<'_> {
    /// The bound on the answer; a higher one than the model's own would be refused.
    #[must_use]
    pub fn limit(&self) -> u32 {
        self.request.max_output_tokens.min(self.max_output.unwrap_or(u32::MAX))
    }

    /// The temperature, where the model takes one.
    #[must_use]
    pub fn temperature(&self) -> Option<f64> {
        self.request.hints.temperature.filter(|_| !self.shape.plain_sampling)
    }

    /// How JSON is asked for.
    #[must_use]
    pub fn json(&self) -> Json {
        Json::of(self.request, self.shape.format)
    }

    /// The instructions, with the schema where the server does not hold to it by itself.
    #[must_use]
    pub fn system(&self) -> Option<String> {
        let own = &self.request.system;
        let schema = self.request.json_schema.as_ref().filter(|_| matches!(self.json(), Json::Any | Json::Told));
        let Some(schema) = schema else { return own.clone() };
        let told = format!("Answer with one JSON object that fits this JSON Schema, and with nothing else:\n{schema}");
        Some(match own {
            Some(own) => format!("{own}\n\n{told}"),
            None => told,
        })
    }

    /// The answer as it was asked for: without the nulls that only the strict subset made of what was left out.
    #[must_use]
    pub fn answer(&self, text: String) -> String {
        match (&self.request.json_schema, self.json()) {
            (Some(schema), Json::Strict(_)) => schema::without_nulls(text, schema),
            _ => text,
        }
    }
}

/// The texts of a request: what no error may quote.
pub(crate) fn texts(request: &ChatRequest) -> impl Iterator<Item = &str> {
    let parts = request.messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
        Part::Text { text } => Some(text.as_str()),
        Part::Image { .. } => None,
    });
    parts.chain(request.system.as_deref())
}
