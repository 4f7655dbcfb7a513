//! `mesh demo`: one request through the whole mesh, in this process, on the durable store of its folder.

mod post;

use std::{fmt, path::Path, time::Duration};

use anyhow::Context;
use mesh_contracts::{Contract, events::ContentRequest, find_type};
use mesh_core::{Timestamp, ids};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{request, show, up::Stop};
use crate::{
    app::App,
    door,
    exit::Exit,
    journal::{self, Published},
    mesh::Mesh,
    output::{Bar, style, text},
    runs::{self, Followed},
    spent::{self, Spent},
};

const TOPIC: &str = "Why event-driven systems recover from failure";
/// The stages of a request, in their order.
const STAGES: &[(&str, &str)] = &[
    ("ContentRequest", "writing"),
    ("ContentReady", "reviewing"),
    ("ReviewCompleted", "describing"),
    ("MetadataReady", "publishing"),
    ("ContentPublished", "published"),
];
/// The same for the article of a post.
const POST_STAGES: &[(&str, &str)] = &[
    ("ContentRequest", "writing"),
    ("ContentDrafted", "refining"),
    ("ContentReady", "reviewing"),
    ("ReviewCompleted", "planning images"),
    ("ImageRequested", "making images"),
    ("ImagesReady", "publishing"),
    ("ContentPublished", "published"),
];
/// Longest wait for what follows the final event: status, index, feed.
const SETTLE: Duration = Duration::from_secs(5);
/// How often it is looked whether all is quiet.
const LOOK: Duration = Duration::from_millis(50);
/// How long handlers may take to finish when the demo ends.
const DRAIN: Duration = Duration::from_secs(10);

/// What the article is to be.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// The article of a post instead: a site with a brand, refinement, three images, metadata
    #[arg(long, conflicts_with_all = ["words", "context"])]
    post: bool,
    /// Subject or title, 1 to 200 characters
    #[arg(long)]
    topic: Option<String>,
    /// Length in words, 300 to 2000
    #[arg(long, value_name = "N", default_value_t = 800, allow_negative_numbers = true)]
    words: i64,
    /// Further context, such as the audience; under 2000 characters
    #[arg(long, value_name = "TEXT")]
    context: Option<String>,
    /// Which model writes: offline or openai/MODEL [default: MESH_TEXT_MODEL]
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Open the page in a browser
    #[arg(long)]
    open: bool,
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Report {
    event_id: Uuid,
    content_id: Uuid,
    /// Type of the final event; `stuck` or `interrupted` when there is none.
    outcome: String,
    code: Option<String>,
    title: Option<String>,
    /// The article as Markdown with front matter.
    article: Option<String>,
    /// The page as HTML.
    page: Option<String>,
    words: Option<i64>,
    /// Images on the page.
    images: Option<usize>,
    spent: Spent,
    took_ms: u64,
    /// Commands that work as they stand.
    next: Vec<String>,
    #[serde(skip)]
    failed: bool,
}

pub(crate) async fn run(args: DemoArgs, app: &App) -> anyhow::Result<Exit> {
    app.only_here("demo")?;
    let settings = app.settings(args.model.as_deref())?;
    let spec = find_type(ContentRequest::TYPE).context("no contract for requests")?;
    let topic = args.topic.unwrap_or_else(|| if args.post { post::TITLE } else { TOPIC }.to_owned());
    let body = request::body(&request::Flags::of(topic.clone(), args.words, args.context));
    if let Err(refusal) = door::judge(spec, &body) {
        return request::refuse(&refusal, app);
    }
    let mesh = Mesh::open(app, settings).await?;
    let host = mesh.host(app).await?;
    let mut stop = Stop::new().context("cannot listen for signals")?;
    app.out.say(style::faint(format_args!("home {}, model {}", app.home.display(), mesh.model())));
    let stages = if args.post { POST_STAGES } else { STAGES };
    let (done, over) = tokio::sync::oneshot::channel::<()>();
    let watched = async {
        let _done = done;
        let id = if args.post {
            post::start(&mesh, &topic).await?
        } else {
            let id = mesh.fresh_id();
            mesh.publish(&[door::first_message(spec, id, mesh.now(), None, &body)]).await?;
            id
        };
        let followed = tokio::select! {
            followed = watch(&mesh, id, stages, app) => Some(followed?),
            () = stop.asked() => None,
        };
        if followed.is_some() {
            settle(&mesh).await?;
        }
        anyhow::Ok((id, followed))
    };
    let (ran, watched) = tokio::join!(host.run(async { drop(over.await) }, DRAIN), watched);
    ran?;
    let (id, followed) = watched?;
    let report = report(&mesh, id, followed.as_ref(), app).await?;
    app.out.report(&report)?;
    if let Some(page) = report.page.as_ref().filter(|_| args.open) {
        open(Path::new(page), app);
    }
    Ok(if report.failed { Exit::Failure } else { Exit::Ok })
}

/// Follows the run, line by line and stage by stage.
async fn watch(mesh: &Mesh, id: Uuid, stages: &[(&str, &str)], app: &App) -> anyhow::Result<Followed> {
    let bar = app.out.bar(stages.len() as u64);
    let start = mesh.now();
    let followed = runs::follow(mesh, id, 0, None, |event| tell(event, start, stages, &bar)).await;
    bar.finish();
    followed
}

