//! `mesh dlq replay`: moves dead letters back. A dry run unless `--yes` is given.

use std::{collections::BTreeMap, fmt};

use anyhow::Context;
use mesh_core::{Manifest, ports::Depth};
use serde::Serialize;
use uuid::Uuid;

use super::{
    super::up::Stop,
    letter::{self, Expected, Letter},
    moving::{self, MOST, Progress},
    select::{Selection, Which},
};
use crate::{
    app::App,
    exit::Exit,
    mesh::{Mesh, Source},
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
    source: Source,
    event_id: Uuid,
    event_type: Option<String>,
    content_id: Option<Uuid>,
    code: Option<String>,
    expected: Expected,
}

/// Letters that are there for the same reason, and of which the same will come.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Cause {
    agent: String,
    source: Source,
    code: Option<String>,
    expected: Expected,
    letters: usize,
}

#[derive(Debug, Serialize)]
struct Report {
    /// True when they were moved; false: a dry run.
    done: bool,
    /// True: somebody stopped it before the end.
    stopped: bool,
    causes: Vec<Cause>,
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
        let letters = look(&mesh, &manifests, &wanted).await?;
        app.out.report(&report(false, false, letters))?;
        if mesh.looks_are_receives() {
            app.out.say("A look hides letters for some seconds, and their receive counts have risen by one.");
        }
        return Ok(Exit::Ok);
    }
    let mut progress = Progress::new(args.rate);
    let done = replay(&mesh, &manifests, &wanted, &mut progress, app).await;
    let (stopped, failed) = (progress.stopped, done.is_err());
    let hidden = if failed { 0 } else { depth(&mesh, &manifests).await?.in_flight };
    if !failed || !progress.moved.is_empty() {
        app.out.report(&report(true, stopped || failed, progress.moved))?;
    }
    if hidden > 0 {
        let hidden = text::count(usize::try_from(hidden).unwrap_or(usize::MAX), "letter");
        app.out.say(format_args!("{hidden} may be hidden by somebody's look or replay; try again in a minute."));
    }
    done?;
    Ok(if stopped { Exit::Failure } else { Exit::Ok })
}

async fn look(mesh: &Mesh, manifests: &[&Manifest], wanted: &Selection) -> anyhow::Result<Vec<Letter>> {
    let mut letters = Vec::new();
    for manifest in manifests {
        letters.extend(letter::peek(mesh, manifest, MOST).await?.into_iter().filter(|one| wanted.wants(one)));
    }
    Ok(letters)
}

async fn replay(
    mesh: &Mesh,
    manifests: &[&Manifest],
    wanted: &Selection,
    progress: &mut Progress,
    app: &App,
) -> anyhow::Result<()> {
    let mut stop = Stop::new().context("cannot listen for signals")?;
    let bar = app.out.bar(depth(mesh, manifests).await?.total());
    let mut done = Ok(());
    for (manifest, source) in manifests.iter().flat_map(|one| mesh.sources().iter().map(|source| (*one, *source))) {
        if done.is_ok() && !progress.stopped {
            done = moving::replay(mesh, (manifest, source), wanted, progress, &mut stop, &bar).await;
        }
    }
    bar.finish();
    done
}

/// How much lies in the queues for dead letters of these agents.
async fn depth(mesh: &Mesh, manifests: &[&Manifest]) -> anyhow::Result<Depth> {
    let mut sum = Depth::default();
    for manifest in manifests {
        for source in mesh.sources() {
            let Some(queue) = mesh.dead(manifest, *source).await? else { continue };
            let Depth { visible, in_flight, delayed } = queue.depth().await?;
            sum.visible += visible;
            sum.in_flight += in_flight;
            sum.delayed += delayed;
        }
    }
    Ok(sum)
}

fn report(done: bool, stopped: bool, letters: Vec<Letter>) -> Report {
    let mut causes: BTreeMap<(String, Source, Option<String>, Expected), usize> = BTreeMap::new();
    for letter in &letters {
        *causes.entry((letter.agent.clone(), letter.source, letter.code.clone(), letter.expected)).or_default() += 1;
    }
    let cause = |((agent, source, code, expected), letters)| Cause { agent, source, code, expected, letters };
    Report {
        done,
        stopped,
        causes: causes.into_iter().map(cause).collect(),
        letters: letters.into_iter().map(moved).collect(),
    }
}

fn moved(letter: Letter) -> Moved {
    let Letter { agent, source, event_id, event_type, content_id, code, expected, .. } = letter;
    Moved { agent, source, event_id, event_type, content_id, code, expected }
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
        let mut table = output::table(&["agent", "from", "code", "letters", "what the ledger expects"]);
        for Cause { agent, source, code, expected, letters } in &self.causes {
            let code = text::plain(code.as_deref().unwrap_or("-"));
            table.add_row([text::plain(agent), source.to_string(), code, letters.to_string(), expected.to_string()]);
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
            writeln!(f, "\n{}\n", self.by_cause())?;
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
    use super::*;

    #[test]
    fn letters_are_counted_by_cause_and_expectation() {
        let mut done = letter::testing::letter(9, "MODEL_TIMEOUT");
        done.expected = Expected::AlreadyDone;
        let letters = vec![
            letter::testing::letter(7, "MODEL_TIMEOUT"),
            letter::testing::letter(8, "MODEL_TIMEOUT"),
            done,
            letter::testing::letter(10, "MODEL_AUTH"),
        ];
        let report = report(false, false, letters);
        let causes: Vec<_> = report.causes.iter().map(|cause| (cause.code.as_deref(), cause.letters)).collect();
        assert_eq!(causes, [(Some("MODEL_AUTH"), 1), (Some("MODEL_TIMEOUT"), 2), (Some("MODEL_TIMEOUT"), 1)]);
        assert_eq!(report.causes[2].expected, Expected::AlreadyDone);
    }
}
