//! `mesh models check`.

use std::{fmt, sync::Arc, time::Duration};

use anyhow::Context;
use mesh_core::{
    Settings,
    config::ModelName,
    ports::{ChatMessage, ChatRequest, Clock, Hints, ModelError, RenderRequest, Role, Task, Usage},
};
use mesh_embedded::SystemClock;
use mesh_models::{one_image_model, one_text_model};
use serde::Serialize;
use serde_json::json;

use crate::{
    app::App,
    exit::Exit,
    mesh,
    output::{self, text},
};

/// Room for one word, and for the thoughts of a model that thinks first.
const MAX_TOKENS: u32 = 500;

/// Which models are asked.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// Models, as provider/model; none: all text models that are configured
    models: Vec<String>,
    /// Image models instead: each makes one image, which costs more
    #[arg(long)]
    images: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    model: String,
    /// `answers`, or the code of its failure.
    state: &'static str,
    took_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_micro_usd: Option<u64>,
    /// The provider's own name of it, or why it failed.
    said: String,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Report(Vec<Row>);

/// What a model answered: usage, money, its name there.
type Answered = Result<(Usage, Option<u64>, String), ModelError>;

pub(super) async fn run(args: CheckArgs, app: &App) -> anyhow::Result<Exit> {
    let settings = app.settings(None)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let names = names(&args, &settings)?;
    let bar = app.out.bar(names.len() as u64);
    let mut rows = Vec::new();
    for (index, name) in names.iter().enumerate() {
        bar.reach(index as u64, name.to_string());
        let sources = mesh::sources(app, &settings, Arc::clone(&clock)).await;
        let began = clock.now();
        let deadline = began.plus(settings.model_timeout.min(Duration::from_secs(120)));
        let answered: Answered = if args.images {
            let model = one_image_model(&settings, sources, name)?;
            let answer = model.render(&picture(), deadline).await;
            answer.map(|answer| (answer.usage, answer.cost_micro_usd, answer.model))
        } else {
            let model = one_text_model(&settings, sources, name)?;
            let answer = model.complete(&question(), deadline).await;
            answer.map(|answer| (answer.usage, answer.cost_micro_usd, answer.model))
        };
        rows.push(row(name, answered, began.until(clock.now())));
    }
    bar.finish();
    let failed = rows.iter().any(|row| row.state != "answers");
    app.out.report(&Report(rows))?;
    Ok(if failed { Exit::Failure } else { Exit::Ok })
}

fn names(args: &CheckArgs, settings: &Settings) -> anyhow::Result<Vec<ModelName>> {
    let chain = if args.images { &settings.image_models } else { &settings.text_models };
    if args.models.is_empty() {
        return Ok(chain.all().cloned().collect());
    }
    let names = args.models.join(" ");
    let preferred = if args.images { settings.preferred_image(&names) } else { settings.preferred_text(&names) };
    preferred.context("not every one of these can be asked")
}

fn row(name: &ModelName, answered: Answered, took: Duration) -> Row {
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let model = name.to_string();
    match answered {
        Ok((usage, cost_micro_usd, said)) => {
            Row { model, state: "answers", took_ms, usage: Some(usage), cost_micro_usd, said }
        }
        Err(error) => {
            let said = error.message;
            Row { model, state: error.kind.code(), took_ms, usage: None, cost_micro_usd: None, said }
        }
    }
}

/// The offline model needs a task it knows.
fn question() -> ChatRequest {
    ChatRequest {
        task: Task { name: "draft".into(), input: json!({"topic": "A check", "word_count": 300}) },
        system: None,
        messages: vec![ChatMessage::text(Role::User, "Answer with the word ok, and nothing else.")],
        max_output_tokens: MAX_TOKENS,
        hints: Hints::default(),
        json_schema: None,
    }
}

fn picture() -> RenderRequest {
    RenderRequest {
        prompt: "A plain grey square".into(),
        negative_prompt: None,
        colors: vec!["#808080".into()],
        style: None,
        caption: None,
        aspect_ratio: (1, 1),
        seed: 1,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["model", "state", "took", "tokens", "cost $", "says"]);
        for Row { model, state, took_ms, usage, cost_micro_usd, said } in &self.0 {
            let tokens = usage.map(|usage| (usage.input_tokens + usage.output_tokens).to_string()).unwrap_or_default();
            let cost = cost_micro_usd.map(|micro| format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000));
            let took = text::duration(Duration::from_millis(*took_ms));
            table.add_row([model.as_str(), state, &took, &tokens, &cost.unwrap_or_default(), said]);
        }
        f.write_str(&output::rows(&table))
    }
}
