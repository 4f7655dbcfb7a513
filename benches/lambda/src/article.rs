//! The calls of one article on its way through all agents, each its own function, with the stub between them.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures_util::future::{Either, join_all, select};
use serde_json::json;

use crate::{
    events::{self, PREFIX},
    figures,
    mapping::{Mapped, map},
    setup::{self, Function, Setup},
    stub::{Aws, Operation},
};

/// The agents a bare request passes, in the order of the run.
pub const AGENTS: [&str; 5] = ["content-gen", "review", "metadata", "publish", "site"];
/// Quiet for this long, a run is over.
const QUIET: Duration = Duration::from_millis(500);

/// What an article took.
#[derive(Debug)]
pub struct Article {
    /// Articles that were counted.
    pub articles: u64,
    calls: BTreeMap<Operation, u64>,
    /// Agent to messages that reached its queue.
    messages: BTreeMap<String, u64>,
    sweep: BTreeMap<Operation, u64>,
    build: BTreeMap<Operation, u64>,
    sweeps_of_build: u64,
}

struct Mesh {
    aws: Arc<Aws>,
    functions: Vec<(&'static str, Function, Mapped)>,
}

impl Article {
    /// Sends articles of 800 words through the mesh, one after another, and counts. The first one is not counted: it
    /// finds cold clients and an empty site.
    pub async fn measure(setup: &Setup, articles: u64) -> Self {
        let mesh = Mesh::start(setup).await;
        let work = join_all(mesh.functions.iter().map(|(agent, function, mapped)| {
            let manifest = setup.manifest(agent);
            let queue = mesh.aws.queue(&format!("{PREFIX}-{agent}"));
            async move { map(agent, queue, &function.runtime, 1, manifest.visibility(), mapped).await }
        }));
        let counted = mesh.count(articles);
        match select(Box::pin(work), Box::pin(counted)).await {
            Either::Right((article, _)) => article,
            Either::Left(_) => unreachable!("mappings do not end"),
        }
    }

    /// Calls by service and operation, a column for each agent, an article.
    #[must_use]
    pub fn table(&self) -> String {
        let mut heads = vec!["calls an article"];
        heads.extend(AGENTS);
        heads.push("all");
        let mut rows: Vec<Vec<String>> = operations(&self.calls)
            .into_iter()
            .map(|(service, name)| {
                self.row(&format!("{service} {name}"), |agent| of(&self.calls, agent, service, &name))
            })
            .collect();
        rows.push(self.row("all calls", |agent| self.calls_of(agent)));
        rows.push(self.row("messages received", |agent| self.messages.get(agent).copied().unwrap_or(0)));
        figures::table(&heads, &rows)
    }

    /// Calls of one sweep with nothing to send, and those until the shared pages of the site are built: the sweeps that
    /// send what was put off, and what follows from them.
    #[must_use]
    pub fn beside(&self) -> String {
        let sweeps = format!("site, a build (sweeps: {})", self.sweeps_of_build);
        let heads = ["calls beside the run", "any agent, a sweep with nothing to send", &sweeps];
        let count = |calls: &BTreeMap<Operation, u64>, (service, name): &(&'static str, String)| match of(
            calls, "site", service, name,
        ) {
            0 => String::new(),
            count => count.to_string(),
        };
        let row = |operation: (&'static str, String)| {
            let name = format!("{} {}", operation.0, operation.1);
            vec![name, count(&self.sweep, &operation), count(&self.build, &operation)]
        };
        figures::table(&heads, &operations(&self.build).into_iter().map(row).collect::<Vec<_>>())
    }

    fn row(&self, name: &str, of: impl Fn(&str) -> u64) -> Vec<String> {
        let counts = AGENTS.map(of);
        let each = |count: u64| {
            #[allow(clippy::cast_precision_loss)]
            let share = count as f64 / self.articles as f64;
            if count == 0 { String::new() } else { format!("{share:.1}") }
        };
        let mut cells = vec![name.to_owned()];
        cells.extend(counts.map(each));
        cells.push(each(counts.iter().sum()));
        cells
    }

    fn calls_of(&self, agent: &str) -> u64 {
        self.calls.iter().filter(|(operation, _)| operation.caller == agent).map(|(_, calls)| calls).sum()
    }

