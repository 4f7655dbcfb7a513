//! `mesh models list`.

use std::fmt;

use mesh_core::{Settings, config::ModelName, ports::Usage};
use mesh_models::{PriceTable, TextPrice};
use serde::Serialize;

use crate::{app::App, exit::Exit, output};

/// Takes nothing of its own.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {}

/// A model, or a provider of which any may be preferred.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Row {
    /// `text` or `image`; `any` for a provider.
    kind: &'static str,
    /// For which tasks; `all` but for those that have an order of their own.
    task: String,
    /// When it is asked: 1 first. 0: only where a site prefers it.
    order: usize,
    model: String,
    /// Where it is; nothing for the stand-ins.
    #[serde(skip_serializing_if = "String::is_empty")]
    at: String,
    /// Whether the key it needs is there.
    key: &'static str,
    /// Millionths of a US dollar for a million tokens read; of a text model whose price is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    input_micro_usd: Option<u64>,
    /// The same for tokens written.
    #[serde(skip_serializing_if = "Option::is_none")]
    output_micro_usd: Option<u64>,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Row>);

pub(super) fn run(_: ListArgs, app: &App) -> anyhow::Result<Exit> {
    let settings = app.settings(None)?;
    let rows = rows(&settings, PriceTable::built_in()?, |name| app.secret(name).is_some());
    app.out.report(&Report(rows))?;
    Ok(Exit::Ok)
}

fn rows(settings: &Settings, prices: &PriceTable, has: impl Fn(&str) -> bool) -> Vec<Row> {
    let row = |kind, task: &str, order, name: &ModelName| {
        let server = settings.server(&name.provider);
        let price = prices.text(&name.to_string()).filter(|_| kind == "text");
        let million = |usage| price.and_then(|price: TextPrice| price.cost(&usage));
        Row {
            kind,
            task: task.to_owned(),
            order,
            model: name.to_string(),
            at: server.map(|server| server.base_url.clone()).unwrap_or_default(),
            key: match server.and_then(|server| server.api_key_name.as_deref()) {
                None => "none needed",
                Some(name) if has(name) => "set",
                Some(_) => "missing",
            },
            input_micro_usd: million(Usage {
                input_tokens: 1_000_000,
                cache_write_tokens: Some(0),
                ..Usage::default()
            }),
            output_micro_usd: million(Usage { output_tokens: 1_000_000, ..Usage::default() }),
        }
    };
    let text = &settings.text_models;
    let chains = [("text", "all", text.models()), ("image", "all", settings.image_models.models())];
    let tasks = text.tasks().map(|(task, models)| ("text", task, models));
    let numbered = |(kind, task, models): (&'static str, &str, &[ModelName])| {
        models.iter().zip(1..).map(|(name, order)| row(kind, task, order, name)).collect::<Vec<_>>()
    };
    let mut rows: Vec<Row> = chains.into_iter().chain(tasks).flat_map(numbered).collect();
    for server in &settings.servers {
        let any = ModelName { provider: server.provider.word.to_owned(), model: "...".to_owned() };
        rows.push(row("any", "a site's own choice", 0, &any));
    }
    rows
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["kind", "task", "order", "model", "key", "in $/M", "out $/M", "at"]);
        let order = |order: usize| if order == 0 { String::new() } else { order.to_string() };
        for Row { kind, task, order: place, model, at, key, input_micro_usd, output_micro_usd } in &self.0 {
            let [input, output] =
                [input_micro_usd, output_micro_usd].map(|price| price.map(dollars).unwrap_or_default());
            table.add_row([kind, task.as_str(), &order(*place), model, key, &input, &output, at]);
        }
        f.write_str(&output::rows(&table))
    }
}

/// Dollars with the cents that are needed.
#[allow(clippy::cast_precision_loss, reason = "prices are small")]
fn dollars(micro_usd: u64) -> String {
    format!("{:.2}", micro_usd as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_stand_in_the_order_in_which_they_are_asked() {
        let pairs = [
            ("MESH_TEXT_MODEL", "anthropic/claude-sonnet-4-6 offline; metadata=offline"),
            ("ANTHROPIC_API_KEY_SECRET", "a-key"),
            ("GEMINI_API_KEY", "x"),
        ];
        let settings = Settings::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let prices = PriceTable::built_in().expect("prices");
        let rows = rows(&settings.expect("settings"), prices, |name| name == "GEMINI_API_KEY");
        let short: Vec<_> = rows.iter().map(|row| (row.kind, &*row.task, row.order, &*row.model, row.key)).collect();
        let expected = [
            ("text", "all", 1, "anthropic/claude-sonnet-4-6", "missing"),
            ("text", "all", 2, "offline/text-v1", "none needed"),
            ("image", "all", 1, "offline/image-v1", "none needed"),
            ("text", "metadata", 1, "offline/text-v1", "none needed"),
            ("any", "a site's own choice", 0, "anthropic/...", "missing"),
            ("any", "a site's own choice", 0, "gemini/...", "set"),
        ];
        assert_eq!(short, expected);
        assert!(rows[0].input_micro_usd < rows[0].output_micro_usd, "writing costs more than reading");
    }
}
