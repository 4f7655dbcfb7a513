//! `mesh replay apply`: replays what a plan holds, and nothing else. A dry run unless `--yes` is given.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
};

use anyhow::Context;
use mesh_core::runner::Predicted;

use super::{
    act::{Hand, Task},
    audit::{self, Audit, States, Step},
    decide::{Mode, decide},
    entry::{Entry, Origin},
    letters::{self, Meant},
    manifest::{Group, ReplayManifest, group_of},
    outcome::Comparison,
    report::Report,
};
use crate::{app::App, exit::Exit, mesh::Mesh};

/// How often outcomes are looked at while they are waited for.
const LOOK: Duration = Duration::from_millis(200);

/// Which plan, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct ApplyArgs {
    /// The plan
    file: PathBuf,
    /// Only this group, by its name in the plan's table, and all of it; may be repeated
    #[arg(long, value_name = "GROUP")]
    only: Vec<String>,
    /// Replay so many first, of every cause, and go on when they became what was predicted
    #[arg(long, value_name = "N", conflicts_with_all = ["force", "redispatch"])]
    canary: Option<usize>,
    /// How long to wait for these, in seconds
    #[arg(long, value_name = "S", default_value_t = 60, requires = "canary")]
    canary_wait: u64,
    /// Wait so many seconds for what comes of all, and compare it with the plan
    #[arg(long, value_name = "S", num_args = 0..=1, default_missing_value = "300")]
    wait: Option<u64>,
    /// At most so many a second
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    rate: Option<u32>,
    /// Publish copies of what has ended instead: new events, in runs of their own
    #[arg(long, requires = "only")]
    force: bool,
    /// Publish once more what agents said about what they concluded, byte for byte
    #[arg(long, conflicts_with = "force")]
    redispatch: bool,
    /// Do it
    #[arg(long)]
    yes: bool,
}

impl ApplyArgs {
    fn mode(&self) -> Mode {
        match (self.force, self.redispatch) {
            (true, _) => Mode::Force,
            (_, true) => Mode::Redispatch,
            _ => Mode::Replay,
        }
    }
}

/// What is to be done, and what is left alone and why.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) tasks: Vec<Task>,
    pub(super) left: Vec<(Entry, &'static str)>,
    /// Done by an earlier run.
    pub(super) before: Vec<Entry>,
}

pub(super) async fn run(args: ApplyArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let manifest = ReplayManifest::read(&args.file, &mesh, app)?;
    let only = picked(&args.only, &manifest.groups())?;
    if !args.yes {
        let work = work(&manifest, args.mode(), &only, &audit::read(&manifest, &args.file)?);
        app.out.report(&Report::dry(&manifest, &work))?;
        return Ok(Exit::Ok);
    }
    let audit = Audit::open(&manifest, &args.file, &mesh, app).await?;
    let work = work(&manifest, args.mode(), &only, audit.states());
    let bar = app.out.bar(u64::try_from(work.tasks.len()).unwrap_or(u64::MAX));
    let mut hand = Hand::new(&mesh, audit, args.rate, bar).context("cannot listen for signals")?;
    let mut report = Report::dry(&manifest, &work);
    let done = apply(&mut hand, &args, &manifest, work.tasks, &mut report).await;
    report.stopped = hand.stopped || done.is_err();
    report.done(hand.finish());
    if done.is_ok() || report.has_acted() {
        app.out.report(&report)?;
        app.out.say(format_args!("Who did what is in {}.", audit::path_of(&args.file).display()));
    }
    done?;
    Ok(if report.is_as_meant() { Exit::Ok } else { Exit::Failure })
}

/// The groups that were named.
fn picked(only: &[String], groups: &[Group]) -> anyhow::Result<BTreeSet<String>> {
    let names = || groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>().join(", ");
    let find = |wanted: &String| {
        let found = groups.iter().find(|group| group.name == *wanted);
        found.map(|group| group.name.clone()).with_context(|| format!("no group {wanted}; there are {}", names()))
    };
    only.iter().map(find).collect()
}

/// Decides about every entry of the groups that were named, or of all.
fn work(manifest: &ReplayManifest, mode: Mode, only: &BTreeSet<String>, states: &States) -> Work {
    let mut work = Work::default();
    for (number, entry) in manifest.numbered() {
        let picked = only.contains(&group_of(entry));
        if !only.is_empty() && !picked {
            continue;
        }
        let action = match decide(entry, mode, picked) {
            Ok(action) => action,
            Err(why) => {
                work.left.push((entry.clone(), why));
                continue;
            }
        };
        // What was sent, and killed before it could be removed, is still to be removed.
        let over = match states.get(&(number, action)) {
            Some(Step::Removed) => true,
            Some(Step::Sent) => entry.source == Origin::Quarantine,
            _ => false,
        };
        match over {
            true => work.before.push(entry.clone()),
            false => work.tasks.push(Task { number, entry: entry.clone(), action }),
        }
    }
    work
}

