//! What a run was, and what was found.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::Path,
};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::plan::Plan;

const FILE: &str = "report.json";
/// Violations shown to people; JSON has all.
const SHOWN: usize = 30;

/// How a run was disturbed, and how long it took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Driven {
    /// Worker processes started in all.
    pub(crate) processes: u32,
    /// Of these, killed.
    pub(crate) kills: usize,
    /// Their numbers.
    pub(crate) killed: BTreeSet<u32>,
    /// Dead letters that were moved back: agent and cause -> how many.
    pub(crate) letters: BTreeMap<String, usize>,
    /// Requests published a second time.
    pub(crate) sent_again: usize,
    /// From the first request to the end of the last run.
    pub(crate) seconds: f64,
    /// From there until every queue was empty and each site listed everything, the last repeats included.
    pub(crate) seconds_until_quiet: f64,
}

/// What the audit counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counted {
    /// Events in the journal, each once.
    pub(crate) events: usize,
    /// Events that were published again, byte for byte.
    pub(crate) dispatched_again: usize,
    /// Handlings of an event by an agent.
    pub(crate) handled: usize,
    /// Handlings that were begun again.
    pub(crate) begun_again: usize,
    /// Most attempts any of them took.
    pub(crate) most_attempts: usize,
    /// Articles published.
    pub(crate) articles: usize,
    /// Of these, on the illustrated site.
    pub(crate) illustrated: usize,
    /// Builds of index, archive, feed and sitemap.
    pub(crate) builds: usize,
    /// Blobs, all of them read.
    pub(crate) blobs: usize,
    /// Calls of models.
    pub(crate) calls: usize,
    /// Stored answers.
    pub(crate) answers: usize,
    /// Calls whose process was killed before it had stored the answer.
    pub(crate) calls_lost_to_kills: usize,
    /// Handlings that were given up, and were moved back.
    pub(crate) given_up: usize,
}

/// Everything about a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) plan: Plan,
    pub(crate) driven: Driven,
    pub(crate) counted: Counted,
    /// What must not be.
    pub(crate) violations: Vec<String>,
}

impl Driven {
    /// What must not be among the dead letters: kills explain handlers that died, and nothing else.
    pub(crate) fn unexplained(&self) -> Vec<String> {
        let others = self.letters.iter().filter(|(cause, _)| !cause.ends_with(" HANDLER_DIED"));
        others.map(|(cause, letters)| format!("{letters} dead letters: {cause}")).collect()
    }
}

impl Report {
    /// The report kept with a finished run.
    pub(crate) fn read(directory: &Path) -> anyhow::Result<Self> {
        let path = directory.join(FILE);
        let text = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(serde_json::from_slice(&text)?)
    }

    pub(crate) fn write(&self, directory: &Path) -> anyhow::Result<()> {
        Ok(fs::write(directory.join(FILE), serde_json::to_vec_pretty(self)?)?)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plan, driven, counted, violations } = self;
        let rate = plan.requests as f64 / driven.seconds.max(f64::MIN_POSITIVE);
        let lines: [(&str, String); 21] = [
            ("seed", plan.seed.to_string()),
            ("requests", plan.requests.to_string()),
            ("requests sent again", driven.sent_again.to_string()),
            ("processes started", driven.processes.to_string()),
            ("SIGKILLs", driven.kills.to_string()),
            ("seconds until all runs had ended", format!("{:.1}", driven.seconds)),
            ("articles a second", format!("{rate:.1}")),
            ("further seconds until quiet", format!("{:.1}", driven.seconds_until_quiet)),
            ("articles published", counted.articles.to_string()),
            ("of these with images", counted.illustrated.to_string()),
            ("builds of the sites", counted.builds.to_string()),
            ("events", counted.events.to_string()),
            ("events dispatched again", counted.dispatched_again.to_string()),
            ("handlings", counted.handled.to_string()),
            ("handlings begun again", counted.begun_again.to_string()),
            ("most attempts of one", counted.most_attempts.to_string()),
            ("model calls", counted.calls.to_string()),
            ("answers stored", counted.answers.to_string()),
            ("calls lost to kills", counted.calls_lost_to_kills.to_string()),
            ("blobs read and compared", counted.blobs.to_string()),
            ("given up and moved back", counted.given_up.to_string()),
        ];
        for (name, value) in lines {
            writeln!(f, "{name:<36}{value:>12}")?;
        }
        writeln!(f, "{:<36}{:>12}", "violations", violations.len())?;
        for violation in violations.iter().take(SHOWN) {
            writeln!(f, "  {violation}")?;
        }
        match violations.len().checked_sub(SHOWN) {
            Some(more) if more > 0 => writeln!(f, "  and {more} more"),
            _ => Ok(()),
        }
    }
}