    /// All calls an article.
    #[must_use]
    pub fn total(&self) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        let total = AGENTS.iter().map(|agent| self.calls_of(agent)).sum::<u64>() as f64 / self.articles as f64;
        total
    }
}

impl Mesh {
    async fn start(setup: &Setup) -> Self {
        let (aws, address) = Aws::start().await;
        let mut functions = Vec::new();
        for agent in AGENTS {
            setup::subscribe(&aws, &setup.manifest(agent));
            let settings = [("MESH_TEXT_MODEL", "offline"), ("MESH_SITE_URL", "https://bench.example")];
            functions.push((agent, setup.function(agent, address, &settings).await, Mapped::default()));
        }
        Self { aws, functions }
    }

    async fn count(&self, articles: u64) -> Article {
        self.article(0).await;
        self.aws.calls.clear();
        let before = self.messages();
        for n in 1..=articles {
            self.article(n).await;
        }
        let calls = self.aws.calls.all();
        let mut messages = self.messages();
        messages.iter_mut().for_each(|(agent, count)| *count -= before[agent]);
        let (build, sweeps_of_build) = self.build().await;
        self.aws.calls.clear();
        self.sweep("site").await;
        let sweep = self.aws.calls.all();
        for agent in AGENTS {
            self.sweep(agent).await;
            assert_eq!(self.aws.calls.of(agent), if agent == "site" { 2 } else { 1 }, "{agent} had something to send");
        }
        Article { articles, calls, messages, sweep, build, sweeps_of_build }
    }

    /// Sweeps as the schedule does until the shared pages of the site are built and nothing is left to do.
    async fn build(&self) -> (BTreeMap<Operation, u64>, u64) {
        let built = self.aws.queue("built");
        self.aws.subscribe(&events::topic("/site/built"), &built);
        self.aws.calls.clear();
        for sweeps in 1..=60 {
            self.sweep("site").await;
            self.quiet().await;
            if !built.is_empty() {
                return (self.aws.calls.all(), sweeps);
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("the site was not built; see the log of site");
    }

    /// Sends one request and waits until nothing more happens.
    async fn article(&self, n: u64) {
        let published = self.aws.stored("/published/");
        self.aws.queue(&format!("{PREFIX}-content-gen")).send(events::content_request(n, 800), BTreeMap::new());
        self.quiet().await;
        let failed: u64 = self.functions.iter().map(|(_, _, mapped)| mapped.failed.load(Ordering::SeqCst)).sum();
        assert_eq!(failed, 0, "a record failed; see the logs");
        assert!(self.aws.stored("/published/") > published, "article {n} was not published; see the logs");
    }

    async fn quiet(&self) {
        let mut since = tokio::time::Instant::now();
        while since.elapsed() < QUIET {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let busy = self.functions.iter().any(|(agent, _, mapped)| {
                let waiting = !self.aws.queue(&format!("{PREFIX}-{agent}")).is_empty();
                waiting || mapped.busy.load(Ordering::SeqCst) > 0
            });
            if busy {
                since = tokio::time::Instant::now();
            }
        }
    }

    async fn sweep(&self, wanted: &str) {
        for (agent, function, _) in self.functions.iter().filter(|(agent, ..)| *agent == wanted) {
            let invocation = function.runtime.invoke(&json!({ "sweep": true })).await;
            assert!(invocation.answer.is_ok(), "the sweep of {agent} failed: {:?}", invocation.answer);
        }
    }

    fn messages(&self) -> BTreeMap<String, u64> {
        let count = |mapped: &Mapped| mapped.messages.load(Ordering::SeqCst);
        self.functions.iter().map(|(agent, _, mapped)| ((*agent).to_owned(), count(mapped))).collect()
    }
}

fn operations(calls: &BTreeMap<Operation, u64>) -> Vec<(&'static str, String)> {
    let mut all: Vec<_> = calls.keys().map(|operation| (operation.service, operation.name.clone())).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn of(calls: &BTreeMap<Operation, u64>, agent: &str, service: &'static str, name: &str) -> u64 {
    let operation = Operation { caller: agent.to_owned(), service, name: name.to_owned() };
    calls.get(&operation).copied().unwrap_or(0)
}
