//! `mesh dlq replay`: a plan and its apply in one step, over dead letters. A dry run unless `--yes` is given.

use std::{collections::BTreeMap, fmt};

use anyhow::Context;
use mesh_core::{Manifest, runner::Predicted};
use serde::Serialize;
use uuid::Uuid;

use super::{
    super::replay::{self, Audit, Done, Entry, Hand, Meant, Origin, Places, Selection, Step},
    select::Which,
};
use crate::{
    app::App,
    exit::Exit,
    mesh::Mesh,
    output::{self, style, text},
};

/// Most letters that are listed one by one for people.
const LISTED: usize = 50;

/// Which letters, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    which: Which,
    /// At most so many a second
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    rate: Option<u32>,
    /// Do it
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Moved {
    agent: String,
    source: Origin,
    event_id: Uuid,
    event_type: Option<String>,
    content_id: Option<Uuid>,
    code: Option<String>,
    predicted: Predicted,
}

/// Letters that are there for the same reason, and of which the same will come.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Cause {
    agent: String,
    source: Origin,
    code: Option<String>,
    predicted: Predicted,
    letters: usize,
    /// Why they are left alone, when they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    /// True when they were moved; false: a dry run.
    done: bool,
    /// True: somebody stopped it before the end.
    stopped: bool,
    causes: Vec<Cause>,
    /// What was moved, or would be.
    letters: Vec<Moved>,
}

pub(super) async fn run(args: ReplayArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let wanted = args.which.at(mesh.now())?;
    let manifests: Vec<&Manifest> = match args.which.agent() {
        Some(agent) => vec![mesh.manifest(agent)?],
        None => mesh.manifests().collect(),
    };
    if !args.yes {
        app.out.report(&report(false, false, look(&mesh, &manifests, &wanted).await?))?;
        if mesh.looks_are_receives() {
            app.out.say("A look hides letters for some seconds, and their receive counts have risen by one.");
        }
        return Ok(Exit::Ok);
    }
    let bar = app.out.bar(replay::depth(&mesh, &manifests).await?.total());
    let mut hand = Hand::new(&mesh, Audit::none(), args.rate, bar).context("cannot listen for signals")?;
    let done = act(&mut hand, &manifests, &wanted).await;
    let (stopped, failed) = (hand.stopped, done.is_err());
    let all = hand.finish();
    let hidden = if failed { 0 } else { replay::depth(&mesh, &manifests).await?.in_flight };
    let refused = all.iter().any(|one| one.step == Step::Failed);
    if !failed || !all.is_empty() {
        app.out.report(&report(true, stopped || failed, all.into_iter().map(told).collect()))?;
    }
    if hidden > 0 {
        let hidden = text::count(usize::try_from(hidden).unwrap_or(usize::MAX), "letter");
        app.out.say(format_args!("{hidden} may be hidden by somebody's look or replay; try again in a minute."));
    }
    done?;
    Ok(if stopped || refused { Exit::Failure } else { Exit::Ok })
}

async fn act(hand: &mut Hand<'_>, manifests: &[&Manifest], wanted: &Selection) -> anyhow::Result<()> {
    let mesh = hand.mesh;
    for (manifest, source) in manifests.iter().flat_map(|one| mesh.sources().iter().map(|source| (*one, *source))) {
        if !hand.stopped {
            replay::act(hand, manifest, source, &mut Meant::Like(wanted, mesh.now())).await?;
        }
    }
    Ok(())
}

/// A letter, and why it is left alone, if it is.
type Told = (Entry, Option<String>);

async fn look(mesh: &Mesh, manifests: &[&Manifest], wanted: &Selection) -> anyhow::Result<Vec<Told>> {
    let places = Places { queues: true, quarantine: false };
    let gathered = replay::gather(mesh, manifests, places, wanted).await?;
    let why = |entry: &Entry| replay::decide(entry, replay::Mode::Replay, false).err().map(str::to_owned);
    Ok(gathered.entries.into_iter().map(|entry| (why(&entry), entry)).map(|(why, entry)| (entry, why)).collect())
}

