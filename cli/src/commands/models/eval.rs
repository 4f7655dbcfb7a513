//! `mesh models eval`: what the review says of the articles of several models, on the same requests.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use mesh_contracts::{Contract, events::ContentRequest, find_type};
use mesh_core::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::table::{Article, Report, Row};
use crate::{
    app::App,
    door,
    exit::Exit,
    journal::Published,
    mesh::Mesh,
    output::{Bar, style},
    runs::{self, Followed},
    spent,
};

/// What every model is asked for.
const REQUESTS: &str = include_str!("requests.json");
/// How long handlers may take to finish when all articles are there.
const DRAIN: Duration = Duration::from_secs(10);

/// Which models are compared.
#[derive(Debug, clap::Args)]
pub(crate) struct EvalArgs {
    /// Models, as provider/model; none: all text models that are configured
    models: Vec<String>,
    /// Only so many of the 20 requests
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=20))]
    requests: u64,
}

pub(super) async fn run(args: EvalArgs, app: &App) -> anyhow::Result<Exit> {
    app.only_here("models eval")?;
    let settings = app.settings(None)?;
    let names = if args.models.is_empty() {
        settings.text_models.all().cloned().collect()
    } else {
        settings.preferred_text(&args.models.join(" "))?
    };
    let mut requests: Vec<Value> = serde_json::from_str(REQUESTS).context("the requests of the comparison")?;
    requests.truncate(usize::try_from(args.requests)?);
    let bar = app.out.bar((names.len() * requests.len()) as u64);
    let mut rows = Vec::new();
    for name in names {
        let home = fresh_home(app, &name.to_string())?;
        bar.say(style::faint(format_args!("{name}: articles in {}", home.display())));
        let here = app.at(home);
        let done = (rows.len() * requests.len()) as u64;
        let articles = articles(&here, &name.to_string(), &requests, &bar, done).await?;
        rows.push(Row::of(name.to_string(), &articles));
    }
    bar.finish();
    let incomplete = rows.iter().any(|row| row.published + row.rejected < requests.len());
    app.out.report(&Report(rows))?;
    Ok(if incomplete { Exit::Failure } else { Exit::Ok })
}

/// A folder where no mesh is yet: an earlier article on a topic would change what is asked for.
fn fresh_home(app: &App, model: &str) -> anyhow::Result<PathBuf> {
    let plain: String = model.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let eval = app.home.join("eval");
    let free = (1..1000).map(|n| eval.join(format!("{plain}-{n}"))).find(|path| !path.exists());
    let home = free.with_context(|| format!("{} is full; remove it", eval.display()))?;
    std::fs::create_dir_all(&home).with_context(|| format!("cannot create {}", home.display()))?;
    Ok(home)
}

/// Lets a mesh of its own write all of them.
async fn articles(app: &App, model: &str, requests: &[Value], bar: &Bar, done: u64) -> anyhow::Result<Vec<Article>> {
    let mesh = Mesh::open(app, app.settings(Some(model))?).await?;
    let host = mesh.host(app).await?;
    let (over, ended) = tokio::sync::oneshot::channel::<()>();
    let work = async {
        let _over = over;
        let count = std::cell::Cell::new(done);
        let (mesh, count) = (&mesh, &count);
        let one = |request| async move {
            let article = article(mesh, request).await?;
            count.set(count.get() + 1);
            bar.reach(count.get(), format!("{model}: {}", article.outcome));
            anyhow::Ok(article)
        };
        try_join_all(requests.iter().map(one)).await
    };
    let (ran, articles) = tokio::join!(host.run(async { drop(ended.await) }, DRAIN), work);
    ran?;
    articles
}

async fn article(mesh: &Mesh, request: &Value) -> anyhow::Result<Article> {
    let spec = find_type(ContentRequest::TYPE).context("no contract for requests")?;
    ensure!(door::judge(spec, request).is_ok(), "a request of the comparison breaks its contract");
    let (id, began) = (mesh.fresh_id(), mesh.now());
    mesh.publish(&[door::first_message(spec, id, began, None, request)]).await?;
    let followed = runs::follow(mesh, id, 0, None, |_| {}).await?;
    let events = runs::events(mesh, id).await?;
    let cost = spent::on(mesh, &events).await?.cost;
    let asked = request.get("word_count").and_then(Value::as_u64).unwrap_or_default();
    Ok(read(&followed, &events, asked, cost.micro_usd.map(|micro| micro.count()), took(&events, id, began)))
}

/// From the request to the draft.
fn took(events: &[Published], request: Uuid, began: Timestamp) -> Duration {
    let from = events.iter().find(|event| event.event_id == request).map_or(began, Published::time);
    let draft = events.iter().find(|event| event.kind() == "ContentReady");
    draft.map_or(Duration::ZERO, |draft| from.until(draft.time()))
}

/// What the events of a run say of its article.
fn read(followed: &Followed, events: &[Published], asked: u64, micro_usd: Option<u64>, took: Duration) -> Article {
    let outcome = match followed {
        Followed::Ended(end) => end.code.clone().unwrap_or_else(|| end.event_type.clone()),
        Followed::Stuck { code, .. } => code.clone(),
        Followed::TimedOut => "timed out".to_owned(),
    };
    let judged = events.iter().find(|event| matches!(event.kind(), "ReviewCompleted" | "ContentRejected"));
    let payload = judged.map(|event| &event.data);
    let number = |field: &str| payload.and_then(|one| one.pointer(&format!("/scores/{field}"))?.as_i64());
    let findings = payload.and_then(|one| one.get("findings")?.as_array()).map(Vec::as_slice).unwrap_or_default();
    let text = |finding: &Value, field: &str| finding.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    Article {
        outcome,
        asked,
        words: number("word_count"),
        flesch_x100: number("flesch_x100"),
        long_sentences_percent: number("long_sentences_percent"),
        findings: findings.iter().map(|finding| (text(finding, "severity"), text(finding, "check"))).collect(),
        micro_usd,
        took,
    }
}
