//! `mesh replay plan`: freezes what would be replayed, and what would come of it. It changes nothing.

use std::{fmt, path::PathBuf};

use mesh_core::{Manifest, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use super::{
    decide::{Mode, decide},
    entry::Entry,
    gather::{self, Places},
    manifest::{Group, ReplayManifest, deployment},
    select::Selection,
};
use crate::{
    app::App,
    exit::Exit,
    mesh::Mesh,
    output::{self, style, text},
};

/// Most entries that are listed one by one for people.
const LISTED: usize = 20;

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum From {
    /// Queues for dead letters
    Dlq,
    /// Quarantine
    Quarantine,
}

/// Which messages, and where the plan goes.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanArgs {
    /// File to write the plan to; it must not be there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only those of this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Only those with this code
    #[arg(long)]
    code: Option<String>,
    /// Only that of this event
    #[arg(long, value_name = "ID", alias = "event")]
    event_id: Option<Uuid>,
    /// Only those about this content
    #[arg(long, value_name = "ID", alias = "content")]
    content_id: Option<Uuid>,
    /// Only those sent before: 45s, 30m, 2h, 7d ago, or a timestamp
    #[arg(long, value_name = "TIME")]
    older_than: Option<String>,
    /// Only those sent since: 45s, 30m, 2h, 7d ago, or a timestamp
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only what lies there [default: both]
    #[arg(long, value_enum)]
    from: Option<From>,
}

/// What apply would do with a group.
#[derive(Debug, Serialize)]
struct Row {
    #[serde(flatten)]
    group: Group,
    /// Would be replayed.
    replayed: usize,
    /// Why the others would be left alone.
    left: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Report {
    file: String,
    digest: String,
    created_at: String,
    groups: Vec<Row>,
    /// In quarantine, of events that completed since; not in the plan.
    completed_since: usize,
    entries: usize,
    replayed: usize,
    #[serde(skip)]
    first: Vec<Entry>,
    #[serde(skip)]
    now: Timestamp,
}

pub(super) async fn run(args: PlanArgs, app: &App) -> anyhow::Result<Exit> {
    let mesh = Mesh::existing(app).await?;
    let agents: Vec<&Manifest> = match &args.agent {
        Some(agent) => vec![mesh.manifest(agent)?],
        None => mesh.manifests().collect(),
    };
    let time = |text: &Option<String>| -> anyhow::Result<Option<Timestamp>> {
        text.as_deref().map(|text| text::since(text, mesh.now())).transpose().map_err(anyhow::Error::msg)
    };
    let wanted = Selection {
        code: args.code.clone(),
        event_id: args.event_id,
        content_id: args.content_id,
        before: time(&args.older_than)?,
        since: time(&args.since)?,
    };
    if args.out.exists() {
        anyhow::bail!("{} is there already; a manifest is never written over", args.out.display());
    }
    let places = Places { queues: args.from != Some(From::Quarantine), quarantine: args.from != Some(From::Dlq) };
    let gathered = gather::gather(&mesh, &agents, places, &wanted).await?;
    if gathered.entries.is_empty() && !app.out.json {
        app.out.say("Nothing waits to be replayed like that; no plan was written.");
        return Ok(Exit::Ok);
    }
    let manifest = ReplayManifest::new(gathered.entries, deployment(&mesh, app), mesh.now());
    manifest.write(&args.out)?;
    let file = args.out.display().to_string();
    app.out.report(&report(&manifest, file.clone(), gathered.completed_since))?;
    if places.queues && mesh.looks_are_receives() {
        app.out.say("The look hid letters for a moment, and raised their receive counts by one.");
    }
    app.out.say(format_args!("Look at it first: {}", app.command(&["replay", "apply", &file])));
    app.out
        .say(format_args!("Then apply it:    {}", app.command(&["replay", "apply", &file, "--canary", "1", "--yes"])));
    Ok(Exit::Ok)
}

fn report(manifest: &ReplayManifest, file: String, completed_since: usize) -> Report {
    let decided = |entry: &Entry| decide(entry, Mode::Replay, false);
    let row = |group: Group| {
        let members = || manifest.entries.iter().filter(|entry| super::manifest::group_of(entry) == group.name);
        let replayed = members().filter(|entry| decided(entry).is_ok()).count();
        let left = members().find_map(|entry| decided(entry).err());
        Row { group, replayed, left }
    };
    let groups: Vec<Row> = manifest.groups().into_iter().map(row).collect();
    Report {
        file,
        digest: manifest.digest.clone(),
        created_at: manifest.created_at.clone(),
        completed_since,
        entries: manifest.entries.len(),
        replayed: groups.iter().map(|row| row.replayed).sum(),
        groups,
        first: manifest.entries.iter().take(LISTED).cloned().collect(),
        now: manifest.created(),
    }
}

impl Report {
    fn each(&self) -> String {
        let mut table = output::table(&["entry", "agent", "event", "type", "code", "age", "predicted"]);
        for (number, entry) in (1..).zip(&self.first) {
            table.add_row([
                format!("{number}"),
                text::plain(&entry.agent),
                entry.event_id.to_string(),
                text::plain(entry.event_type.as_deref().unwrap_or("-")),
                text::plain(entry.code.as_deref().unwrap_or("-")),
                text::duration(entry.sent().until(self.now)),
                entry.predicted.to_string(),
            ]);
        }
        output::rows(&table)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.first.is_empty() {
            writeln!(f, "{}", self.each())?;
        }
        if self.entries > self.first.len() {
            writeln!(f, "and {} more", self.entries - self.first.len())?;
        }
        let mut table = output::table(&["group", "entries", "apply replays", "why it leaves the others"]);
        for Row { group, replayed, left } in &self.groups {
            let (entries, left) = (group.entries.to_string(), left.unwrap_or_default());
            table.add_row([text::plain(&group.name), entries, replayed.to_string(), left.to_owned()]);
        }
        writeln!(f, "\n{}\n", output::rows(&table))?;
        if self.completed_since > 0 {
            let since = self.completed_since;
            writeln!(f, "{}", style::faint(format_args!("not in it: {since} in quarantine that completed since")))?;
        }
        let (entries, replayed) = (self.entries, self.replayed);
        let count = if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") };
        let planned = format_args!("{} holds {count}; nothing was changed; apply would replay {replayed}", self.file);
        write!(f, "{}", style::good(planned))
    }
}