fn told(done: Done) -> Told {
    let left = (!done.step.is_sent()).then(|| done.note.unwrap_or_else(|| done.step.to_string()));
    (done.task.entry, left)
}

fn report(done: bool, stopped: bool, all: Vec<Told>) -> Report {
    let mut causes: BTreeMap<_, usize> = BTreeMap::new();
    for (entry, left) in &all {
        let Entry { agent, source, code, predicted, .. } = entry.clone();
        *causes.entry((agent, source, code, predicted, left.clone())).or_default() += 1;
    }
    let cause =
        |((agent, source, code, predicted, left), letters)| Cause { agent, source, code, predicted, letters, left };
    let moved = all.into_iter().filter(|(_, left)| left.is_none()).map(|(entry, _)| moved(entry));
    Report { done, stopped, causes: causes.into_iter().map(cause).collect(), letters: moved.collect() }
}

fn moved(entry: Entry) -> Moved {
    let Entry { agent, source, event_id, event_type, content_id, code, predicted, .. } = entry;
    Moved { agent, source, event_id, event_type, content_id, code, predicted }
}

impl Report {
    fn each(&self) -> String {
        let mut table = output::table(&["agent", "event", "type", "code"]);
        for Moved { agent, event_id, event_type, code, .. } in self.letters.iter().take(LISTED) {
            let (kind, code) = (event_type.as_deref().unwrap_or("-"), code.as_deref().unwrap_or("-"));
            table.add_row([text::plain(agent), event_id.to_string(), text::plain(kind), text::plain(code)]);
        }
        output::rows(&table)
    }

    fn by_cause(&self) -> String {
        let mut table = output::table(&["agent", "from", "code", "letters", "predicted", "left, because"]);
        for Cause { agent, source, code, predicted, letters, left } in &self.causes {
            let code = text::plain(code.as_deref().unwrap_or("-"));
            let left = text::short(left.as_deref().unwrap_or_default(), 100);
            let (source, letters, predicted) = (source.to_string(), letters.to_string(), predicted.to_string());
            table.add_row([text::plain(agent), source, code, letters, predicted, left]);
        }
        output::rows(&table)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = text::count(self.letters.len(), "dead letter");
        if !self.letters.is_empty() {
            writeln!(f, "{}", self.each())?;
            if self.letters.len() > LISTED {
                writeln!(f, "and {} more", self.letters.len() - LISTED)?;
            }
            writeln!(f)?;
        }
        if !self.causes.is_empty() {
            writeln!(f, "{}\n", self.by_cause())?;
        }
        match (self.done, self.stopped) {
            (true, false) => write!(f, "{}", style::good(format_args!("{count} moved"))),
            (true, true) => write!(f, "{}", style::bad(format_args!("{count} moved, then stopped; the rest stays"))),
            (false, _) => write!(f, "{}", style::warn(format_args!("dry run: {count} would be moved; --yes does it"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::replay::testing::entry, *};

    #[test]
    fn letters_are_counted_by_cause_and_prediction_and_those_that_are_left_are_not_moved() {
        let complete = |id, code| (entry(id, code, Predicted::WillComplete), None);
        let left = (entry(9, "MODEL_TIMEOUT", Predicted::PayloadGone), Some("gone".to_owned()));
        let all = vec![complete(7, "MODEL_TIMEOUT"), complete(8, "MODEL_TIMEOUT"), left, complete(10, "MODEL_AUTH")];
        let report = report(false, false, all);
        let causes: Vec<_> = report.causes.iter().map(|cause| (cause.code.as_deref(), cause.letters)).collect();
        assert_eq!(causes, [(Some("MODEL_AUTH"), 1), (Some("MODEL_TIMEOUT"), 2), (Some("MODEL_TIMEOUT"), 1)]);
        assert_eq!((report.causes[2].left.as_deref(), report.letters.len()), (Some("gone"), 3));
    }
}
