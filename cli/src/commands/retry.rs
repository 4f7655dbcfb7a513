//! `mesh retry`: asks again for what failed. A dry run unless `--yes` is given.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use mesh_contracts::find_type;
use mesh_core::{
    Timestamp,
    ports::{IdRange, StateStore},
};
use uuid::Uuid;

use crate::{
    app::App,
    copies::{self, Copied, Plan, Plans},
    door,
    exit::Exit,
    journal::Published,
    mesh::Mesh,
    output::text,
    runs::{self, RunEnd},
};

/// Documents read at once.
const PAGE: usize = 500;

/// Which failed requests.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["id", "code", "since"]))]
pub(crate) struct RetryArgs {
    /// A failed request, by the id of its content, of its event, or your own
    #[arg(conflicts_with_all = ["code", "since"])]
    id: Option<String>,
    /// All that failed with this code
    #[arg(long)]
    code: Option<String>,
    /// All that failed since: 45s, 30m, 2h, 7d ago, or a timestamp
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Do it
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(args: RetryArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let runs = match &args.id {
        Some(id) => vec![runs::find(&mesh, id).await?.with_context(|| format!("nothing is known of {id}"))?],
        None => failed(&mesh, &args).await?,
    };
    let (mut events, mut wanted) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for run in runs {
        let run = newest(&mesh, run).await?;
        if !seen.insert(run) {
            continue;
        }
        let (plan, copy) = plan(&mesh, run).await?;
        events.push(plan);
        wanted.extend(copy);
    }
    if args.yes {
        copies::publish(&mesh, &wanted).await?;
    }
    if events.is_empty() && !app.out.json {
        app.out.say("No request has failed like that.");
        return Ok(Exit::Ok);
    }
    app.out.report(&Plans { done: args.yes, events })?;
    Ok(if wanted.is_empty() && args.id.is_some() { Exit::Failure } else { Exit::Ok })
}

/// The runs that failed in the way that is asked for.
async fn failed(mesh: &Mesh, args: &RetryArgs) -> anyhow::Result<Vec<Uuid>> {
    let since = args.since.as_deref().map(|since| text::since(since, mesh.now())).transpose();
    let since = since.map_err(anyhow::Error::msg)?;
    let (mut found, mut range) = (Vec::new(), IdRange::default());
    loop {
        let page = mesh.store.state().list("fates", &range, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        range.from = Some(format!("{}\0", last.key.id));
        let ended = page.iter().filter_map(|row| Some((row.key.id.parse::<Uuid>().ok()?, RunEnd::read(row))));
        found.extend(ended.filter(|(_, end)| is_wanted(end, args.code.as_deref(), since)).map(|(run, _)| run));
    }
}

fn is_wanted(end: &RunEnd, code: Option<&str>, since: Option<Timestamp>) -> bool {
    let at = || end.at.as_deref().and_then(Timestamp::parse);
    end.is_failure()
        && code.is_none_or(|code| end.code.as_deref() == Some(code))
        && since.is_none_or(|since| at().is_some_and(|at| at >= since))
}

/// The newest copy of a run's first event, or that event: what was asked for again is not asked for again here.
async fn newest(mesh: &Mesh, mut run: Uuid) -> anyhow::Result<Uuid> {
    while copies::exists(mesh, copies::id_of_copy(run)).await? {
        run = copies::id_of_copy(run);
    }
    Ok(run)
}

async fn plan(mesh: &Mesh, run: Uuid) -> anyhow::Result<(Plan, Option<Copied>)> {
    let end = runs::end(mesh, run).await?;
    let Some(first) = runs::first(mesh, run).await? else {
        bail!(
            "the first event of the run {run} is no longer in the journal; `mesh quarantine resubmit` may still have it"
        );
    };
    Ok(decide(run, first, end))
}

/// Whether there is to be a copy, and why.
fn decide(run: Uuid, first: Published, end: Option<RunEnd>) -> (Plan, Option<Copied>) {
    let event_type = first.kind().to_owned();
    let spec = first.event_type.as_deref().map_or_else(|| on_channel(&first.channel), find_type);
    let none = |note: &str| (Plan { origin: run, copy: None, event_type: event_type.clone(), note: note.into() }, None);
    let Some(end) = end else { return none("it has not ended; a message of it may wait in a dead-letter queue") };
    if !end.is_failure() {
        return none(&format!("it has not failed: it ended with {}", end.event_type));
    }
    let Some(spec) = spec else { return none("its type has no contract") };
    if let Err(refusal) = door::judge(spec, &first.data) {
        return none(&format!("{}; correct it: mesh quarantine resubmit {run} --set field=value", refusal.message));
    }
    let copy = Copied::same(run, spec, first.data);
    let note = end.code.map_or_else(|| end.event_type.clone(), |code| format!("{} {code}", end.event_type));
    (Plan { origin: run, copy: Some(copy.id), event_type, note }, Some(copy))
}

/// The type of a bare payload on a channel: the first of those that travel there.
fn on_channel(channel: &str) -> Option<&'static mesh_contracts::EventSpec> {
    mesh_contracts::EVENTS.iter().find(|spec| spec.channel == channel)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::journal::testing::published;

    fn ended(event_type: &str, code: &str) -> RunEnd {
        let at = Some("2026-11-20T09:30:00.000Z".to_owned());
        RunEnd { event_type: event_type.into(), event_id: None, code: Some(code.into()), at }
    }

    #[test]
    fn only_failures_of_that_code_and_time_are_wanted() {
        let end = ended("GenFailure", "MODEL_AUTH");
        let at = |text: &str| Timestamp::parse(text);
        assert!(is_wanted(&end, None, None) && is_wanted(&end, Some("MODEL_AUTH"), at("2026-11-20T09:30:00Z")));
        assert!(!is_wanted(&end, Some("MODEL_TIMEOUT"), None) && !is_wanted(&end, None, at("2026-11-20T09:30:01Z")));
        assert!(!is_wanted(&ended("ContentPublished", ""), None, None));
    }

    #[test]
    fn there_is_a_copy_only_of_a_valid_request_that_failed() {
        let run = Uuid::from_u128(5);
        let first = |data: Value| published("EchoRequested", "/echo/requested", data);
        let valid = || first(json!({"message": "hi"}));
        let (plan, copy) = decide(run, valid(), Some(ended("EchoFailure", "X")));
        assert_eq!((plan.note.as_str(), copy.map(|copy| copy.origin)), ("EchoFailure X", Some(run)));
        assert!(decide(run, valid(), None).0.note.contains("not ended"));
        assert!(decide(run, valid(), Some(ended("Echoed", ""))).0.note.contains("not failed"));
        assert!(decide(run, first(json!({})), Some(ended("ValidationError", "X"))).0.note.contains("resubmit"));
    }
}
