//! The peer: apalis-sqlite handles as many trivial jobs, durably. `mesh-bench-peer <folder> <jobs>`.

use std::{
    env, fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use apalis::prelude::*;
use apalis_sqlite::{Config, SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteStorage};
use futures::stream;
use serde_json::json;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A job's text is that of an `EchoRequested`.
fn text(n: usize) -> String {
    format!("Event number {n}.")
}

async fn echo(
    message: String,
    handled: Data<Arc<AtomicUsize>>,
    worker: WorkerContext,
    jobs: Data<usize>,
) -> Result<String, Failure> {
    if handled.fetch_add(1, Ordering::Relaxed) + 1 == *jobs {
        worker.stop()?;
    }
    Ok(message)
}

/// As durable as the mesh: a write-ahead log with `synchronous=NORMAL`. (`SqliteStorage::setup` would set it to OFF.)
async fn connect(path: &Path) -> Result<SqlitePool, Failure> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let options = options.pragma("journal_mode", "WAL").pragma("synchronous", "NORMAL");
    let options = options.pragma("temp_store", "MEMORY").pragma("cache_size", "-16384");
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    SqliteStorage::migrations().run(&pool).await?;
    Ok(pool)
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let args: Vec<String> = env::args().collect();
    let jobs: usize = args[2].parse()?;
    let folder = tempfile::tempdir_in(&args[1])?.keep();
    let pool = connect(&folder.join("peer.db")).await?;
    let mut storage = SqliteStorage::<String>::new(&pool).with_config(Config::default().queue("echo"));
    storage.push_stream(&mut stream::iter((0..jobs).map(text))).await?;
    let handled = Arc::new(AtomicUsize::new(0));
    let (began, cpu) = (Instant::now(), cpu_seconds());
    let worker = WorkerBuilder::new("echo").backend(storage).data(Arc::clone(&handled)).data(jobs).build(echo);
    worker.run().await?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    assert_eq!(handled.load(Ordering::Relaxed), jobs, "each job once");
    let figures = json!({ "events/s": jobs as f64 / seconds, "CPU us/event": cpu * 1e6 / jobs as f64 });
    println!("{}", json!({ "figures": figures, "peak_mib": peak_mib() }));
    Ok(())
}

fn peak_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<f64>().ok().map(|kib| kib / 1024.0)
}

/// As the other scenarios count it.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