async fn apply(
    hand: &mut Hand<'_>,
    args: &ApplyArgs,
    manifest: &ReplayManifest,
    tasks: Vec<Task>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let (first, rest) = canaries(tasks, args.canary.unwrap_or(0));
    if !first.is_empty() {
        let entries: Vec<(usize, Entry)> = first.iter().map(|task| (task.number, task.entry.clone())).collect();
        let entries: Vec<(usize, &Entry)> = entries.iter().map(|(number, entry)| (*number, entry)).collect();
        act(hand, first).await?;
        let comparison = outcomes(hand, &entries, args.canary_wait, true).await?;
        let go_on = comparison.is_as_predicted();
        report.canary = Some(comparison);
        if !go_on {
            return Ok(());
        }
    }
    act(hand, rest).await?;
    if let Some(wait) = args.wait {
        let entries: Vec<(usize, &Entry)> = manifest.numbered().collect();
        report.outcome = Some(outcomes(hand, &entries, wait, false).await?);
    }
    Ok(())
}

/// The first of those that will complete, as many of one cause as of another; and the rest.
fn canaries(tasks: Vec<Task>, count: usize) -> (Vec<Task>, Vec<Task>) {
    let mut nth: BTreeMap<String, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, usize)> = Vec::new();
    for (index, task) in tasks.iter().enumerate().filter(|(_, task)| task.entry.predicted == Predicted::WillComplete) {
        let rank = nth.entry(group_of(&task.entry)).or_default();
        ranked.push((*rank, index));
        *rank += 1;
    }
    ranked.sort_unstable();
    let first: BTreeSet<usize> = ranked.into_iter().take(count).map(|(_, index)| index).collect();
    let (first, rest): (Vec<_>, Vec<_>) = tasks.into_iter().enumerate().partition(|(index, _)| first.contains(index));
    let tasks = |all: Vec<(usize, Task)>| all.into_iter().map(|(_, task)| task).collect();
    (tasks(first), tasks(rest))
}

/// Does the tasks, queue by queue, then those in quarantine.
async fn act(hand: &mut Hand<'_>, tasks: Vec<Task>) -> anyhow::Result<()> {
    let mut by_place: BTreeMap<(String, Origin), Vec<Task>> = BTreeMap::new();
    for task in tasks {
        by_place.entry((task.entry.agent.clone(), task.entry.source)).or_default().push(task);
    }
    for ((agent, origin), tasks) in by_place {
        if hand.stopped {
            return Ok(());
        }
        let mesh = hand.mesh;
        let manifest = mesh.manifest(&agent)?;
        match origin.queue() {
            Some(source) => {
                let id = |task: &Task| task.entry.message_id.clone().unwrap_or_default();
                let listed = tasks.into_iter().map(|task| (id(&task), task)).collect();
                letters::act(hand, manifest, source, &mut Meant::Listed(listed)).await?;
            }
            None => hand.quarantined(manifest, tasks).await?,
        }
    }
    Ok(())
}

/// Waits for what comes of entries; `strict`: no longer than until one became something else.
async fn outcomes(
    hand: &mut Hand<'_>,
    entries: &[(usize, &Entry)],
    seconds: u64,
    strict: bool,
) -> anyhow::Result<Comparison> {
    let mesh = hand.mesh;
    let until = mesh.now().plus(Duration::from_secs(seconds));
    loop {
        let comparison = Comparison::of(mesh, entries, hand.audit.states()).await?;
        let over = comparison.pending() == 0 || (strict && !comparison.differences.is_empty());
        if over || hand.stopped || mesh.now() >= until {
            return Ok(comparison);
        }
        hand.sleep_until(mesh.now().plus(mesh.pace(LOOK))).await;
    }
}

#[cfg(test)]
mod tests {
    use mesh_core::Timestamp;

    use super::{
        super::{decide::Action, entry::testing::entry},
        *,
    };

    fn manifest() -> ReplayManifest {
        let entries = vec![
            entry(1, "A", Predicted::WillComplete),
            entry(2, "A", Predicted::WillComplete),
            entry(3, "B", Predicted::WillComplete),
            entry(4, "C", Predicted::PayloadGone),
        ];
        ReplayManifest::new(entries, "here".into(), Timestamp(0))
    }

    fn numbers(tasks: &[Task]) -> Vec<usize> {
        tasks.iter().map(|task| task.number).collect()
    }

    #[test]
    fn what_was_removed_is_not_done_again_and_what_was_only_sent_is_removed() {
        let states = States::from([((1, Action::Replay), Step::Removed), ((2, Action::Replay), Step::Sent)]);
        let work = work(&manifest(), Mode::Replay, &BTreeSet::new(), &states);
        assert_eq!((numbers(&work.tasks), work.before.len(), work.left.len()), (vec![2, 3], 1, 1));
    }

    #[test]
    fn a_group_is_named_and_taken_whole() {
        let manifest = manifest();
        let groups = manifest.groups();
        let named = picked(&["echo/C/payload_gone".into()], &groups).expect("a group");
        assert!(picked(&["echo/D/payload_gone".into()], &groups).is_err());
        assert_eq!(numbers(&work(&manifest, Mode::Replay, &named, &States::new()).tasks), [4], "and all of it");
    }

    #[test]
    fn canaries_are_of_every_cause() {
        let tasks = work(&manifest(), Mode::Replay, &BTreeSet::new(), &States::new()).tasks;
        let (first, rest) = canaries(tasks.clone(), 2);
        assert_eq!((numbers(&first), numbers(&rest)), (vec![1, 3], vec![2]));
        assert!(canaries(tasks, 0).0.is_empty());
    }
}
