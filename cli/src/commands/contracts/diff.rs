//! `mesh contracts diff`: what changed between contracts, and whom it breaks.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use mesh_contracts::diff::{self, Entry, Source, Verdict};
use serde::Serialize;
use serde_json::Value;

use crate::{
    app::App,
    exit::Exit,
    output::{self, text},
};

/// Which contracts.
#[derive(Debug, clap::Args)]
pub(crate) struct DiffArgs {
    /// Contracts before: a schema, or a folder of them [default: the releases]
    old: Option<PathBuf>,
    /// Contracts after: a schema, or a folder of them [default: those of this build]
    new: Option<PathBuf>,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Report {
    /// True: something breaks without a new version.
    breaking: bool,
    changes: Vec<Entry>,
}

pub(super) fn run(args: &DiffArgs, app: &App) -> anyhow::Result<Exit> {
    let changes = compared(args)?;
    let report = Report { breaking: changes.iter().any(Entry::fails), changes };
    app.out.report(&report)?;
    if !report.changes.is_empty() {
        app.out.say(summary(&report));
    }
    Ok(if report.breaking { Exit::Failure } else { Exit::Ok })
}

fn compared(args: &DiffArgs) -> anyhow::Result<Vec<Entry>> {
    let mut old = match &args.old {
        Some(path) => read(path)?,
        None => diff::released().map_err(anyhow::Error::msg)?,
    };
    let new = match &args.new {
        Some(path) => read(path)?,
        None => diff::current(),
    };
    if let (Some(before), Some(after)) = (&args.old, &args.new) {
        match (before.is_dir(), after.is_dir(), old.as_slice(), new.as_slice()) {
            // Two files are compared whatever they are called.
            (false, false, [before], [after]) if before.version().0 != after.version().0 => {
                let renamed = Source { contract: after.contract.clone(), ..before.clone() };
                return Ok(diff::compare(&[renamed], &new));
            }
            // One file says nothing of the other contracts.
            (true, false, _, [after]) => old.retain(|before| before.version().0 == after.version().0),
            _ => {}
        }
    }
    Ok(diff::compare(&old, &new))
}

/// The schemas in a file, or in a folder and its `records`.
fn read(path: &Path) -> anyhow::Result<Vec<Source>> {
    if !path.is_dir() {
        return one(path, false).map(|source| source.into_iter().collect());
    }
    let mut sources = Vec::new();
    for folder in [path.to_owned(), path.join("records")] {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        for file in files {
            sources.extend(one(&file, true)?);
        }
    }
    if sources.is_empty() {
        bail!("there are no contracts in {}; what is looked for are JSON files with a $schema", path.display());
    }
    Ok(sources)
}

/// The schema in a file; with `pick`, none when it is another kind of file.
fn one(path: &Path, pick: bool) -> anyhow::Result<Option<Source>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let schema: Value = serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))?;
    if pick && schema.get("$schema").is_none() {
        return Ok(None);
    }
    if !schema.is_object() {
        bail!("{} is no schema: it is no object", path.display());
    }
    let label = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Some(Source::new(&label, schema)))
}

fn summary(report: &Report) -> String {
    let all = text::count(report.changes.len(), "change");
    match report.changes.iter().filter(|entry| entry.fails()).count() {
        0 => format!("{all}, none breaks without a new version"),
        fails => format!("{all}, {fails} of them breaking without a new version"),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = output::table(&["contract", "against", "where", "change", "readers", "writers", "why"]);
        for entry in &self.changes {
            let change = &entry.change;
            table.add_row([
                text::plain(&entry.contract),
                text::plain(&entry.against),
                text::plain(if change.path.is_empty() { "/" } else { &change.path }),
                told(entry),
                verdict(change.readers),
                verdict(change.writers),
                text::plain(&change.why),
            ]);
        }
        if self.changes.is_empty() { f.write_str("no changes") } else { f.write_str(&output::rows(&table)) }
    }
}

/// What happened, with short values: `maximum lowered: 2000 to 1000`.
fn told(entry: &Entry) -> String {
    let short = |value: &Value| text::short(&value.to_string(), 30);
    let what = text::plain(&entry.change.what);
    match (&entry.change.from, &entry.change.to) {
        (Some(from), Some(to)) => format!("{what}: {} to {}", short(from), short(to)),
        (Some(one), None) | (None, Some(one)) => format!("{what}: {}", short(one)),
        (None, None) => what,
    }
}

fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Compatible => "compatible",
        Verdict::Breaking => "breaking",
    }
    .to_owned()
}
