//! `mesh retry`: asks again for what failed. A dry run unless `--yes` is given.

use std::collections::BTreeSet;

use anyhow::Context;
use mesh_contracts::find_version;
use mesh_core::{Timestamp, ports::IdRange};
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
        Some(id) => vec![runs::find(&mesh, id).await?],
        None => failed(&mesh, &args).await?,
    };
    let (mut events, mut wanted) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for run in runs {
        let run = newest(&mesh, run).await?;
        if !seen.insert(run) {
            continue;
        }
        match decide(run, first(&mesh, run).await?, runs::end(&mesh, run).await?) {
            Ok((copy, note)) => {
                events.push(copy.plan(&mesh, &note).await?);
                wanted.push(copy);
            }
            Err(plan) => events.push(plan),
        }
    }
    if args.yes {
        copies::publish(&mesh, &wanted, &events).await?;
    }
    if events.is_empty() && !app.out.json {
        app.out.say("No request has failed like that.");
        return Ok(Exit::Ok);
    }
    let nothing = events.iter().all(|plan| plan.copy.is_none());
    app.out.report(&Plans { done: args.yes, events })?;
    Ok(if nothing && args.id.is_some() { Exit::Failure } else { Exit::Ok })
}

/// The runs that failed in the way that is asked for.
async fn failed(mesh: &Mesh, args: &RetryArgs) -> anyhow::Result<Vec<Uuid>> {
    let since = args.since.as_deref().map(|since| text::since(since, mesh.now())).transpose();
    let since = since.map_err(anyhow::Error::msg)?;
    let (mut found, mut range) = (Vec::new(), IdRange::default());
    loop {
        let page = mesh.state.list("fates", &range, mesh.page()).await?;
        let Some(last) = page.last() else { return Ok(found) };
        range.from = Some(format!("{}\0", last.key.id));
        let last_page = page.len() < mesh.page();
        let ended = page.iter().filter_map(|row| Some((row.key.id.parse::<Uuid>().ok()?, RunEnd::read(row))));
        found.extend(ended.filter(|(_, end)| is_wanted(end, args.code.as_deref(), since)).map(|(run, _)| run));
        if last_page {
            return Ok(found);
        }
    }
}

fn is_wanted(end: &RunEnd, code: Option<&str>, since: Option<Timestamp>) -> bool {
    let at = || end.at.as_deref().and_then(Timestamp::parse);
    end.is_failure()
        && code.is_none_or(|code| end.code.as_deref() == Some(code))
        && since.is_none_or(|since| at().is_some_and(|at| at >= since))
}

/// The newest copy of a run's first event, or that event: what was asked for again is not asked for again here.
async fn newest(mesh: &Mesh, run: Uuid) -> anyhow::Result<Uuid> {
    let root = mesh.history.first(run).await?.map_or(run, |first| first.root());
    Ok(mesh.history.newest_copy(root, run).await?.unwrap_or(run))
}

async fn first(mesh: &Mesh, run: Uuid) -> anyhow::Result<Published> {
    mesh.history.first(run).await?.with_context(|| {
        format!("the journal no longer has the first event of the run {run}; the quarantine may still have it")
    })
}

/// The copy there is to be and why, or why there is to be none.
fn decide(run: Uuid, first: Published, end: Option<RunEnd>) -> Result<(Copied, String), Plan> {
    let event_type = first.kind().to_owned();
    let spec = match &first.event_type {
        Some(name) => find_version(name, first.dataschema.as_deref()),
        None => on_channel(&first.channel),
    };
    let none = |note: String| Plan { event: run, copy: None, event_type, note };
    let Some(end) = end else {
        return Err(none("it has not ended; a message of it may wait in a dead-letter queue".to_owned()));
    };
    if !end.is_failure() {
        return Err(none(format!("it has not failed: it ended with {}", end.event_type)));
    }
    if first.data.is_null() {
        return Err(none("nobody keeps its body; send it anew".to_owned()));
    }
    let Some(spec) = spec else { return Err(none("its type has no contract".to_owned())) };
    if let Err(refusal) = door::judge(spec, &first.data) {
        let cure = format!("mesh quarantine resubmit {run} --set field=value");
        return Err(none(format!("{}; correct it: {cure}", refusal.message)));
    }
    let root = first.root();
    let note = end.code.map_or_else(|| end.event_type.clone(), |code| format!("{} {code}", end.event_type));
    Ok((Copied::same(run, root, spec, first.data), note))
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
        let (copy, note) = decide(run, valid(), Some(ended("EchoFailure", "X"))).expect("a copy");
        assert_eq!((copy.origin, note.as_str()), (Uuid::from_u128(9), "EchoFailure X"));
        let why_not = |first, end| decide(run, first, end).expect_err("no copy").note;
        assert!(why_not(valid(), None).contains("not ended"));
        assert!(why_not(valid(), Some(ended("Echoed", ""))).contains("not failed"));
        assert!(why_not(first(Value::Null), Some(ended("EchoFailure", "X"))).contains("nobody keeps its body"));
        assert!(why_not(first(json!({})), Some(ended("ValidationError", "X"))).contains("resubmit"));
    }
}
