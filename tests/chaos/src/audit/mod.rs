//! What must be true of what a run left behind, whatever was killed. Nothing works on the store any more.

mod blobs;
mod journal;
mod money;
mod records;
mod site;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use mesh_core::ports::{Clock, Document, IdRange, StateStore};
use mesh_embedded::{Store, SystemClock};

use crate::{look::Look, plan::Plan, report::Counted, worker};

/// Documents read at a time.
const PAGE: usize = 1000;

/// What was counted, and what is wrong.
#[derive(Debug)]
pub(crate) struct Audit<'a> {
    plan: Plan,
    directory: &'a Path,
    killed: &'a BTreeSet<u32>,
    store: Store,
    look: Look,
    pub(crate) counted: Counted,
    pub(crate) violations: Vec<String>,
}

/// Looks at everything; `killed` are the numbers of the processes that were killed.
pub(crate) async fn audit(
    directory: &Path,
    plan: Plan,
    killed: &BTreeSet<u32>,
) -> anyhow::Result<(Counted, Vec<String>)> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let (store, look) = (worker::open(directory, &clock)?, Look::open(directory)?);
    let (counted, violations) = (Counted::default(), Vec::new());
    let mut audit = Audit { plan, directory, killed, store, look, counted, violations };
    audit.journal().await?;
    audit.records().await?;
    audit.handlings()?;
    audit.sites().await?;
    audit.money().await?;
    audit.blobs().await?;
    Ok((audit.counted, audit.violations))
}

impl Audit<'_> {
    fn wrong(&mut self, what: String) {
        self.violations.push(what);
    }

    /// Every document of a kind.
    async fn documents(&self, kind: &str) -> anyhow::Result<Vec<Document>> {
        let (state, mut range, mut all) = (self.store.state(), IdRange::default(), Vec::new());
        loop {
            let page = state.list(kind, &range, PAGE).await?;
            let last = page.last().filter(|_| page.len() == PAGE).map(|last| format!("{}\0", last.key.id));
            all.extend(page);
            match last {
                Some(next) => range.from = Some(next),
                None => return Ok(all),
            }
        }
    }

    /// Compares two sets of names, and says what is missing and what is too much.
    fn same(&mut self, what: &str, wanted: &BTreeSet<String>, there: &BTreeSet<String>) {
        for name in wanted.difference(there) {
            self.violations.push(format!("{what}: {name} is missing"));
        }
        for name in there.difference(wanted) {
            self.violations.push(format!("{what}: {name} is too much"));
        }
    }

    /// Each name once.
    fn once(&mut self, what: &str, names: &[String]) {
        let mut times: BTreeMap<&String, usize> = BTreeMap::new();
        for name in names {
            *times.entry(name).or_default() += 1;
        }
        for (name, times) in times.into_iter().filter(|(_, times)| *times > 1) {
            self.violations.push(format!("{what}: {name} is there {times} times"));
        }
    }
}
