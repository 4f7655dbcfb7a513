//! What the cells came to: a table for people and one for machines.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::PathBuf,
};

use serde::Serialize;
use serde_json::json;

use super::{calls::Row, cell::Side, cell::Way};

/// A cell that was tried.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) flow: &'static str,
    pub(crate) row: Row,
    pub(crate) crash: Side,
    pub(crate) redelivery: Way,
    pub(crate) k: u64,
    /// How often a message was held back because somebody else had it.
    pub(crate) held: u64,
    pub(crate) outcome: String,
    /// What is wrong.
    pub(crate) failures: Vec<String>,
}

/// The cells that were tried.
#[derive(Debug)]
pub(crate) struct Table {
    /// How many cells there are.
    pub(crate) all: usize,
    pub(crate) entries: Vec<Entry>,
}

/// Cells of one row with the same interruption and outcome.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Group<'a> {
    #[serde(flatten)]
    row: &'a Row,
    crash: Side,
    redelivery: Way,
    outcome: &'a str,
}

impl Table {
    /// Everything that is wrong.
    pub(crate) fn failures(&self) -> Vec<String> {
        self.entries.iter().filter(|entry| !entry.failures.is_empty()).map(ToString::to_string).collect()
    }

    /// The agents that have a cell.
    pub(crate) fn agents(&self) -> BTreeSet<&str> {
        self.entries.iter().map(|entry| entry.row.agent.as_str()).collect()
    }

    /// Writes it as JSON into the build directory; answers where.
    pub(crate) fn save(&self, name: &str) -> io::Result<PathBuf> {
        let mut groups: BTreeMap<Group<'_>, usize> = BTreeMap::new();
        for Entry { row, crash, redelivery, outcome, .. } in &self.entries {
            *groups.entry(Group { row, crash: *crash, redelivery: *redelivery, outcome }).or_default() += 1;
        }
        let rows: Vec<_> = groups
            .iter()
            .map(|(group, cells)| {
                let mut row = json!(group);
                row["cells"] = json!(cells);
                row
            })
            .collect();
        let table = json!({
            "cells": self.all, "tried": self.entries.len(), "failures": self.failures(), "rows": rows
        });
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name(name);
        fs::write(&path, format!("{table:#}\n"))?;
        Ok(path)
    }
}

/// Which cell it is, and what is wrong with it.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flow, row, crash, redelivery, k, failures, .. } = self;
        let Row { agent, call, about, event } = row;
        let failures = failures.join("; ");
        write!(f, "{flow}: {agent} {k} {call} {about} [{event}] {crash:?} {redelivery:?}: {failures}")
    }
}

/// Counts per agent, then per outcome.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut agents: BTreeMap<&str, (BTreeSet<&Row>, usize, usize)> = BTreeMap::new();
        let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in &self.entries {
            let (rows, cells, wrong) = agents.entry(&entry.row.agent).or_default();
            rows.insert(&entry.row);
            *cells += 1;
            *wrong += usize::from(!entry.failures.is_empty());
            *outcomes.entry(&entry.outcome).or_default() += 1;
        }
        writeln!(f, "{:<14}{:>7}{:>7}{:>7}", "agent", "rows", "cells", "wrong")?;
        for (agent, (rows, cells, wrong)) in agents {
            writeln!(f, "{agent:<14}{:>7}{cells:>7}{wrong:>7}", rows.len())?;
        }
        for (outcome, cells) in outcomes {
            writeln!(f, "{cells:>7}  {outcome}")?;
        }
        let held = self.entries.iter().filter(|entry| entry.held > 0).count();
        write!(f, "{} of {} cells tried; in {held} the lease still ran", self.entries.len(), self.all)
    }
}