fn tell(event: &Published, start: Timestamp, stages: &[(&str, &str)], bar: &Bar) {
    bar.say(event.since(start));
    if let Some((position, (_, doing))) = stages.iter().enumerate().find(|(_, (name, _))| *name == event.kind()) {
        bar.reach(position as u64 + 1, (*doing).to_owned());
    }
}

/// Waits until no agent has anything to do, so that what the commands below show is the end.
async fn settle(mesh: &Mesh) -> anyhow::Result<()> {
    let until = mesh.now().plus(SETTLE);
    let mut quiet = 0;
    // Twice in a row: between two looks a message may be on its way from one queue to the next.
    while quiet < 2 && mesh.now() < until {
        let mut busy = 0;
        for manifest in mesh.manifests() {
            let depth = mesh.queue(manifest).await?.depth().await?;
            busy += depth.visible + depth.in_flight;
        }
        quiet = if busy == 0 { quiet + 1 } else { 0 };
        mesh.sleep_until(mesh.now().plus(LOOK)).await;
    }
    Ok(())
}

async fn report(mesh: &Mesh, id: Uuid, followed: Option<&Followed>, app: &App) -> anyhow::Result<Report> {
    let events = runs::events(mesh, id).await?;
    let (outcome, code, failed, last) = match followed {
        Some(Followed::Ended(end)) => (end.event_type.clone(), end.code.clone(), end.is_failure(), end.event_id),
        Some(Followed::Stuck { code, .. }) => ("stuck".to_owned(), Some(code.clone()), true, None),
        Some(Followed::TimedOut) | None => ("interrupted".to_owned(), None, true, None),
    };
    let published = events.iter().find(|event| event.kind() == "ContentPublished");
    let text = |field: &str| published.and_then(|event| event.text(field)).map(str::to_owned);
    let file = |field: &str| {
        let uri = published?.data.get(field)?.get("uri")?.as_str()?;
        Some(mesh.whereabouts(app, uri).unwrap_or_else(|| uri.to_owned()))
    };
    let content_id = ids::of_content(id).0;
    let next = match followed {
        Some(Followed::Stuck { agent, code }) => stuck(agent, code),
        _ => next(content_id, code.as_deref(), failed),
    };
    Ok(Report {
        event_id: id,
        content_id,
        outcome,
        title: text("title"),
        article: file("markdown"),
        page: file("page"),
        words: published.and_then(|event| event.data.get("word_count")).and_then(Value::as_i64),
        images: published.and_then(|event| event.data.get("images")?.as_array()).map(Vec::len),
        spent: spent::on(mesh, &events).await?,
        took_ms: u64::try_from(journal::took(&events, last).as_millis()).unwrap_or(u64::MAX),
        next: next.iter().map(|words| app.command(&words.iter().map(String::as_str).collect::<Vec<_>>())).collect(),
        code,
        failed,
    })
}

/// Three commands worth typing now.
fn next(content: Uuid, code: Option<&str>, failed: bool) -> Vec<Vec<String>> {
    let words = |line: &[&str]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let show = words(&["show", &content.to_string()]);
    match (failed, code) {
        (false, _) => vec![show, words(&["list"]), words(&["up"])],
        (true, Some(code)) => vec![words(&["explain", code]), show, words(&["retry", &content.to_string()])],
        (true, None) => vec![words(&["up"]), show, words(&["dlq", "list"])],
    }
}

/// The same when a message waits in a dead-letter queue: the run goes on when it is moved back.
fn stuck(agent: &str, code: &str) -> Vec<Vec<String>> {
    let words = |line: &[&str]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    vec![words(&["explain", code]), words(&["dlq", "replay", agent, "--yes"]), words(&["up"])]
}

/// Hands the page to the desktop; whether it shows it is not ours.
fn open(page: &Path, app: &App) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let mut command = tokio::process::Command::new(program);
    let quiet = std::process::Stdio::null;
    if let Err(error) = command.arg(page).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn() {
        app.out.complain(style::warn(format_args!("{program} cannot open the page: {error}")));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took = text::duration(Duration::from_millis(self.took_ms));
        let code = self.code.as_deref().map(|code| format!(" ({})", text::plain(code))).unwrap_or_default();
        let title = text::short(self.title.as_deref().unwrap_or("the article"), 100);
        match self.failed {
            true => writeln!(f, "{}", style::bad(format_args!("{}{code} after {took}", self.outcome)))?,
            false => writeln!(f, "{} in {took}", style::good(format_args!("Published \"{title}\"")))?,
        }
        let words = self.words.map(|words| words.to_string());
        let images = self.images.map(|images| images.to_string());
        let rows = [("article", &self.article), ("page", &self.page), ("words", &words), ("images", &images)];
        for (name, value) in rows.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            writeln!(f, "  {name:<8} {}", text::plain(value))?;
        }
        writeln!(f, "  {:<8} {}", "cost", show::cost(&self.spent))?;
        writeln!(f, "\n{}", style::strong("Next"))?;
        write!(f, "  {}", self.next.join("\n  "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_three_next_commands_whatever_happened() {
        for (code, failed) in [(None, false), (Some("MODEL_AUTH"), true), (None, true)] {
            assert_eq!(next(Uuid::nil(), code, failed).len(), 3);
        }
        assert_eq!(next(Uuid::nil(), Some("MODEL_AUTH"), true)[0], ["explain", "MODEL_AUTH"]);
    }

    #[test]
    fn every_stage_is_an_event_of_the_contracts() {
        for (name, _) in STAGES.iter().chain(POST_STAGES) {
            assert!(find_type(name).is_some(), "{name}");
        }
    }
}
