//! What an apply did, or would do.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::{
    act::Done,
    apply::Work,
    audit::Step,
    entry::Entry,
    manifest::{ReplayManifest, group_of},
    outcome::Comparison,
};
use crate::output::{self, style, text};

/// A group, and what was or would be done with it.
#[derive(Debug, Default, Serialize)]
struct Row {
    group: String,
    entries: usize,
    /// To be sent, or tried.
    planned: usize,
    /// Sent by an earlier run.
    before: usize,
    sent: usize,
    left: usize,
    missing: usize,
    failed: usize,
    /// Why the first of those that were left or not taken was.
    why: Option<String>,
}

/// All of it. Text and JSON come from here.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The plan.
    digest: String,
    /// True when it was done; false: a dry run.
    done: bool,
    /// True: somebody stopped it, or something failed, before the end.
    pub(super) stopped: bool,
    groups: Vec<Row>,
    /// What came of the canaries.
    pub(super) canary: Option<Comparison>,
    /// What came of all.
    pub(super) outcome: Option<Comparison>,
}

impl Report {
    /// What would be done.
    pub(super) fn dry(manifest: &ReplayManifest, work: &Work) -> Self {
        let mut rows: BTreeMap<String, Row> = BTreeMap::new();
        for group in manifest.groups() {
            let (name, entries) = (group.name, group.entries);
            rows.insert(name.clone(), Row { group: name, entries, ..Row::default() });
        }
        let mut row = |entry: &Entry, change: &mut dyn FnMut(&mut Row)| {
            if let Some(row) = rows.get_mut(&group_of(entry)) {
                change(row);
            }
        };
        work.tasks.iter().for_each(|task| row(&task.entry, &mut |row| row.planned += 1));
        work.before.iter().for_each(|entry| row(entry, &mut |row| row.before += 1));
        for (entry, why) in &work.left {
            row(entry, &mut |row| {
                row.left += 1;
                row.why.get_or_insert_with(|| (*why).to_owned());
            });
        }
        let rows = rows.into_values().filter(|row| row.planned + row.before + row.left > 0).collect();
        let digest = manifest.digest.clone();
        Self { digest, done: false, stopped: false, groups: rows, canary: None, outcome: None }
    }

    /// What was done.
    pub(super) fn done(&mut self, all: Vec<Done>) {
        self.done = true;
        for one in all {
            let name = group_of(&one.task.entry);
            let Some(row) = self.groups.iter_mut().find(|row| row.group == name) else { continue };
            match one.step {
                Step::Sent | Step::Removed | Step::Sending => row.sent += 1,
                Step::Left => row.left += 1,
                Step::Missing => row.missing += 1,
                Step::Failed => row.failed += 1,
            }
            if let Some(note) = one.note {
                row.why.get_or_insert(note);
            }
        }
    }

    fn sum(&self, of: impl Fn(&Row) -> usize) -> usize {
        self.groups.iter().map(of).sum()
    }

    /// Whether anything was done.
    pub(super) fn has_acted(&self) -> bool {
        self.sum(|row| row.sent + row.missing + row.failed) > 0
    }

    /// Whether everything went as it was meant.
    pub(super) fn is_as_meant(&self) -> bool {
        let as_predicted = |one: &Option<Comparison>| one.as_ref().is_none_or(Comparison::is_as_predicted);
        !self.stopped && self.sum(|row| row.failed) == 0 && as_predicted(&self.canary) && as_predicted(&self.outcome)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = vec!["group", "entries", "sent", "before", "left", "missing", "failed", "why"];
        if !self.done {
            head = vec!["group", "entries", "would send", "before", "left", "why"];
        }
        let mut table = output::table(&head);
        for Row { group, entries, planned, before, sent, left, missing, failed, why } in &self.groups {
            let counts: &[&usize] = match self.done {
                true => &[entries, sent, before, left, missing, failed],
                false => &[entries, planned, before, left],
            };
            let mut cells = vec![text::plain(group)];
            cells.extend(counts.iter().map(ToString::to_string));
            cells.push(text::short(why.as_deref().unwrap_or_default(), 100));
            table.add_row(cells);
        }
        writeln!(f, "{}\n", output::rows(&table))?;
        if let Some(canary) = &self.canary {
            writeln!(f, "canary:\n{canary}\n")?;
        }
        if let Some(outcome) = &self.outcome {
            writeln!(f, "outcome:\n{outcome}\n")?;
        }
        let (sent, planned) = (self.sum(|row| row.sent), self.sum(|row| row.planned));
        let failed = self.canary.as_ref().is_some_and(|canary| !canary.is_as_predicted());
        match (self.done, self.stopped || failed) {
            (false, _) => write!(f, "{}", style::warn(format_args!("dry run: {planned} would be sent; --yes does it"))),
            (true, false) => write!(f, "{}", style::good(format_args!("{sent} of {planned} sent"))),
            (true, true) => {
                write!(f, "{}", style::bad(format_args!("{sent} of {planned} sent, then stopped; the rest stays")))
            }
        }
    }
}
